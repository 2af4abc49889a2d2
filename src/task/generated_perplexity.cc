#include "gatetest/generated_perplexity.h"

#include <memory>
#include <utility>

#include "src/task/logprobs.h"
#include "src/task/text_question.h"
#include "src/text/white_space.h"

namespace gatetest {
namespace {

class GeneratedPerplexityTask final : public Task {
 public:
  GeneratedPerplexityTask(DatasetSource source, GeneratedPerplexityOptions options)
      : Task(std::move(options.name), Measures::kPerplexity, std::move(source)),
        question_(name(), std::move(options.generate)) {}

  std::string protocol() const override {
    return "perplexity of its own text" + question_.description();
  }

  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& /*model*/) const override {
    if (!so_far.empty()) return {};
    Request request = question_.RequestFor(sample);
    request.logprobs = 0;
    return {request};
  }

  Outcome Score(const Sample& /*sample*/, std::span<const Exchange> exchanges,
                const ModelTraits& /*model*/) const override {
    const Response& response = exchanges.front().response;
    if (response.text.empty() && response.logprobs.empty()) {
      return Outcome::Unmeasured("the model generated nothing, so there is no token to score");
    }
    const internal::LogprobSum sum = internal::SumLogprobs(response.logprobs);
    if (!sum.wrong.empty()) return Outcome::Unmeasured(sum.wrong);
    Outcome outcome;
    outcome.answer = response.text;
    internal::TextQuestion::NoteEnd(exchanges.front().request, response, outcome);
    outcome.empty = response.text.empty();
    outcome.windows.push_back(
        {.nll = -sum.sum,
         .tokens = response.logprobs.size(),
         .bytes = response.text.size(),
         .words = internal::CountSpaceRuns(response.text, 0, response.text.size()) + 1});
    return outcome;
  }

 private:
  const internal::TextQuestion question_;
};

}  // namespace

TaskPtr GeneratedPerplexity(DatasetSource source, GeneratedPerplexityOptions options) {
  return std::make_shared<GeneratedPerplexityTask>(std::move(source), std::move(options));
}

}  // namespace gatetest
