#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/verdict.h"
#include "src/evaluation/sources.h"
#include "src/text/lines.h"
#include "src/text/show.h"
#include "src/verdict/decide.h"
#include "src/verdict/losses.h"
#include "src/verdict/metric_traits.h"
#include "src/verdict/noise.h"

namespace gatetest {
namespace {

using internal::Lines;
using internal::ShowBeside;
using internal::ShowCount;
using internal::ShowNumber;

/// Two rungs of one model are known by their quantization.
bool AreRungs(const Subject& subject) {
  return subject.baseline != nullptr &&
         subject.baseline->model.name == subject.candidate->model.name &&
         !subject.baseline->model.quantization.empty() &&
         !subject.candidate->model.quantization.empty() &&
         subject.baseline->model.quantization != subject.candidate->model.quantization;
}

std::string CandidateLabel(const Subject& subject) {
  return AreRungs(subject) ? subject.candidate->model.quantization
                           : ToString(subject.candidate->model);
}

std::string BaselineLabel(const Subject& subject) {
  if (subject.baseline == nullptr) return "the baseline";
  if (!subject.baseline->provenance.recording.empty() &&
      ToString(subject.baseline->model) == ToString(subject.candidate->model)) {
    return "its recorded release";
  }
  return AreRungs(subject) ? subject.baseline->model.quantization
                           : ToString(subject.baseline->model);
}

std::string TaskLabel(const Subject& subject) {
  return fmt::format("\"{}{}{}\"", subject.candidate->task->name(),
                     subject.group.empty() ? "" : "/", subject.group);
}

/// "\"sums\"", or "\"sums\" + \"facts\"" where they are pooled.
std::string TaskLabel(const Finding& finding) {
  std::vector<std::string> labels;
  for (const Subject& subject : finding.subjects) labels.push_back(TaskLabel(subject));
  return fmt::format("{}", fmt::join(labels, " + "));
}

/// What perplexity is counted over, where it is not tokens.
std::string_view UnitOf(Metric metric, const Finding& finding) {
  if (metric != Metric::kPerplexity && metric != Metric::kPerplexityRatio) return "";
  switch (PerplexityUnit(*finding.subjects.front().candidate->task)) {
    case Per::kWord:
      return " per word";
    case Per::kByte:
      return " per byte";
    case Per::kToken:
      return "";
  }
  return "";
}

/// The requirement as a verb phrase: "retains above 0.9000 of f16".
std::string Phrase(const Judgement& judgement, const std::string& baseline) {
  const std::string limit = ShowNumber(judgement.requirement.limit.threshold());
  switch (judgement.requirement.metric) {
    case Metric::kAccuracy:
      return fmt::format("has an accuracy above {}", limit);
    case Metric::kRetention:
      return fmt::format("retains above {} of {}", limit, baseline);
    case Metric::kAccuracyLoss:
      return fmt::format("loses less than {} accuracy against {}", limit, baseline);
    case Metric::kFlips:
      return fmt::format("flips below {} of {}'s answers", limit, baseline);
    case Metric::kPerplexity:
      return fmt::format("has a perplexity below {}", limit);
    case Metric::kBitsPerByte:
      return fmt::format("has bits per byte below {}", limit);
    case Metric::kPerplexityRatio:
      return fmt::format("has a perplexity below {} times that of {}", limit, baseline);
    case Metric::kTruncation:
      return fmt::format("has a share of cut-off answers below {}", limit);
    case Metric::kEmpty:
      return fmt::format("has a share of empty answers below {}", limit);
    case Metric::kOutputLengthRatio:
      return fmt::format("writes more than {}{} times as much as {}", limit,
                         judgement.requirement.limit.upper()
                             ? " and less than " + ShowNumber(*judgement.requirement.limit.upper())
                             : "",
                         baseline);
    case Metric::kCostPer1k:
      return fmt::format("costs less than ${} for 1000 tokens", limit);
    case Metric::kSavings:
      return fmt::format("saves more than {} of what {} costs", limit, baseline);
  }
  return "";
}

/// The end of the limit that a value is nearer to, and must not look like.
double NearerEnd(const Limit& limit, double value) {
  if (!limit.upper()) return limit.threshold();
  return std::abs(*limit.upper() - value) < std::abs(limit.threshold() - value) ? *limit.upper()
                                                                                : limit.threshold();
}

std::string Actual(const Judgement& judgement, const Finding& finding) {
  if (!finding.estimate) return std::string(Name(judgement.requirement.metric)) + " unknown";
  const Estimate& estimate = *finding.estimate;
  const auto show = [&](double value) {
    return ShowBeside(value, NearerEnd(judgement.requirement.limit, value));
  };
  const Metric metric = judgement.requirement.metric;
  std::string text =
      fmt::format("{}{} {}", Name(metric), UnitOf(metric, finding), show(estimate.value));
  if (estimate.interval) {
    text += fmt::format(", {:.10g}% {} [{}, {}]", 100.0 * (1.0 - 2.0 * estimate.interval->alpha),
                        finding.early ? "confidence sequence" : "interval",
                        show(estimate.interval->lower), show(estimate.interval->upper));
  }
  const bool paired = NeedsBaseline(metric);
  const std::string observations = (paired ? "paired " : "") + estimate.observations;
  text += ", n = " + ShowCount(static_cast<double>(estimate.n), observations);
  if (finding.early) text += fmt::format(" of {}", finding.early->of);
  if (estimate.interval) text += fmt::format(" ({})", estimate.method);
  return text;
}

/// "\nThe answers of tinylm int4 were not recorded: the disk is full"; empty when they were.
std::string NotRecorded(const Evaluation& evaluation) {
  const std::string& why = evaluation.provenance.not_recorded;
  return why.empty() ? ""
                     : fmt::format("\nthe answers of {} were not recorded: {}",
                                   ToString(evaluation.model), why);
}

/// "\n133 of 700 answers of tinylm int2 were cut off by the token limit"; empty when none were.
std::string Truncated(const Evaluation& evaluation) {
  const auto truncated =
      std::count_if(evaluation.items.begin(), evaluation.items.end(),
                    [](const Evaluation::Item& item) { return item.outcome.truncated; });
  return truncated == 0
             ? ""
             : fmt::format("\n{} of {} answers of {} were cut off by the token limit", truncated,
                           evaluation.items.size(), ToString(evaluation.model));
}

/// "\n12 of 700 answers of tinylm int2 were empty"; empty when none were.
std::string Empty(const Evaluation& evaluation) {
  const auto empty = std::count_if(evaluation.items.begin(), evaluation.items.end(),
                                   [](const Evaluation::Item& item) { return item.outcome.empty; });
  return empty == 0 ? ""
                    : fmt::format("\n{} of {} answers of {} were empty", empty,
                                  evaluation.items.size(), ToString(evaluation.model));
}

/// "\ntinylm int4: 3 requests were asked again (HTTP 429 x 3)"; empty when none were.
std::string Retried(const Evaluation& evaluation) {
  const std::string retries = internal::ShowRetries(evaluation.provenance.retries);
  return retries.empty() ? "" : fmt::format("\n{}: {}", ToString(evaluation.model), retries);
}

/// Where the numbers of one task come from.
std::string Evidence(const Subject& subject) {
  const Evaluation& candidate = *subject.candidate;
  if (candidate.items.empty()) return "none";
  const Dataset& dataset = candidate.task->dataset();
  std::string text;
  if (subject.baseline != nullptr) text = internal::ShowSources(*subject.baseline) + "; ";
  text += fmt::format("{}; data xxh3:{}, seed {}", internal::ShowSources(candidate),
                      dataset.hash().substr(0, 12), candidate.provenance.seed);
  text += fmt::format("\n{}", candidate.task->protocol());
  for (const auto& note : {Truncated, Empty, Retried, NotRecorded}) {
    if (subject.baseline != nullptr) text += note(*subject.baseline);
    text += note(candidate);
  }
  return text;
}

/// Whether verdicts may be given early, by this rule.
bool EndsEarly(const Judgement& judgement, Stop stop) {
  const Requirement& requirement = judgement.requirement;
  return requirement.limit.stop().value_or(judgement.defaults.stop) == stop &&
         internal::HasBounds(requirement.metric);
}

/// What a limit claims, where that is not what its words say.
std::string ClaimText(const Judgement& judgement) {
  const Limit& limit = judgement.requirement.limit;
  const double alpha = limit.alpha().value_or(judgement.defaults.alpha);
  switch (limit.claim().value_or(judgement.defaults.claim)) {
    case Claim::kDataset:
      return EndsEarly(judgement, Stop::kConfident)
                 ? fmt::format(", on as few samples as are safe (alpha {:g})", alpha)
                 : "";
    case Claim::kPopulation:
      return fmt::format(", and on texts like these (alpha {:g})", alpha);
    case Claim::kPointEstimate:
      return ", as a point estimate";
  }
  return "";
}

/// Verdict, counts, groups and samples of one task.
void AddFinding(Lines& lines, const Judgement& judgement, const Finding& finding) {
  const std::string task = judgement.findings.size() > 1 ? TaskLabel(finding) + ": " : "";
  std::string verdict = fmt::format("{}{}: {}", task, Name(finding.verdict), finding.reason);
  internal::Losses losses;
  if (finding.estimate) {
    losses = internal::FindLosses(judgement.requirement, finding.subjects);
  }
  if (!losses.counts.empty()) verdict += "\n" + losses.counts;
  lines.Add("Verdict", verdict);
  if (finding.estimate) {
    const std::string noise = internal::NoiseText(judgement.requirement, finding.subjects,
                                                  BaselineLabel(finding.subjects.front()));
    if (!noise.empty()) lines.Add("Noise", task + noise);
  }
  if (finding.verdict == Verdict::kPassed) return;
  if (!losses.groups.empty())
    lines.Add("Groups", fmt::format("{}", fmt::join(losses.groups, ", ")));
  if (!losses.worst.empty()) lines.Add("Worst", fmt::format("{}", fmt::join(losses.worst, "\n")));
}

}  // namespace

std::string Expectation(const Judgement& judgement) {
  if (judgement.findings.empty()) return Phrase(judgement, "the baseline");
  const Subject& subject = judgement.findings.front().subjects.front();
  std::vector<std::string> tasks;
  for (const Finding& finding : judgement.findings) tasks.push_back(TaskLabel(finding));
  return fmt::format("{} {} on {}{}{}", CandidateLabel(subject),
                     Phrase(judgement, BaselineLabel(subject)), tasks.size() > 1 ? "each of " : "",
                     fmt::join(tasks, ", "), ClaimText(judgement));
}

std::string Explain(const Judgement& judgement) {
  Lines lines;
  if (judgement.findings.empty()) {
    lines.Add("Verdict", fmt::format("{}: {}", Name(judgement.verdict), judgement.failure));
    return lines.text();
  }
  const bool several = judgement.findings.size() > 1;
  std::vector<std::string> actual;
  std::vector<std::string> evidence;
  for (const Finding& finding : judgement.findings) {
    const std::string task = several ? TaskLabel(finding) + ": " : "";
    const std::string verdict = several ? fmt::format("{}, ", Name(finding.verdict)) : "";
    actual.push_back(task + verdict + Actual(judgement, finding));
    for (const Subject& one : finding.subjects) {
      const bool alone = !several && finding.subjects.size() == 1;
      evidence.push_back((alone ? "" : TaskLabel(one) + ": ") + Evidence(one));
    }
  }
  lines.Add("Actual", fmt::format("{}", fmt::join(actual, "\n")));
  for (const Finding& finding : judgement.findings) {
    // A message says what keeps the release back; what passed has its line above.
    if (judgement.verdict == Verdict::kPassed || finding.verdict != Verdict::kPassed) {
      AddFinding(lines, judgement, finding);
    }
  }
  lines.Add("Evidence", fmt::format("{}", fmt::join(evidence, "\n")));
  return lines.text();
}

}  // namespace gatetest
