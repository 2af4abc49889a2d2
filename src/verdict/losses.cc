#include "src/verdict/losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "src/text/show.h"
#include "src/verdict/group_lines.h"
#include "src/verdict/measure_perplexity.h"
#include "src/verdict/metric_traits.h"
#include "src/verdict/output_losses.h"
#include "src/verdict/pairs.h"
#include "src/verdict/scores.h"

namespace gatetest::internal {
namespace {

// --- samples that are right or wrong

struct ShareCounts {
  std::size_t samples = 0;
  double candidate = 0.0;  ///< Sum of scores.
  double baseline = 0.0;
  std::size_t lost = 0;
  std::size_t gained = 0;
};

std::string ExpectedAnswer(const Sample& sample) {
  if (sample.choices.empty()) return sample.answer;
  std::size_t index = 0;
  std::from_chars(sample.answer.data(), sample.answer.data() + sample.answer.size(), index);
  return index < sample.choices.size() ? sample.choices[index] : sample.answer;
}

std::string DescribeAnswer(const Pair& pair) {
  const std::string expected = ExpectedAnswer(*pair.sample);
  const std::string got = Quote(pair.candidate->answer);
  return fmt::format("#{} {} {}{}", pair.sample->id, Quote(pair.sample->input),
                     expected.empty() ? "got " : fmt::format("expected {}, got ", Quote(expected)),
                     got);
}

ShareCounts CountShares(const std::vector<Pair>& pairs, bool paired) {
  ShareCounts counts;
  for (const Pair& pair : pairs) {
    if (!Measured(pair.candidate) || (paired && !Measured(pair.baseline))) continue;
    ++counts.samples;
    counts.candidate += pair.candidate->score;
    if (!paired) continue;
    counts.baseline += pair.baseline->score;
    if (pair.candidate->score < pair.baseline->score) ++counts.lost;
    if (pair.candidate->score > pair.baseline->score) ++counts.gained;
  }
  return counts;
}

/// "add 182/292": right samples of the candidate, of those the baseline has right (of all, without
/// one).
GroupLine DescribeShareGroup(Metric metric, const std::string& group,
                             const std::vector<Pair>& pairs) {
  const ShareCounts counts = CountShares(pairs, NeedsBaseline(metric));
  const auto samples = static_cast<double>(counts.samples);
  switch (metric) {
    case Metric::kRetention:
    case Metric::kAccuracyLoss:
      return {counts.baseline - counts.candidate,
              fmt::format("{} {:g}/{:g}", group, counts.candidate, counts.baseline)};
    case Metric::kFlips: {
      const auto flips = counts.lost + counts.gained;
      return {static_cast<double>(flips), fmt::format("{} {}/{}", group, flips, counts.samples)};
    }
    default:
      return {samples - counts.candidate,
              fmt::format("{} {:g}/{:g}", group, counts.candidate, samples)};
  }
}

/// Whether a sample is one of those that keep the metric from its limit.
bool IsLoss(Metric metric, const Pair& pair) {
  if (!Measured(pair.candidate)) return false;
  if (metric == Metric::kAccuracy) return pair.candidate->score < kRight;
  if (!Measured(pair.baseline)) return false;
  return metric == Metric::kFlips ? pair.candidate->score != pair.baseline->score
                                  : pair.candidate->score < pair.baseline->score;
}

Losses FindShareLosses(Metric metric, const std::vector<Pair>& pairs, bool several) {
  const bool paired = NeedsBaseline(metric);
  const ShareCounts counts = CountShares(pairs, paired);
  Losses losses;
  losses.counts = paired ? fmt::format("baseline {:g}/{}, candidate {:g}/{}; {} lost, {} gained",
                                       counts.baseline, counts.samples, counts.candidate,
                                       counts.samples, counts.lost, counts.gained)
                         : fmt::format("{:g} of {} right", counts.candidate, counts.samples);
  std::map<std::string, std::vector<Pair>> groups;
  for (const Pair& pair : pairs) {
    groups[GroupOf(pair, several)].push_back(pair);
    if (losses.worst.size() < kMostSamples && IsLoss(metric, pair)) {
      losses.worst.push_back(DescribeAnswer(pair));
    }
  }
  if (groups.size() < 2) return losses;
  std::vector<GroupLine> lines;
  for (const auto& [group, members] : groups) {
    lines.push_back(DescribeShareGroup(metric, group, members));
  }
  losses.groups = MostFirst(std::move(lines));
  return losses;
}

// --- texts with log-probabilities

/// Nats per unit, above the baseline's where there is one.
double Excess(const TextCluster& cluster) {
  return (cluster.nll - cluster.baseline_nll) / cluster.units;
}

std::string PerplexityOf(const TextCluster& cluster, bool paired) {
  const std::string candidate = ShowNumber(std::exp(cluster.nll / cluster.units));
  return paired ? fmt::format("{} (baseline {})", candidate,
                              ShowNumber(std::exp(cluster.baseline_nll / cluster.units)))
                : candidate;
}

std::vector<std::string> DescribeTextGroups(const std::vector<TextCluster>& clusters, bool paired) {
  std::map<std::string, TextCluster> groups;
  for (const TextCluster& cluster : clusters) {
    TextCluster& group = groups[cluster.sample->group.empty() ? "(none)" : cluster.sample->group];
    group.nll += cluster.nll;
    group.baseline_nll += cluster.baseline_nll;
    group.units += cluster.units;
  }
  if (groups.size() < 2) return {};
  std::vector<GroupLine> lines;
  for (const auto& [name, group] : groups) {
    if (!(group.units > 0.0)) continue;
    lines.push_back({Excess(group), fmt::format("{} {}", name, PerplexityOf(group, paired))});
  }
  return MostFirst(std::move(lines));
}

Losses FindTextLosses(Metric metric, const std::vector<Pair>& pairs) {
  const bool paired = NeedsBaseline(metric);
  const Per per = metric == Metric::kBitsPerByte
                      ? Per::kByte
                      : PerplexityUnit(*pairs.front().subject->candidate->task);
  std::vector<TextCluster> clusters = ClustersOf(pairs, per, paired);
  std::erase_if(clusters, [](const TextCluster& cluster) { return !(cluster.units > 0.0); });
  Losses losses;
  losses.groups = DescribeTextGroups(clusters, paired);
  for (const Pair& pair : pairs) {
    if (pair.candidate->answer.empty()) continue;
    losses.counts = fmt::format("document \"{}\", {}", pair.sample->id, pair.candidate->answer);
    break;
  }
  std::stable_sort(
      clusters.begin(), clusters.end(),
      [](const TextCluster& a, const TextCluster& b) { return Excess(a) > Excess(b); });
  clusters.resize(std::min(clusters.size(), kMostSamples));
  for (const TextCluster& cluster : clusters) {
    const std::string window =
        cluster.window == 0 ? "" : fmt::format(", window {}", cluster.window);
    losses.worst.push_back(fmt::format("document \"{}\"{}: perplexity {}", cluster.sample->id,
                                       window, PerplexityOf(cluster, paired)));
  }
  return losses;
}

}  // namespace

Losses FindLosses(const Requirement& requirement, std::span<const Subject> subjects) {
  const Metric metric = requirement.metric;
  // What was not asked has lost nothing.
  const std::vector<Pair> pairs = PairsOf(subjects, /*only_asked=*/true);
  const bool several = subjects.size() > 1;
  if (IsOfTexts(metric)) return FindTextLosses(metric, pairs);
  if (IsOfWriting(metric) || IsOfCost(metric)) {
    return FindOutputLosses(requirement, pairs, several);
  }
  return FindShareLosses(metric, pairs, several);
}

}  // namespace gatetest::internal
