// TextQuestion: how text is asked for, for all tasks on generated text.
#ifndef GATETEST_SRC_TASK_TEXT_QUESTION_H_
#define GATETEST_SRC_TASK_TEXT_QUESTION_H_

#include <string>

#include "gatetest/tasks.h"
#include "src/task/prompt_template.h"

namespace gatetest::internal {

class TextQuestion {
 public:
  /// Throws Error(kInvalidArgument) for options that cannot be, naming the task.
  TextQuestion(const std::string& task, Generation generation);

  Request RequestFor(const Sample& sample) const;

  /// Not every engine has stop strings; an answer ends at them all the same.
  void CutAtStop(Response& response) const;

  /// What an answer that was cut at its stop, if it has one, says of how it ended: by its finish
  /// reason, else by how many tokens it has.
  static void NoteEnd(const Request& request, const Response& answer, Outcome& outcome);

  /// ", at most 24 tokens, stop [...]", for Task::protocol.
  std::string description() const;

 private:
  const Generation generation_;
  const PromptTemplate prompt_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TASK_TEXT_QUESTION_H_
