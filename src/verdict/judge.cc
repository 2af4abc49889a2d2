#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/verdict.h"
#include "src/evaluation/part.h"
#include "src/text/show.h"
#include "src/thrown.h"
#include "src/verdict/choose_tasks.h"
#include "src/verdict/combine.h"
#include "src/verdict/decide.h"
#include "src/verdict/judge_early.h"
#include "src/verdict/measure.h"
#include "src/verdict/metric_traits.h"
#include "src/verdict/sequence.h"

namespace gatetest {
namespace {

using internal::CountMissing;
using internal::Decidable;
using internal::Decision;
using internal::Measurement;

/// Limits that can hold and can fail: [lowest, highest], without the ends that no value can clear.
struct LimitRange {
  double lowest;
  double highest;
  std::string_view text;
  bool is_share;
};

LimitRange RangeOf(Metric metric) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // The next number after an excluded end.
  const auto after = [](double end) { return std::nextafter(end, kInfinity); };
  const double largest = std::numeric_limits<double>::max();
  switch (metric) {
    case Metric::kAccuracy:
      return {0.0, std::nextafter(1.0, 0.0), "a share, at least 0 and below 1", true};
    case Metric::kRetention:
      return {0.0, 2.0, "a ratio of shares, from 0 to 2", true};
    case Metric::kAccuracyLoss:
      return {0.0, std::nextafter(1.0, 0.0), "a difference of shares, at least 0 and below 1",
              true};
    case Metric::kFlips:
      return {after(0.0), 1.0, "a share, above 0 and at most 1", true};
    case Metric::kPerplexity:
      return {after(1.0), largest, "finite and above 1, the perplexity of a certain text", false};
    case Metric::kBitsPerByte:
    case Metric::kPerplexityRatio:
    case Metric::kOutputLengthRatio:
    case Metric::kCostPer1k:
      return {after(0.0), largest, "finite and above 0", false};
    case Metric::kTruncation:
    case Metric::kEmpty:
      return {after(0.0), 1.0, "a share of the answers, above 0 and at most 1", true};
    case Metric::kSavings:
      return {0.0, std::nextafter(1.0, 0.0),
              "a share of the baseline's cost, at least 0 and below 1", true};
  }
  return {0.0, largest, "finite", false};
}

void CheckInRange(Metric metric, double limit) {
  const LimitRange range = RangeOf(metric);
  if (limit >= range.lowest && limit <= range.highest) return;
  const bool percentage = range.is_share && limit > 1.0 && limit <= 100.0;
  throw Error(
      ErrorCode::kInvalidArgument,
      fmt::format("{} cannot be a limit of {}, which is {}{}", limit, Name(metric), range.text,
                  percentage ? fmt::format("; did you mean {}?", limit / 100.0) : ""));
}

/// The output length ratio has two ends, every other metric one.
void CheckEnds(const Requirement& requirement) {
  const Limit& limit = requirement.limit;
  if ((requirement.metric == Metric::kOutputLengthRatio) != limit.upper().has_value()) {
    throw Error(ErrorCode::kInvalidArgument,
                limit.upper()
                    ? fmt::format("{} has one limit, and Limit::UpTo gives it another; UpTo is for "
                                  "the output length ratio",
                                  Name(requirement.metric))
                    : "the output length ratio has two limits: Limit(0.9).UpTo(1.1)");
  }
  if (!limit.upper()) return;
  CheckInRange(requirement.metric, *limit.upper());
  if (*limit.upper() > limit.threshold()) return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("nothing is above {} and below {}; the lower limit comes first",
                          limit.threshold(), *limit.upper()));
}

void CheckAlpha(double alpha) {
  if (alpha > 0.0 && alpha < 0.5) return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("alpha is {}; it must be above 0 and below 0.5", alpha));
}

Decision NotMeasured(std::string why) { return {Verdict::kNotMeasured, std::move(why)}; }

/// Whether all of the samples were asked on which a population claim is to rest.
bool HaveWhatWasDeclared(std::span<const Subject> subjects, std::size_t samples) {
  return std::all_of(subjects.begin(), subjects.end(), [&](const Subject& subject) {
    const std::size_t declared = std::min(samples, subject.candidate->task->dataset().size());
    return subject.candidate->items.size() >= declared &&
           (subject.baseline == nullptr || subject.baseline->items.size() >= declared);
  });
}

