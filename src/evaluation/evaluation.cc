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

Comparison::Comparison(EvaluationPtr baseline, EvaluationPtr candidate)
    : baseline_(std::move(baseline)), candidate_(std::move(candidate)) {
  if (baseline_ == nullptr || candidate_ == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "a comparison needs two evaluations");
  }
  if (!baseline_->failure.empty() || !candidate_->failure.empty()) return;
  const Task& one = *baseline_->task;
  const Task& other = *candidate_->task;
  const auto reject = [&](const std::string& why) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} and {} do not compare: {}", Describe(*baseline_),
                            Describe(*candidate_), why));
  };
  if (!baseline_->provenance.identity.empty() &&
      baseline_->provenance.identity == candidate_->provenance.identity) {
    reject(
        "the candidate is the baseline. Models of one name, quantization, weights, code and "
        "options share their answers; if they differ, say so in ModelInfo (options, code_id), or "
        "leave weights empty");
  }
  if (one.dataset().hash() != other.dataset().hash()) {
    reject(fmt::format("their data differ (xxh3:{} and xxh3:{})", one.dataset().hash(),
                       other.dataset().hash()));
  }
  if (one.identity() != other.identity()) {
    reject(fmt::format("one is {}, the other {}", one.identity(), other.identity()));
  }
}

void PrintTo(const EvaluationPtr& evaluation, std::ostream* os) {
  *os << (evaluation == nullptr ? "no evaluation" : Describe(*evaluation));
}

void PrintTo(const Comparison& comparison, std::ostream* os) {
  *os << Describe(*comparison.candidate()) << ", against " << Describe(*comparison.baseline());
}

}  // namespace gatetest
