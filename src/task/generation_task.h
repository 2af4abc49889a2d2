// What all tasks on generated text share: how the text is asked for.
#ifndef GATETEST_SRC_TASK_GENERATION_TASK_H_
#define GATETEST_SRC_TASK_GENERATION_TASK_H_

#include <string>
#include <string_view>
#include <vector>

#include "gatetest/tasks.h"
#include "src/task/text_question.h"

namespace gatetest::internal {

class GenerationTask : public Task {
 public:
  /// Throws Error(kInvalidArgument) for generation options that cannot be.
  GenerationTask(std::string name, DatasetSource source, Generation generation);

  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& model) const final;
  Outcome Score(const Sample& sample, std::span<const Exchange> exchanges,
                const ModelTraits& model) const final;

  std::string protocol() const final;

 protected:
  /// 0 (wrong) to 1 (right). May throw: the sample is then unmeasured.
  virtual double ScoreAnswer(const Sample& sample, const Response& response) const = 0;

  /// How answers are scored, in one line.
  virtual std::string scoring() const = 0;

  /// For CheckSample: throws Error(kInvalidData) when the sample has no expected answer.
  void RequireAnswer(const Sample& sample) const;

 private:
  const TextQuestion question_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TASK_GENERATION_TASK_H_