/// What a population claim is to rest on, however many samples others have asked for since: an
/// evaluation that went on because of what it said would be biased.
void KeepDeclared(std::vector<Subject>& subjects, std::size_t samples) {
  for (Subject& subject : subjects) {
    if (subject.candidate->items.size() <= samples) continue;
    const bool same_order =
        subject.baseline != nullptr && subject.baseline->failure.empty() &&
        subject.baseline->provenance.seed == subject.candidate->provenance.seed &&
        subject.baseline->task->dataset().hash() == subject.candidate->task->dataset().hash();
    subject.candidate = internal::FirstItems(subject.candidate, samples);
    if (same_order) subject.baseline = internal::FirstItems(subject.baseline, samples);
  }
}

Measurement MeasureFor(const Decidable& question, std::span<const Subject> subjects,
                       CountMissing missing) {
  return internal::Measure(question.metric, subjects,
                           {.alpha = question.alpha,
                            .p_alpha = std::min(question.alpha, question.failure_alpha),
                            .missing = missing,
                            .only_asked = question.claim == Claim::kPointEstimate ||
                                          (question.claim == Claim::kPopulation &&
                                           HaveWhatWasDeclared(subjects, question.samples)),
                            .limit = question.limit});
}

/// What the verdict would be if all missing samples counted for, or against, the model.
Decision DecideCounting(CountMissing missing, const Decidable& question,
                        std::span<const Subject> subjects) {
  try {
    return internal::Decide(question, MeasureFor(question, subjects, missing));
  } catch (const Error& error) {
    return NotMeasured(error.what());
  }
}

/// Where an undecided claim rests on fewer samples than there are.
std::string BudgetText(const Decidable& question, std::span<const Subject> subjects) {
  std::size_t all = 0;
  std::size_t declared = 0;
  for (const Subject& subject : subjects) {
    const std::size_t size = subject.candidate->task->dataset().size();
    all += size;
    declared += std::min(size, question.samples);
  }
  return declared == all
             ? ""
             : fmt::format("\nthe budget let it rest on {} of {} samples", declared, all);
}

/// A verdict stands if the samples that are missing could not change it.
Decision BoundMissing(const Decision& decision, const Measurement& measurement,
                      const Decidable& question, std::span<const Subject> subjects) {
  const internal::Missing& missing = measurement.missing;
  const Decision best = DecideCounting(CountMissing::kFor, question, subjects);
  const Decision worst = DecideCounting(CountMissing::kAgainst, question, subjects);
  const std::string what = internal::ShowMissing(missing, measurement.samples);
  const std::string why = internal::WhyMissing(missing);
  if (best.verdict == worst.verdict && best.verdict != Verdict::kNotMeasured) {
    const Decision& stands = decision.verdict == worst.verdict ? decision : worst;
    return {stands.verdict,
            fmt::format("{}\n{}, which cannot change the verdict; {}", stands.reason, what, why),
            std::max(best.failure_p, worst.failure_p)};
  }
  return NotMeasured(fmt::format(
      "{}: counted for the model the verdict would be {}, against it "
      "{}{}{}",
      what, Name(best.verdict), Name(worst.verdict), missing.unasked > 0 ? "\n" : "; ", why));
}

/// About one end of the limit; `estimate` is filled in.
Decision DecideOneEnd(const Decidable& question, std::span<const Subject> subjects,
                      std::optional<Estimate>& estimate) {
  const Measurement measurement = MeasureFor(question, subjects, CountMissing::kNot);
  estimate = measurement.estimate;
  Decision decision = internal::Decide(question, measurement);
  if (measurement.missing.samples > 0) {
    decision = BoundMissing(decision, measurement, question, subjects);
  }
  return decision;
}

/// What two decisions on the same samples say, without saying anything twice.
std::string JoinedReasons(const Decision& lower, const Decision& upper) {
  if (lower.reason == upper.reason) return lower.reason;
  std::string_view first = lower.reason;
  const std::string_view drawn = internal::kDrawnAtRandom;
  if (first.ends_with(drawn)) first.remove_suffix(drawn.size());
  return fmt::format("{}\n{}", first, upper.reason);
}

