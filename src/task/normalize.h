// Normalization of texts before they are compared (tasks.h says what each step is).
#ifndef GATETEST_SRC_TASK_NORMALIZE_H_
#define GATETEST_SRC_TASK_NORMALIZE_H_

#include <optional>
#include <string>
#include <string_view>

#include "gatetest/tasks.h"
#include "src/text/regex.h"

namespace gatetest::internal {

std::string LowerAscii(std::string_view text);

class Normalizer {
 public:
  /// Throws Error(kInvalidArgument) when the regular expression does not compile.
  explicit Normalizer(Normalization normalization);

  /// All steps.
  std::string Answer(std::string_view text) const;
  /// All steps but the extraction, which is meant for what a model says around its answer.
  std::string Expected(std::string_view text) const;

  std::string description() const;

 private:
  const Normalization normalization_;
  std::optional<Regex> extract_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TASK_NORMALIZE_H_
