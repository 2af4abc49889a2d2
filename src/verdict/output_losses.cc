#include "src/verdict/output_losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "src/text/show.h"
#include "src/verdict/group_lines.h"
#include "src/verdict/measure_output.h"
#include "src/verdict/metric_traits.h"

namespace gatetest::internal {
namespace {

constexpr double kThousandTokens = 1000.0;

/// What a metric is computed from, of one sample or summed over several.
struct Figures {
  double candidate = 0.0;  ///< Answers cut off or empty, tokens or bytes, US dollars.
  double baseline = 0.0;   ///< The same of the baseline, for metrics that compare with it.
  Usage usage = {};        ///< Of the candidate, where it is known: of costs it is.
  Usage baseline_usage = {};
  std::size_t samples = 0;

  Figures& operator+=(const Figures& other) {
    candidate += other.candidate;
    baseline += other.baseline;
    Add(other.usage, usage);
    Add(other.baseline_usage, baseline_usage);
    samples += other.samples;
    return *this;
  }
  double tokens() const {
    return static_cast<double>(usage.prompt_tokens + usage.completion_tokens);
  }

 private:
  static void Add(const Usage& usage, Usage& to) {
    to.prompt_tokens += usage.prompt_tokens;
    to.completion_tokens += usage.completion_tokens;
  }
};

/// "$0.0123", and as many decimals as a single answer's price needs.
std::string ShowDollars(double usd) { return "$" + ShowNumber(usd); }

/// "8,200 tokens in, 1,100 out".
std::string ShowUsage(const Usage& usage) {
  return fmt::format("{} in, {} out",
                     ShowMany(static_cast<std::size_t>(usage.prompt_tokens), "token"),
                     ShowGrouped(usage.completion_tokens));
}

/// The figures of a metric, in the unit that its samples have.
class FigureOf {
 public:
  FigureOf(Metric metric, LengthUnit unit) : metric_(metric), unit_(unit) {}

  /// Of a pair that was measured.
  Figures operator()(const Pair& pair) const {
    const Subject& subject = *pair.subject;
    Figures figures{.candidate = One(subject.candidate->model, *pair.sample, *pair.candidate),
                    .usage = pair.candidate->usage.value_or(Usage{}),
                    .samples = 1};
    if (NeedsBaseline(metric_)) {
      figures.baseline = One(subject.baseline->model, *pair.sample, *pair.baseline);
      figures.baseline_usage = pair.baseline->usage.value_or(Usage{});
    }
    return figures;
  }

  /// "$0.0123", "1,200 tokens".
  std::string Show(double figure) const {
    if (IsOfCost(metric_)) return ShowDollars(figure);
    return ShowMany(static_cast<std::size_t>(std::llround(figure)),
                    unit_ == LengthUnit::kTokens ? "token" : "byte");
  }

 private:
  double One(const ModelInfo& model, const Sample& sample, const Outcome& outcome) const {
    if (metric_ == Metric::kTruncation) return outcome.truncated ? 1.0 : 0.0;
    if (metric_ == Metric::kEmpty) return outcome.empty ? 1.0 : 0.0;
    if (metric_ == Metric::kOutputLengthRatio) return LengthOf(outcome, unit_);
    return CostOf(model, sample, outcome);
  }

  Metric metric_;
  LengthUnit unit_;
};

/// By how much a sample or a group keeps the metric from its limit.
class LossBeyond {
 public:
  /// `all`: of all samples, which says what end of the limit it is about.
  LossBeyond(const Requirement& requirement, const Figures& all)
      : metric_(requirement.metric), limit_(requirement.limit.threshold()) {
    const std::optional<double>& upper = requirement.limit.upper();
    if (!upper) return;
    const double ratio = all.candidate / all.baseline;
    too_little_ = std::abs(ratio - limit_) < std::abs(ratio - *upper);
    if (!too_little_) limit_ = *upper;
  }

  double operator()(const Figures& figures) const {
    const double excess = figures.candidate - Allowed(figures);
    return too_little_ ? -excess : excess;
  }

 private:
  double Allowed(const Figures& figures) const {
    if (metric_ == Metric::kOutputLengthRatio) return limit_ * figures.baseline;
    if (metric_ == Metric::kCostPer1k) return limit_ * figures.tokens() / kThousandTokens;
    return metric_ == Metric::kSavings ? (1.0 - limit_) * figures.baseline : 0.0;
  }

