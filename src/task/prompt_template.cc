#include "src/task/prompt_template.h"

#include "gatetest/error.h"

namespace gatetest::internal {

PromptTemplate::PromptTemplate(const std::string& text) {
  const std::string input = "{input}";
  const std::size_t position = text.find(input);
  if (position == std::string::npos || text.find(input, position + 1) != std::string::npos) {
    throw Error(
        ErrorCode::kInvalidArgument,
        "prompt \"" + text + "\": {input} must stand in it once; it becomes the sample's input");
  }
  before_ = text.substr(0, position);
  after_ = text.substr(position + input.size());
}

std::string PromptTemplate::description() const {
  const bool plain = before_.empty() && after_.empty();
  return plain ? "" : ", prompt \"" + Fill("{input}") + "\"";
}

}  // namespace gatetest::internal
