// Workload: how models are asked when their speed is measured. The prompts are the gate's.
//
//   gatetest::Gate gate{.baseline = f16, .tasks = {skills},
//                       .workload = {.warm_up = 10, .concurrency = 4}};
#ifndef GATETEST_WORKLOAD_H_
#define GATETEST_WORKLOAD_H_

#include <cstddef>

namespace gatetest {

/// In which order prompts are asked.
enum class PromptOrder {
  kShuffled,  ///< As evaluations ask: arbitrary, by the seed, and the same every time.
  kAsGiven,   ///< As the data set has them.
};

/// What the assertions on speed measure with.
struct Workload {
  /// How many requests are asked before the first that counts: they load the model and fill its
  /// caches. (At least as many as will be under way at a time, unless it is 0.) Change it to 0 to
  /// have the first requests of a fresh model count too.
  int warm_up = 5;

  /// How many requests are under way at a time (Model::RunAtMost). A limit's own goes before.
  int concurrency = 1;

  /// Prompts of one run of the workload, for a throughput, from the first in the order. There is
  /// always one for each place at a time. Latencies are asked of all the gate's prompts in turn.
  std::size_t prompts_of_run = 64;

  /// Change it where what was asked before matters, as with a cache of prompts.
  PromptOrder order = PromptOrder::kShuffled;
};

}  // namespace gatetest

#endif  // GATETEST_WORKLOAD_H_