/// PASSED needs both ends, which wants no correction (Berger 1982, Technometrics 24). Of a FAILED
/// the value is beyond one of them, and its text is enough; but a model that is really at one end
/// may by chance seem to be beyond either, so the p-value counts both sides (Hodges and Lehmann
/// 1954, J. R. Stat. Soc. B 16), which matters where the ends are hardly a standard error apart.
Decision BothEnds(const Decidable& question, const Decision& lower, const Decision& upper) {
  const double failure_p =
      std::min({1.0, lower.failure_p + upper.pass_p, upper.failure_p + lower.pass_p});
  const auto is_any = [&](Verdict verdict) {
    return lower.verdict == verdict || upper.verdict == verdict;
  };
  if (is_any(Verdict::kFailed)) {
    Decision decision = lower.verdict == Verdict::kFailed ? lower : upper;
    decision.failure_p = failure_p;
    if (question.claim == Claim::kPopulation && failure_p >= question.failure_alpha) {
      decision.verdict = Verdict::kInconclusive;
      decision.reason += fmt::format(
          "; but these samples cannot tell limits so close to each other apart (p = {:.2g} with "
          "both): more of them would, or limits further apart",
          failure_p);
    }
    return decision;
  }
  const bool same = lower.verdict == upper.verdict;
  if (same) return {lower.verdict, JoinedReasons(lower, upper), failure_p};
  const Verdict weaker =
      is_any(Verdict::kNotMeasured) ? Verdict::kNotMeasured : Verdict::kInconclusive;
  return {weaker, lower.verdict == weaker ? lower.reason : upper.reason, failure_p};
}

Decision DecideAtTheEnd(const Decidable& question, std::span<const Subject> subjects,
                        std::optional<Estimate>& estimate) {
  Decision decision = DecideOneEnd(question, subjects, estimate);
  if (!question.upper) return decision;
  Decidable upper = question;
  upper.limit = *question.upper;
  upper.above = false;
  return BothEnds(question, decision, DecideOneEnd(upper, subjects, estimate));
}

/// A finding, and what Holm's procedure orders it by.
struct Ranked {
  Finding finding = {};
  double failure_p = 1.0;
};

Ranked JudgeTogether(const Decidable& question, std::vector<Subject> subjects) {
  Ranked ranked;
  Finding& finding = ranked.finding;
  Decision decision;
  try {
    for (const Subject& subject : subjects) {
      if (subject.baseline != nullptr && NeedsBaseline(question.metric)) {
        Comparison(subject.baseline, subject.candidate,
                   subject.same_model);  // Throws for what does not compare.
      }
    }
    internal::CheckSubjects(question.metric, subjects);
    Decidable at_the_end = question;
    std::vector<TaskPtr> tasks;
    for (const Subject& subject : subjects) tasks.push_back(subject.candidate->task);
    const bool bets = internal::CanBeSafeEarly(question, tasks);
    internal::EarlyJudgement early;
    if (bets) early = internal::JudgeEarly(question, subjects);
    if (early.finding) return {*std::move(early.finding), early.failure_p};
    // The bets of a population claim had their half of alpha.
    const bool halved = bets && question.claim == Claim::kPopulation;
    if (halved) {
      at_the_end.alpha /= 2.0;
      at_the_end.failure_alpha /= 2.0;
    }
    decision = DecideAtTheEnd(at_the_end, subjects, finding.estimate);
    if (question.claim == Claim::kPopulation && decision.verdict == Verdict::kInconclusive) {
      decision.reason += BudgetText(question, subjects);
    }
    if (halved) {
      decision.failure_p = std::min({1.0, 2.0 * decision.failure_p, early.failure_p});
      if (decision.verdict != Verdict::kNotMeasured) {
        decision.reason +=
            "\nno verdict was safe before the last sample; half of alpha was bet until there";
      }
    }
  } catch (const Error& error) {
    decision = NotMeasured(error.what());
  }
  finding.subjects = std::move(subjects);
  finding.verdict = decision.verdict;
  finding.reason = std::move(decision.reason);
  ranked.failure_p = decision.failure_p;
  return ranked;
}

/// Every subject by itself. Holm (1979): the smallest of k p-values has to be below alpha/k, the
/// next below alpha/(k-1), and so on; the first that is not, and all after it, are no FAILED.
std::vector<Finding> JudgeEach(Decidable question, const std::vector<Subject>& subjects) {
  std::vector<Ranked> all;
  for (const Subject& subject : subjects) all.push_back(JudgeTogether(question, {subject}));
  const bool can_be_wrong =
      question.claim == Claim::kPopulation || question.stop == Stop::kConfident;
  if (can_be_wrong && all.size() > 1) {
    std::vector<Ranked*> failed;
    for (Ranked& one : all) {
      if (one.finding.verdict == Verdict::kFailed) failed.push_back(&one);
    }
    std::stable_sort(failed.begin(), failed.end(),
                     [](const Ranked* a, const Ranked* b) { return a->failure_p < b->failure_p; });
    question.family = all.size();
    bool stopped = false;
    for (std::size_t i = 0; i < failed.size(); ++i) {
      if (!stopped) {
        question.failure_alpha = question.alpha / static_cast<double>(all.size() - i);
      }
      const Subject& subject = subjects[static_cast<std::size_t>(failed[i] - all.data())];
      *failed[i] = JudgeTogether(question, {subject});
      stopped = stopped || failed[i]->finding.verdict != Verdict::kFailed;
    }
  }
  std::vector<Finding> findings;
  for (Ranked& one : all) findings.push_back(std::move(one.finding));
  return findings;
}

