#include "src/task/asks_for_text.h"

#include <algorithm>
#include <vector>

namespace gatetest::internal {
namespace {

bool FirstAsksForText(const Task& task, const Sample& sample) {
  const ModelInfo anybody;
  const std::vector<Request> requests = task.Next(
      sample, {},
      {.info = anybody, .capabilities = {.score = true, .generate = true, .tokenize = true}});
  return std::any_of(requests.begin(), requests.end(),
                     [](const Request& request) { return request.kind == RequestKind::kGenerate; });
}

}  // namespace

bool AsksForText(const Task& task) {
  const Sample* first = nullptr;
  try {
    first = &task.dataset().samples().front();
  } catch (...) {
    return true;
  }
  try {
    return FirstAsksForText(task, *first);
  } catch (...) {
    // What wants tokens, or more than is known of a model, is a text that is scored.
    return false;
  }
}

}  // namespace gatetest::internal
