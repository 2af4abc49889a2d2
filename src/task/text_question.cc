#include "src/task/text_question.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "gatetest/error.h"

namespace gatetest::internal {

TextQuestion::TextQuestion(const std::string& task, Generation generation)
    : generation_(std::move(generation)), prompt_(generation_.prompt) {
  const auto reject = [&](const std::string& why) {
    throw Error(ErrorCode::kInvalidArgument, "task \"" + task + "\": " + why);
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

Request TextQuestion::RequestFor(const Sample& sample) const {
  Request request;
  request.kind = RequestKind::kGenerate;
  request.prompt = prompt_.Fill(sample.input);
  request.stop = generation_.stop;
  request.max_tokens = generation_.max_tokens;
  request.temperature = generation_.temperature;
  return request;
}

void TextQuestion::CutAtStop(Response& response) const {
  for (const std::string& stop : generation_.stop) {
    const std::size_t position = response.text.find(stop);
    if (position == std::string::npos) continue;
    response.text.resize(position);
    response.finish_reason = FinishReason::kStop;
  }
}

void TextQuestion::NoteEnd(const Request& request, const Response& answer, Outcome& outcome) {
  outcome.truncated = answer.finish_reason == FinishReason::kLength;
  if (answer.finish_reason != FinishReason::kUnknown) return;
  const std::int64_t tokens = answer.usage.completion_tokens;
  outcome.truncated = tokens >= request.max_tokens;
  outcome.end_is_known = tokens > 0;
}

std::string TextQuestion::description() const {
  std::string text = fmt::format(", at most {} tokens", generation_.max_tokens);
  if (!generation_.stop.empty()) text += fmt::format(", stop {}", generation_.stop);
  if (generation_.temperature > 0.0) {
    text += fmt::format(", temperature {}", generation_.temperature);
  }
  return text + prompt_.description();
}

}  // namespace gatetest::internal
