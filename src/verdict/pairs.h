// The samples a verdict is about, with what came of them.
#ifndef GATETEST_SRC_VERDICT_PAIRS_H_
#define GATETEST_SRC_VERDICT_PAIRS_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/verdict.h"

namespace gatetest::internal {

struct Pair {
  const Subject* subject = nullptr;
  const Sample* sample = nullptr;
  const Outcome* candidate =
      nullptr;  ///< Null: not asked, because a stop rule ended the evaluation.
  const Outcome* baseline = nullptr;  ///< Null: likewise, or there is no baseline.
};

/// Every sample of the subjects' tasks and groups, in the data sets' order, or those alone that
/// were asked. Throws Error(kInvalidArgument) for an evaluation that has a sample twice, or one
/// that is not in its data set.
std::vector<Pair> PairsOf(std::span<const Subject> subjects, bool only_asked = false);

/// How many samples a data set has in a group; in all where that is empty.
std::size_t CountSamples(const Dataset& dataset, const std::string& group);

/// How many samples the subjects' tasks and groups have.
std::size_t CountSamples(std::span<const Subject> subjects);

/// Those of which both models were asked, in the order in which they were, up to the first of which
/// one was not. Samples of several subjects take turns (ShuffledTurns). Throws as PairsOf does.
std::vector<Pair> PairsAsAsked(std::span<const Subject> subjects);

/// What kept samples from being measured.
struct Missing {
  std::size_t samples = 0;
  std::size_t unasked = 0;       ///< So many of these were not asked at all.
  std::string first = {};        ///< Sample and reason of the first that was.
  std::string why_unasked = {};  ///< Of the first that was not.
};

/// "2 of 40 samples could not be measured", "60 of 100 samples were not asked", or both of them.
std::string ShowMissing(const Missing& missing, std::size_t all);
/// "the first: sample \"7\": the model threw: out of memory", "the budget of 40 requests does not
/// pay for more: ...", or both.
std::string WhyMissing(const Missing& missing);

Missing MissingIn(const std::vector<Pair>& pairs, bool with_baseline);

inline bool Measured(const Outcome* outcome) {
  return outcome != nullptr && outcome->unmeasured.empty();
}

/// For each pair the number of its cluster (Sample::cluster, within its task), from 0; a sample
/// without one is a cluster of its own. Empty where no sample carries a cluster.
std::vector<std::size_t> ClusterNumbers(const std::vector<Pair>& pairs);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_PAIRS_H_