  Metric metric_;
  double limit_;
  bool too_little_ = false;
};

/// Where an answer goes on and on is seen at its end.
std::string ShowEnd(std::string_view answer) {
  constexpr std::size_t kMostBytes = 60;
  if (answer.size() <= kMostBytes) return "got " + Quote(answer);
  std::size_t begin = answer.size() - kMostBytes;
  const auto is_inside = [&](std::size_t at) {  // Of a UTF-8 character.
    return at < answer.size() && (static_cast<unsigned char>(answer[at]) & 0xC0U) == 0x80U;
  };
  while (is_inside(begin)) ++begin;
  return "ends in " + Quote(answer.substr(begin));
}

std::string DescribeSample(Metric metric, const FigureOf& figure_of, const Pair& pair,
                           const Figures& figures) {
  const std::string sample = fmt::format("#{} {}", pair.sample->id, Quote(pair.sample->input));
  switch (metric) {
    case Metric::kTruncation:
      return fmt::format("{} {}", sample, ShowEnd(pair.candidate->answer));
    case Metric::kEmpty:
      return fmt::format("{} got nothing", sample);
    case Metric::kOutputLengthRatio:
      return fmt::format("{} got {} (baseline {}): {}", sample, figure_of.Show(figures.candidate),
                         ShowGrouped(std::llround(figures.baseline)),
                         Quote(pair.candidate->answer));
    case Metric::kCostPer1k:
      return fmt::format("{} costs {}: {}", sample, figure_of.Show(figures.candidate),
                         ShowUsage(figures.usage));
    default:
      return fmt::format("{} costs {} (baseline {}): {}", sample, figure_of.Show(figures.candidate),
                         figure_of.Show(figures.baseline), ShowUsage(figures.usage));
  }
}

std::string DescribeGroup(Metric metric, const FigureOf& figure_of, const std::string& name,
                          const Figures& group) {
  switch (metric) {
    case Metric::kTruncation:
    case Metric::kEmpty:
      return fmt::format("{} {:g}/{}", name, group.candidate, group.samples);
    case Metric::kCostPer1k:
      return fmt::format("{} {} for 1000", name,
                         ShowDollars(kThousandTokens * group.candidate / group.tokens()));
    default:
      return fmt::format("{} {} (baseline {})", name, figure_of.Show(group.candidate),
                         metric == Metric::kOutputLengthRatio
                             ? ShowGrouped(std::llround(group.baseline))
                             : figure_of.Show(group.baseline));
  }
}

/// What is behind the metric, over all samples; `model`: the candidate.
std::string Counts(Metric metric, const FigureOf& figure_of, const ModelInfo& model,
                   const Figures& all) {
  const std::string answers = ShowMany(all.samples, "answer");
  const std::string candidate = figure_of.Show(all.candidate);
  switch (metric) {
    case Metric::kTruncation:
      return fmt::format("{:g} of {} cut off by the token limit", all.candidate, answers);
    case Metric::kEmpty:
      return fmt::format("{:g} of {} empty", all.candidate, answers);
    case Metric::kCostPer1k: {
      const Prices prices = model.prices.value_or(Prices{});
      return fmt::format("{} cost {}: {}, at ${:g} and ${:g} a million", answers, candidate,
                         ShowUsage(all.usage), prices.input_usd_per_mtok,
                         prices.output_usd_per_mtok);
    }
    case Metric::kSavings:
      return fmt::format("baseline {} ({}), candidate {} ({}), for {} each",
                         figure_of.Show(all.baseline), ShowUsage(all.baseline_usage), candidate,
                         ShowUsage(all.usage), answers);
    default:
      return fmt::format("baseline {}, candidate {}, for {} each", figure_of.Show(all.baseline),
                         candidate, answers);
  }
}

}  // namespace

Losses FindOutputLosses(const Requirement& requirement, const std::vector<Pair>& pairs,
                        bool several) {
  const Metric metric = requirement.metric;
  std::vector<Pair> measured;
  for (const Pair& pair : pairs) {
    const bool both = !NeedsBaseline(metric) || Measured(pair.baseline);
    if (Measured(pair.candidate) && both) measured.push_back(pair);
  }
  const LengthUnit unit =
      metric == Metric::kOutputLengthRatio ? LengthUnitOf(measured) : LengthUnit::kTokens;
  const FigureOf figure_of(metric, unit);
  std::map<std::string, Figures> groups;
  Figures all;
  std::vector<Figures> figures;
  for (const Pair& pair : measured) {
    figures.push_back(figure_of(pair));
    all += figures.back();
    groups[GroupOf(pair, several)] += figures.back();
  }
  const LossBeyond loss_of(requirement, all);
  std::vector<std::pair<double, std::size_t>> worst;
  for (std::size_t i = 0; i < measured.size(); ++i) worst.emplace_back(loss_of(figures[i]), i);
  std::stable_sort(worst.begin(), worst.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  Losses losses{.counts =
                    Counts(metric, figure_of, measured.front().subject->candidate->model, all)};
  for (const auto& [loss, i] : worst) {
    if (losses.worst.size() == kMostSamples || !(loss > 0.0)) break;
    losses.worst.push_back(DescribeSample(metric, figure_of, measured[i], figures[i]));
  }
  if (groups.size() < 2) return losses;
  std::vector<GroupLine> lines;
  for (const auto& [name, group] : groups) {
    lines.push_back({loss_of(group), DescribeGroup(metric, figure_of, name, group)});
  }
  losses.groups = MostFirst(std::move(lines));
  return losses;
}

}  // namespace gatetest::internal
