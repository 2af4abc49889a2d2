#include "src/verdict/judge_early.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "src/evaluation/part.h"
#include "src/text/show.h"
#include "src/verdict/measure.h"
#include "src/verdict/pairs.h"
#include "src/verdict/sequence.h"

namespace gatetest::internal {
namespace {

/// Each subject as far as `pairs` go, so that a message shows what the verdict rests on, whatever
/// else was evaluated.
std::vector<Subject> UpTo(const std::vector<Pair>& pairs, const std::vector<Subject>& subjects) {
  std::vector<Subject> parts = subjects;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const Dataset& dataset = subjects[i].candidate->task->dataset();
    std::set<std::size_t> samples;
    for (const Pair& pair : pairs) {
      if (pair.subject != &subjects[i]) continue;
      samples.insert(static_cast<std::size_t>(pair.sample - dataset.samples().data()));
    }
    const auto wanted = [&](std::size_t sample) { return samples.contains(sample); };
    parts[i].candidate = ItemsOf(subjects[i].candidate, wanted);
    const EvaluationPtr& baseline = subjects[i].baseline;
    if (baseline != nullptr && baseline->task->dataset().hash() == dataset.hash()) {
      parts[i].baseline = ItemsOf(baseline, wanted);
    }
  }
  return parts;
}

/// "decided after 57 of 700 samples (seed 17): the confidence sequence's upper bound 0.7712 is not
/// above 0.9000".
std::string ReasonOf(const Decidable& question, const SafeVerdict& safe, std::size_t all,
                     const Interval& interval, double p, std::uint64_t seed) {
  std::string reason =
      fmt::format("decided after {} of {} samples (seed {}): ", safe.samples, all, seed);
  const std::string limit = ShowNumber(question.limit);
  const std::string_view relation = RelationOf(question.metric);
  if (safe.certain) {
    const std::size_t rest = all - safe.samples;
    return reason + fmt::format("whatever the {}, it is {}{} {}",
                                rest == 1 ? "last one is" : fmt::format("other {} are", rest),
                                safe.passed ? "" : "not ", relation, limit);
  }
  const bool lower = MoreIsBetter(question.metric) == safe.passed;
  reason +=
      fmt::format("the confidence sequence's {} bound {} is {}{} {}", lower ? "lower" : "upper",
                  ShowBeside(lower ? interval.lower : interval.upper, question.limit),
                  safe.passed ? "" : "not ", relation, limit);
  return safe.passed ? reason : reason + HolmText(question, p);
}

}  // namespace

EarlyJudgement JudgeEarly(const Decidable& question, const std::vector<Subject>& subjects) {
  const std::size_t all = CountSamples(subjects);
  std::vector<Pair> pairs = PairsAsAsked(subjects);
  Sequence sequence(question, all);
  std::vector<Score> worst, best;
  for (const Pair& pair : pairs) {
    worst.push_back(ScoreOf(question.metric, pair, CountMissing::kAgainst));
    best.push_back(ScoreOf(question.metric, pair, CountMissing::kFor));
    if (sequence.Add(worst.back(), best.back())) break;
  }
  EarlyJudgement judgement{.failure_p = sequence.failure_p()};
  // With the last sample of a dataset everything is known, and nothing early.
  const std::optional<SafeVerdict>& safe = sequence.safe();
  if (!safe || (question.claim == Claim::kDataset && safe->samples == all)) return judgement;

  pairs.resize(safe->samples);
  const Missing missing = MissingIn(pairs, NeedsBaseline(question.metric));
  Finding finding{.subjects = UpTo(pairs, subjects),
                  .verdict = safe->passed ? Verdict::kPassed : Verdict::kFailed,
                  .early = EarlyEnd{safe->samples, all, safe->certain}};
  const Measurement measurement =
      Measure(question.metric, finding.subjects,
              {.alpha = question.alpha, .only_asked = true, .limit = question.limit});
  finding.estimate = measurement.estimate;
  finding.estimate->interval = MetricSequence(sequence.terms(), worst, best);
  finding.estimate->no_interval.clear();
  finding.estimate->too_few.clear();
  finding.estimate->n = safe->samples - missing.samples;
  finding.estimate->observations = "samples";
  finding.estimate->method = "betting";
  finding.reason = ReasonOf(question, *safe, all, *finding.estimate->interval, judgement.failure_p,
                            subjects.front().candidate->provenance.seed);
  if (missing.samples > 0) {
    finding.reason += fmt::format("\n{}, which cannot change the verdict; {}",
                                  ShowMissing(missing, safe->samples), WhyMissing(missing));
  }
  if (measurement.sampled && question.claim == Claim::kDataset) {
    finding.reason += kDrawnAtRandom;
  }
  judgement.finding = std::move(finding);
  return judgement;
}

}  // namespace gatetest::internal
