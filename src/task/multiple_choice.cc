#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/tasks.h"
#include "src/task/logprobs.h"
#include "src/task/prompt_template.h"
#include "src/text/utf8.h"

namespace gatetest {
namespace {

std::string_view Name(ChoiceScore score) {
  switch (score) {
    case ChoiceScore::kAcc:
      return "acc";
    case ChoiceScore::kAccNorm:
      return "acc_norm";
    case ChoiceScore::kAccBytes:
      return "acc_bytes";
  }
  return "?";
}

class MultipleChoiceTask final : public Task {
 public:
  MultipleChoiceTask(DatasetSource source, MultipleChoiceOptions options)
      : Task(options.name, Measures::kAccuracy, std::move(source)),
        score_(options.score),
        prompt_(options.prompt),
        delimiter_(std::move(options.delimiter)) {}

  std::string protocol() const override {
    return fmt::format("multiple choice, {}{}{}", Name(score_), prompt_.description(),
                       delimiter_.empty() ? "" : ", delimiter \"" + delimiter_ + "\"");
  }

  void CheckSample(const Sample& sample) const override {
    const auto reject = [](const std::string& why) { throw Error(ErrorCode::kInvalidData, why); };
    if (sample.choices.size() < 2) {
      reject(fmt::format("field \"choices\" must hold at least two, but holds {}",
                         sample.choices.size()));
    }
    for (std::size_t i = 0; i < sample.choices.size(); ++i) {
      if (sample.choices[i].empty()) reject(fmt::format("choice {} is empty", i));
    }
    if (!RightChoice(sample)) {
      reject(
          fmt::format("field \"answer\" must be the index of the right choice, 0 to {}, but is "
                      "\"{}\"",
                      sample.choices.size() - 1, sample.answer));
    }
  }

  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& /*model*/) const override {
    std::vector<Request> requests;
    if (!so_far.empty()) return requests;
    for (const std::string& choice : sample.choices) {
      Request request;
      request.kind = RequestKind::kScore;
      request.prompt = prompt_.Fill(sample.input);
      request.continuation = delimiter_ + choice;
      requests.push_back(std::move(request));
    }
    return requests;
  }

  Outcome Score(const Sample& sample, std::span<const Exchange> exchanges,
                const ModelTraits& /*model*/) const override {
    double best = -std::numeric_limits<double>::infinity();
    std::size_t best_choice = 0;
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
      const internal::LogprobSum logprobs = internal::SumLogprobs(exchanges[i].response.logprobs);
      if (!logprobs.wrong.empty()) {
        return Outcome::Unmeasured(fmt::format("choice {}: {}", i, logprobs.wrong));
      }
      const double score = logprobs.sum / Length(sample.choices[i]);
      if (score > best) {
        best = score;
        best_choice = i;
      }
    }
    Outcome outcome;
    outcome.answer = sample.choices[best_choice];
    outcome.score = best_choice == RightChoice(sample) ? 1.0 : 0.0;
    return outcome;
  }

 private:
  static std::optional<std::size_t> RightChoice(const Sample& sample) {
    std::size_t index = 0;
    const char* const end = sample.answer.data() + sample.answer.size();
    const auto [parsed, error] = std::from_chars(sample.answer.data(), end, index);
    if (error != std::errc() || parsed != end || index >= sample.choices.size())
      return std::nullopt;
    return index;
  }

  double Length(const std::string& choice) const {
    switch (score_) {
      case ChoiceScore::kAcc:
        return 1.0;
      case ChoiceScore::kAccNorm:
        return static_cast<double>(internal::CountCodePoints(choice));
      case ChoiceScore::kAccBytes:
        return static_cast<double>(choice.size());
    }
    return 1.0;
  }

  const ChoiceScore score_;
  const internal::PromptTemplate prompt_;
  const std::string delimiter_;
};

}  // namespace

TaskPtr MultipleChoice(DatasetSource source, MultipleChoiceOptions options) {
  return std::make_shared<MultipleChoiceTask>(std::move(source), std::move(options));
}

}  // namespace gatetest
