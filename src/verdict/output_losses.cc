#include "src/verdict/output_losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "src/text/show.h"
#include "src/verdict/group_lines.h"
#include "src/verdict/measure_output.h"
#include "src/verdict/metric_traits.h"

namespace gatetest::internal {
namespace {

/// One figure of both models, of one sample or summed over several.
struct Figures {
  double candidate = 0.0;
  double baseline = 0.0;
};

std::string Show(Metric metric, double figure, LengthUnit unit) {
  if (IsOfCost(metric)) return fmt::format("${:.4g}", figure);
  if (metric != Metric::kOutputLengthRatio) return fmt::format("{:g}", figure);
  return fmt::format("{} {}", ShowGrouped(std::llround(figure)), Name(unit));
}

/// What the metric is computed from, of samples that are measured.
class FigureOf {
 public:
  FigureOf(Metric metric, LengthUnit unit) : metric_(metric), unit_(unit) {}

  Figures operator()(const Pair& pair) const {
    const Subject& subject = *pair.subject;
    Figures figures{.candidate = One(subject.candidate->model, *pair.sample, *pair.candidate)};
    if (NeedsBaseline(metric_)) {
      figures.baseline = One(subject.baseline->model, *pair.sample, *pair.baseline);
    }
    return figures;
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

/// How much a sample or a group keeps the metric from its limit.
double LossOf(Metric metric, const Figures& figures) {
  if (metric == Metric::kOutputLengthRatio) return std::abs(figures.candidate - figures.baseline);
  return figures.candidate - figures.baseline;
}

std::string DescribeSample(Metric metric, const Pair& pair, const Figures& figures,
                           LengthUnit unit) {
  const std::string sample = fmt::format("#{} {}", pair.sample->id, Quote(pair.sample->input));
  switch (metric) {
    case Metric::kTruncation:
      return fmt::format("{} got {}", sample, Quote(pair.candidate->answer));
    case Metric::kEmpty:
      return fmt::format("{} got nothing", sample);
    default:
      break;
  }
  std::string text = fmt::format("{} {} {}", sample, IsOfCost(metric) ? "costs" : "got",
                                 Show(metric, figures.candidate, unit));
  if (NeedsBaseline(metric)) {
    text += fmt::format(" (baseline {})", Show(metric, figures.baseline, unit));
  }
  if (metric == Metric::kOutputLengthRatio) text += ": " + Quote(pair.candidate->answer);
  return text;
}

std::string Counts(Metric metric, const Figures& sum, std::size_t samples, LengthUnit unit) {
  switch (metric) {
    case Metric::kTruncation:
      return fmt::format("{:g} of {} cut off", sum.candidate, ShowMany(samples, "answer"));
    case Metric::kEmpty:
      return fmt::format("{:g} of {} empty", sum.candidate, ShowMany(samples, "answer"));
    default:
      break;
  }
  const std::string candidate = Show(metric, sum.candidate, unit);
  return NeedsBaseline(metric)
             ? fmt::format("baseline {}, candidate {}, for {} each",
                           Show(metric, sum.baseline, unit), candidate, ShowMany(samples, "answer"))
             : fmt::format("{} for {}", candidate, ShowMany(samples, "answer"));
}

struct Group {
  Figures sum = {};
  std::size_t samples = 0;
};

std::string DescribeGroup(Metric metric, const std::string& name, const Group& group,
                          LengthUnit unit) {
  if (metric == Metric::kTruncation || metric == Metric::kEmpty) {
    return fmt::format("{} {:g}/{}", name, group.sum.candidate, group.samples);
  }
  const std::string candidate = Show(metric, group.sum.candidate, unit);
  return NeedsBaseline(metric) ? fmt::format("{} {} (baseline {})", name, candidate,
                                             Show(metric, group.sum.baseline, unit))
                               : fmt::format("{} {}", name, candidate);
}

}  // namespace

Losses FindOutputLosses(Metric metric, const std::vector<Pair>& pairs, bool several) {
  std::vector<Pair> measured;
  for (const Pair& pair : pairs) {
    const bool both = !NeedsBaseline(metric) || Measured(pair.baseline);
    if (Measured(pair.candidate) && both) measured.push_back(pair);
  }
  const LengthUnit unit =
      metric == Metric::kOutputLengthRatio ? LengthUnitOf(measured) : LengthUnit::kTokens;
  const FigureOf figure_of(metric, unit);
  std::map<std::string, Group> groups;
  Figures sum;
  std::vector<std::pair<Figures, const Pair*>> samples;
  for (const Pair& pair : measured) {
    const Figures figures = figure_of(pair);
    Group& group = groups[GroupOf(pair, several)];
    ++group.samples;
    for (Figures* const to : {&sum, &group.sum}) {
      to->candidate += figures.candidate;
      to->baseline += figures.baseline;
    }
    samples.emplace_back(figures, &pair);
  }
  std::stable_sort(samples.begin(), samples.end(), [&](const auto& a, const auto& b) {
    return LossOf(metric, a.first) > LossOf(metric, b.first);
  });
  Losses losses{.counts = Counts(metric, sum, measured.size(), unit)};
  for (const auto& [figures, pair] : samples) {
    if (losses.worst.size() == kMostSamples || !(LossOf(metric, figures) > 0.0)) break;
    losses.worst.push_back(DescribeSample(metric, *pair, figures, unit));
  }
  if (groups.size() < 2) return losses;
  std::vector<GroupLine> lines;
  for (const auto& [name, group] : groups) {
    lines.push_back({LossOf(metric, group.sum), DescribeGroup(metric, name, group, unit)});
  }
  losses.groups = MostFirst(std::move(lines));
  return losses;
}

}  // namespace gatetest::internal
