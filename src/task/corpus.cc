#include "gatetest/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatetest/error.h"
#include "src/task/logprobs.h"
#include "src/task/windows.h"
#include "src/text/white_space.h"

namespace gatetest {
namespace {

using internal::TokenWindow;

std::string_view Name(CorpusProtocol protocol) {
  switch (protocol) {
    case CorpusProtocol::kDocument:
      return "document";
    case CorpusProtocol::kRolling:
      return "rolling";
    case CorpusProtocol::kLlamaCpp:
      return "llama.cpp";
  }
  return "?";
}

std::string_view Name(Per per) {
  switch (per) {
    case Per::kToken:
      return "token";
    case Per::kWord:
      return "word";
    case Per::kByte:
      return "byte";
  }
  return "?";
}

class CorpusTask final : public Task {
 public:
  CorpusTask(DatasetSource source, CorpusOptions options)
      : Task(std::move(options.name), Measures::kPerplexity, std::move(source)),
        protocol_(options.protocol),
        window_(options.window == 0 && protocol_ == CorpusProtocol::kLlamaCpp ? kLlamaCppWindow
                                                                              : options.window),
        per_(options.per) {
    const int least = protocol_ == CorpusProtocol::kLlamaCpp ? 4 : 0;
    if (window_ < least) {
      throw Error(
          ErrorCode::kInvalidArgument,
          fmt::format("task \"{}\": a window of {} tokens; the {} protocol needs at least {}",
                      name(), window_, Name(protocol_), std::max(least, 1)));
    }
  }

  Per per() const { return per_; }

  std::string protocol() const override {
    return fmt::format("{} perplexity per {}{}", Name(protocol_), Name(per_),
                       window_ == 0 ? "" : fmt::format(", windows of {} tokens", window_));
  }

  void CheckSample(const Sample& sample) const override {
    if (sample.input.empty()) {
      throw Error(ErrorCode::kInvalidData, "field \"input\": the document is empty");
    }
  }

  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& model) const override {
    if (!model.capabilities.tokenize) {
      if (protocol_ != CorpusProtocol::kDocument || window_ != 0) {
        throw Error(ErrorCode::kUnsupported,
                    fmt::format("{} needs a model that tokenizes (Capabilities::tokenize); use "
                                "CorpusProtocol::kDocument without a window",
                                protocol_ == CorpusProtocol::kDocument
                                    ? "CorpusOptions::window"
                                    : fmt::format("the {} protocol", Name(protocol_))));
      }
      return so_far.empty() ? AskForText(sample, model) : std::vector<Request>();
    }
    if (so_far.empty()) {
      Request tokenize;
      tokenize.kind = RequestKind::kTokenize;
      tokenize.prompt = sample.input;
      return {tokenize};
    }
    return so_far.size() == 1 ? AskForTokens(so_far[0].response.tokens, model)
                              : std::vector<Request>();
  }

  Outcome Score(const Sample& sample, std::span<const Exchange> exchanges,
                const ModelTraits& model) const override {
    return model.capabilities.tokenize ? ScoreTokens(sample, exchanges, model)
                                       : ScoreText(sample, exchanges);
  }

 private:
  static std::size_t ContextOf(const ModelTraits& model) {
    return static_cast<std::size_t>(std::max(model.info.context_window, 0));
  }

  static std::vector<Request> AskForText(const Sample& sample, const ModelTraits& model) {
    std::vector<Request> requests;
    for (const std::string_view piece : internal::CutLines(sample.input, ContextOf(model))) {
      Request request;
      request.kind = RequestKind::kScore;
      request.continuation = std::string(piece);
      requests.push_back(std::move(request));
    }
    return requests;
  }

  std::vector<TokenWindow> Cut(std::size_t tokens, const ModelTraits& model) const {
    const std::size_t size = window_ == 0 ? ContextOf(model) : static_cast<std::size_t>(window_);
    return internal::CutTokens(tokens, size, model.info.bos_token.has_value(), protocol_);
  }

  std::vector<Request> AskForTokens(const std::vector<TokenId>& tokens,
                                    const ModelTraits& model) const {
    // The last token of a window is never fed; the llama.cpp protocol counts it.
    const int fed = protocol_ == CorpusProtocol::kLlamaCpp ? window_ - 1 : window_;
    if (model.info.context_window != 0 && fed > model.info.context_window) {
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("a window of {} tokens does not fit the model's context of {}; set "
                              "CorpusOptions::window",
                              window_, model.info.context_window));
    }
    const std::vector<TokenWindow> windows = Cut(tokens.size(), model);
    if (protocol_ == CorpusProtocol::kLlamaCpp && windows.size() < 2) {
      throw Error(ErrorCode::kInvalidData,
                  fmt::format("the llama.cpp protocol needs two windows of {} tokens, and the "
                              "document has {} tokens; set CorpusOptions::window, or use a longer "
                              "text",
                              window_, tokens.size()));
    }
    std::vector<Request> requests;
    const auto at = [&](std::size_t i) { return tokens.begin() + static_cast<std::ptrdiff_t>(i); };
    for (const TokenWindow& window : windows) {
      Request request;
      request.kind = RequestKind::kScore;
      if (window.after_bos) request.prompt_tokens.push_back(*model.info.bos_token);
      for (std::size_t i = window.context_begin; i < window.begin; ++i) {
        request.prompt_tokens.push_back(tokens[i]);
      }
      request.continuation_tokens.assign(at(window.begin), at(window.end));
      requests.push_back(std::move(request));
    }
    return requests;
  }

