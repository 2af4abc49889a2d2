#include "src/calibration/leaks.h"

#include <map>
#include <tuple>
#include <utility>

#include "src/calibration/duplicates.h"
#include "src/calibration/shingles.h"

namespace gatetest::internal {
namespace {

/// The best overlap of each sample of one set.
using BestOverlaps = std::map<std::size_t, Overlap>;

void KeepBest(std::size_t sample, const Overlap& overlap, BestOverlaps& best) {
  const auto [at, is_new] = best.try_emplace(sample, overlap);
  const auto rank = [](const Overlap& o) { return std::tuple(o.exact, o.share); };
  if (!is_new && rank(overlap) > rank(at->second)) at->second = overlap;
}

}  // namespace

std::vector<CalibrationLeak> FindLeaks(const Dataset& calibration, const Dataset& evaluation,
                                       double near_duplicate) {
  BestOverlaps of_calibration;
  BestOverlaps of_evaluation;
  const OverlapSink keep = [&](const Overlap& overlap) {
    KeepBest(overlap.calibration, overlap, of_calibration);
    KeepBest(overlap.evaluation, overlap, of_evaluation);
  };
  FindDuplicates(calibration, evaluation, keep);
  FindNearDuplicates(calibration, evaluation, near_duplicate, keep);

  std::map<std::pair<std::size_t, std::size_t>, const Overlap*> pairs;
  for (const BestOverlaps* const best : {&of_calibration, &of_evaluation}) {
    for (const auto& [sample, overlap] : *best) {
      pairs.try_emplace({overlap.calibration, overlap.evaluation}, &overlap);
    }
  }
  std::vector<CalibrationLeak> leaks;
  for (const auto& [pair, overlap] : pairs) {
    leaks.push_back({.calibration_id = calibration.samples()[pair.first].id,
                     .evaluation_id = evaluation.samples()[pair.second].id,
                     .exact = overlap->exact,
                     .overlap = overlap->share,
                     .snippet = overlap->snippet});
  }
  return leaks;
}

}  // namespace gatetest::internal
