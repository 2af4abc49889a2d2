// Where the outcomes of an evaluation come from, as people read it.
#ifndef GATETEST_SRC_EVALUATION_SOURCES_H_
#define GATETEST_SRC_EVALUATION_SOURCES_H_

#include <span>
#include <string>

#include "gatetest/evaluation.h"

namespace gatetest::internal {

/// Counts anew where the outcomes come from.
void CountSources(Evaluation& evaluation);

/// "tinylm int4: 40 live, 660 cached (oldest 2026-11-20)".
std::string ShowSources(const Evaluation& evaluation);

/// "76 samples: 38 live, 38 cached (oldest 2026-11-20); 2 of them could not be measured", of all.
std::string ShowSources(std::span<const EvaluationPtr> evaluations);

/// "3 requests were asked again (HTTP 429 x 2, connection reset x 1)"; empty: none were.
std::string ShowRetries(const Retries& retries);

/// Adds those to these.
void AddRetries(const Retries& those, Retries& these);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_SOURCES_H_