std::vector<Subject> ChooseSubjects(const Requirement& requirement,
                                    std::span<const Subject> subjects) {
  std::vector<TaskPtr> tasks;
  for (const Subject& subject : subjects) {
    if (subject.candidate == nullptr || subject.candidate->task == nullptr) {
      throw Error(ErrorCode::kInvalidArgument, subject.candidate == nullptr
                                                   ? "there is no evaluation to judge"
                                                   : subject.candidate->failure);
    }
    tasks.push_back(subject.candidate->task);
  }
  std::vector<Subject> chosen;
  for (const internal::ChosenTask& choice : internal::ChooseTasks(requirement, tasks)) {
    chosen.push_back(subjects[choice.index]);
    // What the baseline was asked, and whether it could be, is no matter of the candidate's own.
    if (!NeedsBaseline(requirement.metric)) chosen.back().baseline = nullptr;
    if (!choice.group.empty()) chosen.back().group = choice.group;
  }
  return chosen;
}

bool SameModel(const Evaluation& a, const Evaluation& b) {
  return ToString(a.model) == ToString(b.model) && a.provenance.identity == b.provenance.identity;
}

/// Answers of two models are no one thing, and one sample is no two.
void CheckPooled(const std::vector<Subject>& subjects) {
  const auto reject = [](const std::string& why) { throw Error(ErrorCode::kInvalidArgument, why); };
  const Subject& first = subjects.front();
  std::set<std::string> hashes;
  for (const Subject& subject : subjects) {
    const Evaluation& one = *subject.candidate;
    if (!SameModel(one, *first.candidate)) {
      reject(
          fmt::format("a pooled limit is about one model, and there are {} and {}; judge each "
                      "by itself",
                      ToString(first.candidate->model), ToString(one.model)));
    }
    if (subject.baseline != nullptr && first.baseline != nullptr &&
        !SameModel(*subject.baseline, *first.baseline)) {
      reject(
          fmt::format("a pooled limit has one baseline, and there are {} and {}; judge each by "
                      "itself",
                      ToString(first.baseline->model), ToString(subject.baseline->model)));
    }
    if (one.failure.empty() && !hashes.insert(one.task->dataset().hash()).second) {
      reject(
          fmt::format("\"{}\" has the same samples as another of the pooled tasks; counted "
                      "twice they would look like more evidence than they are: name the tasks "
                      "one by one",
                      one.task->name()));
    }
  }
}

}  // namespace

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "PASSED";
    case Verdict::kFailed:
      return "FAILED";
    case Verdict::kInconclusive:
      return "INCONCLUSIVE";
    case Verdict::kNotMeasured:
      return "NOT MEASURED";
  }
  return "?";
}

void CheckRequirement(const Requirement& requirement) {
  CheckInRange(requirement.metric, requirement.limit.threshold());
  CheckEnds(requirement);
  CheckAlpha(requirement.limit.alpha().value_or(0.05));
  if (requirement.limit.stop().value_or(Stop::kNever) != Stop::kNever &&
      !internal::HasBounds(requirement.metric)) {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("{} has no bounds, so that no part of the samples makes a verdict safe; "
                    "Limit::Stop is for accuracy, retention, accuracy loss, flips, truncation and "
                    "empty answers",
                    Name(requirement.metric)));
  }
}

Judgement Judge(const Requirement& requirement, std::span<const Subject> subjects,
                const JudgeDefaults& defaults) {
  Judgement judgement{.requirement = requirement, .defaults = defaults};
  try {
    CheckRequirement(requirement);
    const Limit& limit = requirement.limit;
    CheckAlpha(limit.alpha().value_or(defaults.alpha));
    const Decidable question = internal::QuestionOf(requirement, defaults);
    std::vector<Subject> chosen = ChooseSubjects(requirement, subjects);
    if (question.claim == Claim::kPopulation) KeepDeclared(chosen, question.samples);
    if (limit.pooled()) {
      CheckPooled(chosen);
      judgement.findings.push_back(JudgeTogether(question, std::move(chosen)).finding);
    } else {
      judgement.findings = JudgeEach(question, chosen);
    }
    judgement.verdict = internal::Combine(judgement.findings);
  } catch (...) {
    judgement.findings.clear();
    judgement.failure = internal::TextOfCurrentException();
  }
  return judgement;
}

}  // namespace gatetest
