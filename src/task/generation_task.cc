#include "src/task/generation_task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "gatetest/error.h"

namespace gatetest::internal {

GenerationTask::GenerationTask(std::string name, DatasetSource source, Generation generation)
    : Task(std::move(name), Measures::kAccuracy, std::move(source)),
      generation_(std::move(generation)),
      prompt_(generation_.prompt) {
  const auto reject = [&](const std::string& why) {
    throw Error(ErrorCode::kInvalidArgument, "task \"" + this->name() + "\": " + why);
  };
  if (generation_.max_tokens < 1) {
    reject(fmt::format("max_tokens is {}; an answer needs at least 1", generation_.max_tokens));
  }
  if (!std::isfinite(generation_.temperature) || generation_.temperature < 0.0) {
    reject(fmt::format("temperature is {}; it must be 0 or more", generation_.temperature));
  }
  if (std::count(generation_.stop.begin(), generation_.stop.end(), "") > 0) {
    reject("a stop string is empty, so every answer would be");
  }
}

std::vector<Request> GenerationTask::Next(const Sample& sample, std::span<const Exchange> so_far,
                                          const ModelTraits& /*model*/) const {
  if (!so_far.empty()) return {};
  Request request;
  request.kind = RequestKind::kGenerate;
  request.prompt = prompt_.Fill(sample.input);
  request.stop = generation_.stop;
  request.max_tokens = generation_.max_tokens;
  request.temperature = generation_.temperature;
  return {request};
}

Outcome GenerationTask::Score(const Sample& sample, std::span<const Exchange> exchanges,
                              const ModelTraits& /*model*/) const {
  Response response = exchanges.front().response;
  CutAtStop(response);
  Outcome outcome;
  outcome.answer = response.text;
  outcome.truncated = response.finish_reason == FinishReason::kLength;
  outcome.score = ScoreAnswer(sample, response);
  return outcome;
}

void GenerationTask::CutAtStop(Response& response) const {
  for (const std::string& stop : generation_.stop) {
    const std::size_t position = response.text.find(stop);
    if (position == std::string::npos) continue;
    response.text.resize(position);
    response.finish_reason = FinishReason::kStop;
  }
}

std::string GenerationTask::protocol() const {
  std::string text = fmt::format("{}, at most {} tokens", scoring(), generation_.max_tokens);
  if (!generation_.stop.empty()) text += fmt::format(", stop {}", generation_.stop);
  if (generation_.temperature > 0.0) {
    text += fmt::format(", temperature {}", generation_.temperature);
  }
  return text + prompt_.description();
}

void GenerationTask::RequireAnswer(const Sample& sample) const {
  if (!sample.answer.empty()) return;
  throw Error(ErrorCode::kInvalidData,
              "field \"answer\" is missing or empty; name the field that holds it with "
              "Fields{.answer = \"...\"}");
}

}  // namespace gatetest::internal