  static Outcome ScoreText(const Sample& sample, std::span<const Exchange> exchanges) {
    Outcome outcome;
    std::size_t begin = 0;
    for (const Exchange& exchange : exchanges) {
      const std::size_t end = begin + exchange.request.continuation.size();
      AddWindow(outcome, exchange.response.logprobs, 0);
      if (!outcome.unmeasured.empty()) return outcome;
      AddText(outcome.windows.back(), begin == 0, sample.input, begin, end);
      begin = end;
    }
    return outcome;
  }

  Outcome ScoreTokens(const Sample& sample, std::span<const Exchange> exchanges,
                      const ModelTraits& model) const {
    const Response& tokenized = exchanges.front().response;
    const std::string wrong = CheckTokens(sample, tokenized);
    if (!wrong.empty()) return Outcome::Unmeasured(wrong);
    const std::vector<TokenWindow> windows = Cut(tokenized.tokens.size(), model);
    Outcome outcome;
    outcome.windows_have_bytes = !tokenized.token_ends.empty();
    const auto end_of = [&](std::size_t count) {
      return count == 0 ? 0 : tokenized.token_ends[count - 1];
    };
    for (std::size_t i = 0; i < windows.size(); ++i) {
      AddWindow(outcome, exchanges[i + 1].response.logprobs, windows[i].end - windows[i].begin);
      if (!outcome.unmeasured.empty()) return outcome;
      if (outcome.windows_have_bytes) {
        AddText(outcome.windows.back(), i == 0, sample.input, end_of(windows[i].begin),
                end_of(windows[i].end));
      }
    }
    // Without offsets only the whole document's bytes are known, and those only count when all of
    // its tokens do (Outcome::windows_have_bytes).
    const std::size_t scored = internal::ScoredTokens(windows);
    if (!outcome.windows_have_bytes && scored == tokenized.tokens.size()) {
      AddText(outcome.windows.front(), true, sample.input, 0, sample.input.size());
    }
    return outcome;
  }

  static std::string CheckTokens(const Sample& sample, const Response& tokenized) {
    if (tokenized.tokens.empty()) {
      return fmt::format("the model's tokenizer made no tokens of {} bytes", sample.input.size());
    }
    const std::vector<std::size_t>& ends = tokenized.token_ends;
    if (ends.empty()) return "";
    if (ends.size() != tokenized.tokens.size() || !std::is_sorted(ends.begin(), ends.end()) ||
        ends.back() != sample.input.size()) {
      return fmt::format(
          "the model's token_ends must be one ascending byte offset a token and end at {}, but are "
          "{} for {} tokens and end at {}",
          sample.input.size(), ends.size(), tokenized.tokens.size(), ends.back());
    }
    return "";
  }

  static void AddWindow(Outcome& outcome, const std::vector<double>& logprobs,
                        std::size_t expected) {
    const std::size_t number = outcome.windows.size() + 1;
    const internal::LogprobSum sum = internal::SumLogprobs(logprobs, expected);
    if (!sum.wrong.empty()) {
      outcome = Outcome::Unmeasured(fmt::format("window {}: {}", number, sum.wrong));
      return;
    }
    if (sum.impossible_token != 0 && outcome.answer.empty()) {
      outcome.answer =
          fmt::format("window {}, token {} has log-probability -inf", number, sum.impossible_token);
    }
    outcome.windows.push_back({.nll = -sum.sum, .tokens = logprobs.size(), .bytes = 0, .words = 0});
  }

  /// Bytes [begin, end) of the document belong to `window`. Words as lm-evaluation-harness counts
  /// them, len(re.split(r"\s+", document)): the runs of white space plus one, for the first window.
  static void AddText(Window& window, bool first, const std::string& text, std::size_t begin,
                      std::size_t end) {
    window.bytes = end - begin;
    window.words = internal::CountSpaceRuns(text, begin, end) + (first ? 1 : 0);
  }

  static constexpr int kLlamaCppWindow = 512;

  const CorpusProtocol protocol_;
  const int window_;
  const Per per_;
};

}  // namespace

TaskPtr Corpus(DatasetSource source, CorpusOptions options) {
  return std::make_shared<CorpusTask>(std::move(source), std::move(options));
}

Per PerplexityUnit(const Task& task) {
  const auto* const corpus = dynamic_cast<const CorpusTask*>(&task);
  return corpus == nullptr ? Per::kToken : corpus->per();
}

}  // namespace gatetest
