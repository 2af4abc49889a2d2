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
  try {
    return FirstAsksForText(task, task.dataset().samples().front());
  } catch (...) {
    return true;
  }
}

}  // namespace gatetest::internal
