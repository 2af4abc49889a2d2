#include "src/model/request_key.h"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <vector>

#include "src/data/hash.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

constexpr std::size_t kWhole = static_cast<std::size_t>(-1);

void AppendNumber(std::string& out, auto number) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

/// As nlohmann/json escapes: only what JSON demands.
void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

/// JSON holds no bytes that are not UTF-8; replacing them would give two questions one key.
void AppendText(std::string& out, std::string_view text, std::size_t most) {
  if (FindInvalidUtf8(text) == std::string_view::npos) {
    if (text.size() <= most) return AppendQuoted(out, text);
    return AppendQuoted(out, fmt::format("{}... ({} bytes)", CutUtf8(text, most), text.size()));
  }
  out += "{\"bytes\":[";
  for (std::size_t i = 0; i < text.size() && i < most; ++i) {
    if (i > 0) out += ',';
    AppendNumber(out, static_cast<unsigned>(static_cast<unsigned char>(text[i])));
  }
  out += ']';
  if (text.size() > most) fmt::format_to(std::back_inserter(out), ",\"of\":{}", text.size());
  out += '}';
}

/// Writes the fields of an object, which come in the order of their names.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::size_t longest_text, std::size_t most_tokens)
      : longest_text_(longest_text), most_tokens_(most_tokens) {}

  void Text(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    Name(name);
    AppendText(out_, text, longest_text_);
  }
  void Texts(std::string_view name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    Name(name);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      out_ += i == 0 ? '[' : ',';
      AppendText(out_, texts[i], longest_text_);
    }
    out_ += ']';
  }
  void Tokens(std::string_view name, const std::vector<TokenId>& tokens) {
    if (tokens.empty()) return;
    Name(name);
    out_ += '[';
    for (std::size_t i = 0; i < tokens.size() && i < most_tokens_; ++i) {
      if (i > 0) out_ += ',';
      AppendNumber(out_, tokens[i]);
    }
    if (tokens.size() > most_tokens_) {
      fmt::format_to(std::back_inserter(out_), ",\"... ({} tokens)\"", tokens.size());
    }
    out_ += ']';
  }
  void Number(std::string_view name, auto number) {
    Name(name);
    AppendNumber(out_, number);
  }

  std::string Take() {
    out_ += out_.empty() ? "{}" : "}";
    return std::move(out_);
  }

 private:
  void Name(std::string_view name) {
    out_ += out_.empty() ? '{' : ',';
    AppendQuoted(out_, name);
    out_ += ':';
  }

  const std::size_t longest_text_;
  const std::size_t most_tokens_;
  std::string out_;
};

std::string_view KindName(RequestKind kind) {
  switch (kind) {
    case RequestKind::kScore:
      return "score";
    case RequestKind::kGenerate:
      return "generate";
    case RequestKind::kTokenize:
      return "tokenize";
  }
  return "?";
}

std::string WriteRequest(const Request& request, std::size_t longest_text,
                         std::size_t most_tokens) {
  const Request standard;
  const bool generates = request.kind == RequestKind::kGenerate;
  ObjectWriter writer(longest_text, most_tokens);
  writer.Text("continuation", request.continuation);
  writer.Tokens("continuation_tokens", request.continuation_tokens);
  writer.Text("kind", KindName(request.kind));
  if (generates && request.logprobs) writer.Number("logprobs", *request.logprobs);
  if (generates && request.max_tokens != standard.max_tokens) {
    writer.Number("max_tokens", request.max_tokens);
  }
  writer.Text("prompt", request.prompt);
  writer.Tokens("prompt_tokens", request.prompt_tokens);
  if (generates && request.seed) writer.Number("seed", *request.seed);
  if (generates) writer.Texts("stop", request.stop);
  if (generates && request.temperature != standard.temperature) {
    writer.Number("temperature", request.temperature);
  }
  return writer.Take();
}

}  // namespace

AnswerKey ModelKey(std::string_view identity) { return Hasher().AddBytes(identity).Bytes(); }

AnswerKey WithModel(const AnswerKey& key, const AnswerKey& model) {
  AnswerKey both = {};
  for (std::size_t i = 0; i < both.size(); ++i) {
    both[i] = static_cast<std::uint8_t>(key[i] ^ model[i]);
  }
  return both;
}

RequestKeys::RequestKeys(std::string_view model_identity, int replicate)
    : model_(ModelKey(model_identity)), before_request_("{\"protocol\":1,") {
  if (replicate != 0) before_request_ += fmt::format("\"replicate\":{},", replicate);
  before_request_ += "\"request\":";
}

AnswerKey RequestKeys::KeyOf(const Request& request, std::string_view sample,
                             std::size_t turn) const {
  std::string text = before_request_ + RequestJson(request);
  const bool drawn = request.kind == RequestKind::kGenerate && request.temperature > 0.0;
  if (drawn && !request.seed && !sample.empty()) {
    text += ",\"sample\":";
    AppendText(text, sample, kWhole);
    if (turn > 0) {
      text += ",\"turn\":";
      AppendNumber(text, turn);
    }
  }
  text += '}';
  return WithModel(Hasher().AddBytes(text).Bytes(), model_);
}

std::string RequestJson(const Request& request) { return WriteRequest(request, kWhole, kWhole); }

std::string ShortRequestJson(const Request& request) {
  constexpr std::size_t kLongestText = 200;
  constexpr std::size_t kMostTokens = 16;
  return WriteRequest(request, kLongestText, kMostTokens);
}

}  // namespace gatetest::internal
