// The prompt of a sample: a template in which {input} stands for the sample's input.
#ifndef GATETEST_SRC_TASK_PROMPT_TEMPLATE_H_
#define GATETEST_SRC_TASK_PROMPT_TEMPLATE_H_

#include <string>

namespace gatetest::internal {

class PromptTemplate {
 public:
  /// Throws Error(kInvalidArgument) when there is no {input} in it: every prompt would be the same.
  explicit PromptTemplate(const std::string& text);

  std::string Fill(const std::string& input) const { return before_ + input + after_; }
  /// `, prompt "Q: {input}"`; empty for the sample's input alone.
  std::string description() const;

 private:
  std::string before_;
  std::string after_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TASK_PROMPT_TEMPLATE_H_
