#include "src/task/generation_task.h"

#include <utility>

#include "gatetest/error.h"

namespace gatetest::internal {

GenerationTask::GenerationTask(std::string name, DatasetSource source, Generation generation)
    : Task(std::move(name), Measures::kAccuracy, std::move(source)),
      question_(this->name(), std::move(generation)) {}

std::vector<Request> GenerationTask::Next(const Sample& sample, std::span<const Exchange> so_far,
                                          const ModelTraits& /*model*/) const {
  if (!so_far.empty()) return {};
  return {question_.RequestFor(sample)};
}

Outcome GenerationTask::Score(const Sample& sample, std::span<const Exchange> exchanges,
                              const ModelTraits& /*model*/) const {
  Response response = exchanges.front().response;
  question_.CutAtStop(response);
  Outcome outcome;
  outcome.answer = response.text;
  TextQuestion::NoteEnd(exchanges.front().request, response, outcome);
  outcome.empty = response.text.empty();
  outcome.score = ScoreAnswer(sample, response);
  return outcome;
}

std::string GenerationTask::protocol() const { return scoring() + question_.description(); }

void GenerationTask::RequireAnswer(const Sample& sample) const {
  if (!sample.answer.empty()) return;
  throw Error(ErrorCode::kInvalidData,
              "field \"answer\" is missing or empty; name the field that holds it with "
              "Fields{.answer = \"...\"}");
}

}  // namespace gatetest::internal
