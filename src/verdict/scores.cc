#include "src/verdict/scores.h"

#include <fmt/format.h>

#include "gatetest/error.h"
#include "src/verdict/metric_traits.h"

namespace gatetest::internal {
namespace {

double ScoreIn(Metric metric, const Pair& pair) {
  const Outcome& outcome = *pair.candidate;
  if (metric == Metric::kTruncation) {
    if (!outcome.end_is_known) {
      throw Error(ErrorCode::kUndefined,
                  fmt::format("{} does not say how its answer to sample \"{}\" ended, whether it "
                              "was cut off or not; fill in Response::finish_reason",
                              ToString(pair.subject->candidate->model), pair.sample->id));
    }
    return outcome.truncated ? 1.0 : 0.0;
  }
  if (metric == Metric::kEmpty) return outcome.empty ? 1.0 : 0.0;
  return outcome.score;
}

void CheckScore(Metric metric, const Pair& pair, double score) {
  if (!(score >= kWrong && score <= kRight)) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("sample \"{}\" has the score {}, which is not between 0 and 1",
                            pair.sample->id, score));
  }
  if (metric == Metric::kFlips && !RightOrWrong(score)) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("flips are undefined: sample \"{}\" is scored between right and "
                            "wrong; use retention",
                            pair.sample->id));
  }
}

/// Fills in what is missing. A flip counts against the candidate; else a wrong answer of its own
/// does, and a right one of the baseline.
Score Complete(Metric metric, const Pair& pair, bool in_favour) {
  const bool has_candidate = Measured(pair.candidate);
  const bool has_baseline = Measured(pair.baseline);
  // Of what is written too much is worse: there the answer that was not given is one that has it.
  const bool more = IsOfWriting(metric) != in_favour;
  const double favourable = more ? kRight : kWrong;
  Score score{.candidate = has_candidate ? ScoreIn(metric, pair) : favourable,
              .baseline = has_baseline ? pair.baseline->score : kRight - favourable};
  if (metric != Metric::kFlips) return score;
  if (has_baseline) {
    score.candidate = in_favour ? score.baseline : kRight - score.baseline;
  } else {
    score.baseline = in_favour ? score.candidate : kRight - score.candidate;
  }
  return score;
}

}  // namespace

Score ScoreOf(Metric metric, const Pair& pair, CountMissing missing) {
  const bool paired = NeedsBaseline(metric);
  if (Measured(pair.candidate)) CheckScore(metric, pair, ScoreIn(metric, pair));
  if (paired && Measured(pair.baseline)) CheckScore(metric, pair, pair.baseline->score);
  Score score;
  if (Measured(pair.candidate) && (!paired || Measured(pair.baseline))) {
    score.candidate = ScoreIn(metric, pair);
    if (paired) score.baseline = pair.baseline->score;
  } else {
    score = Complete(metric, pair, missing == CountMissing::kFor);
    if (!paired) score.baseline = kRight;
  }
  return score;
}

Scores ScoresOf(Metric metric, const std::vector<Pair>& pairs, CountMissing missing) {
  const bool paired = NeedsBaseline(metric);
  const std::vector<std::size_t> clusters = ClusterNumbers(pairs);
  Scores scores{.clustered = !clusters.empty()};
  scores.all.reserve(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Pair& pair = pairs[i];
    const bool measured = Measured(pair.candidate) && (!paired || Measured(pair.baseline));
    if (!measured && missing == CountMissing::kNot) continue;
    Score score = ScoreOf(metric, pair, missing);
    score.cluster = scores.clustered ? clusters[i] : scores.all.size();
    scores.graded =
        scores.graded || !RightOrWrong(score.candidate) || !RightOrWrong(score.baseline);
    scores.all.push_back(score);
  }
  return scores;
}

PairedCounts Count(const Scores& scores) {
  PairedCounts counts;
  for (const Score& score : scores.all) {
    const bool candidate = score.candidate == kRight;
    const bool baseline = score.baseline == kRight;
    ++(baseline ? (candidate ? counts.both : counts.lost)
                : (candidate ? counts.gained : counts.neither));
  }
  return counts;
}

}  // namespace gatetest::internal
