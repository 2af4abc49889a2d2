#include "gatetest/evaluation.h"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "gatetest/error.h"

namespace gatetest {
namespace {

std::string Describe(const Evaluation& evaluation) {
  const std::string task = evaluation.task == nullptr ? "?" : evaluation.task->name();
  const std::string what = fmt::format("{} on \"{}\"", ToString(evaluation.model), task);
  return evaluation.failure.empty() ? fmt::format("{}, {} samples", what, evaluation.items.size())
                                    : fmt::format("{}, not measured", what);
}

}  // namespace

EvaluationPtr FailedEvaluation(ModelInfo model, TaskPtr task, std::string why) {
  Evaluation evaluation;
  evaluation.model = std::move(model);
  evaluation.task = std::move(task);
  evaluation.failure = why.empty() ? "no reason was given" : std::move(why);
  return std::make_shared<const Evaluation>(std::move(evaluation));
}

void PrintTo(const EvaluationPtr& evaluation, std::ostream* os) {
  *os << (evaluation == nullptr ? "no evaluation" : Describe(*evaluation));
}

void PrintTo(const Comparison& comparison, std::ostream* os) {
  *os << Describe(*comparison.candidate()) << ", against " << Describe(*comparison.baseline());
}

}  // namespace gatetest
