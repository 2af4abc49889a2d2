// Errors of the methods for clusters: documents of a corpus, and questions that belong together.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/intervals.h"
#include "src/statistics/design_effect.h"
#include "src/verdict/measure_clusters.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/random.h"

namespace gatetest::simulation {
namespace {

constexpr double kMeanNll = 2.5;

// --- documents

/// How the documents of a corpus differ.
struct Corpus {
  std::string_view name;
  double length_spread;  ///< Standard deviation of the logarithm of their lengths.
  /// Standard deviation of their means of negative log-probabilities, a gamma variable.
  double effect;
  double longer_is_easier = 0.0;  ///< Their means fall by this with the logarithm of the length.
};

/// Sums over documents.
struct Texts {
  std::vector<double> nll, tokens;
};

/// The tokens of a document have exponential negative log-probabilities around its mean.
void Draw(const Corpus& corpus, Random& random, Texts& texts) {
  constexpr double kMeanLogLength = 5.0;
  const double shape = kMeanNll * kMeanNll / (corpus.effect * corpus.effect);
  for (std::size_t d = 0; d < texts.nll.size(); ++d) {
    const double log_length = corpus.length_spread * random.Normal();
    const double mean =
        kMeanNll * random.Gamma(shape) / shape - corpus.longer_is_easier * log_length;
    texts.tokens[d] = std::exp(kMeanLogLength + log_length);
    texts.nll[d] = std::max(mean, 0.1) * random.Gamma(texts.tokens[d]);
  }
}

/// Of all tokens that there are: long documents have more of them.
double TrueNll(const Corpus& corpus) {
  return kMeanNll - corpus.longer_is_easier * corpus.length_spread * corpus.length_spread;
}

/// The harm that a quantization does to a document, in nats per token: `skewness` 0 is normal.
struct Harm {
  std::string_view name;
  double length_spread;
  double skewness;
};

constexpr double kTrueHarm = 0.02;

void Draw(const Harm& harm, Random& random, Texts& texts) {
  constexpr double kMeanLogLength = 5.0;
  constexpr double kSpread = 0.02;
  constexpr double kTokenSpread = 0.3;
  const double shape = harm.skewness == 0.0 ? 0.0 : 4.0 / (harm.skewness * harm.skewness);
  for (std::size_t d = 0; d < texts.nll.size(); ++d) {
    texts.tokens[d] = std::exp(kMeanLogLength + harm.length_spread * random.Normal());
    const double effect =
        harm.skewness == 0.0 ? random.Normal() : (random.Gamma(shape) - shape) / std::sqrt(shape);
    texts.nll[d] = texts.tokens[d] * (kTrueHarm + kSpread * effect) +
                   std::sqrt(texts.tokens[d]) * kTokenSpread * random.Normal();
  }
}

/// The errors of a method, and of another in its place.
struct Compared {
  Errors method, other;

  Compared Of(int draws, int other_draws) const {
    return {method.Of(draws), other.Of(other_draws)};
  }
};

/// Prints why the other method is not used, or what it would change.
void PrintOther(std::string_view other, std::string_view method, const Worst& worst) {
  std::cout << fmt::format("in place of {}: {} {:.3f} high ({}), {:.3f} low ({})\n", method, other,
                           worst.high().error, worst.high().setting, worst.low().error,
                           worst.low().setting);
}

template <typename Source>
Compared CorpusErrors(const Source& source, double truth, std::size_t documents, int draws) {
  Random random(documents);
  Texts texts{.nll = std::vector<double>(documents), .tokens = std::vector<double>(documents)};
  Compared errors;
  for (int i = 0; i < draws; ++i) {
    Draw(source, random, texts);
    const ClusterRatio ratio = ClusterRatioInterval(texts.nll, texts.tokens, kAlpha);
    errors.method.Count(ratio.lower > truth, ratio.upper < truth);
    const SkewedRatio hall = HallRatioInterval(texts.nll, texts.tokens, kAlpha);
    errors.other.Count(hall.lower > truth, hall.upper < truth);
  }
  return errors.Of(draws, draws);
}

/// What so many clusters may miss.
struct Clusters {
  std::size_t count;
  Allowed allowed = {};
};

template <typename Source, typename Truth>
void CheckCorpora(std::string_view what, const std::vector<Source>& sources, Truth truth,
                  const std::vector<Clusters>& sizes) {
  constexpr int kDraws = 10000;
  for (const auto& [documents, allowed] : sizes) {
    Worst worst, hall;
    for (const Source& source : sources) {
      const Compared errors = CorpusErrors(source, truth(source), documents, kDraws);
      worst.Add(errors.method, std::string(source.name));
      hall.Add(errors.other, std::string(source.name));
    }
    const std::string method = fmt::format("cluster t, {}, {} documents", what, documents);
    PrintOther("Hall", method, hall);
    CheckErrors(method, worst, Passes::kBelowLimit, allowed);
  }
}

TEST(ClusterErrors, Perplexity) {
  CheckCorpora<Corpus>("perplexity", {{"one length", 0.0, 0.4}, {"lengths spread 0.5", 0.5, 0.4}},
                       TrueNll,
                       {{30, {.pass = 0.07}}, {50, {.pass = 0.06}}, {100, {.pass = 0.07}}, {300}});
  CheckCorpora<Corpus>("perplexity, lengths spread 1",
                       {{"documents differ by 0.4", 1.0, 0.4},
                        {"documents differ by 0.8", 1.0, 0.8},
                        {"longer is easier", 1.0, 0.4, 0.2}},
                       TrueNll,
                       {{30, {.pass = 0.09, .fail = 0.12}},
                        {50, {.pass = 0.08, .fail = 0.11}},
                        {100, {.pass = 0.08, .fail = 0.1}},
                        {300, {.pass = 0.07, .fail = 0.09}}});
}

TEST(ClusterErrors, PerplexityRatio) {
  const auto truth = [](const Harm&) { return kTrueHarm; };
  CheckCorpora<Harm>(
      "perplexity ratio", {{"one length", 0.0, 0.0}, {"lengths spread 1", 1.0, 0.0}}, truth,
      {{30, {.pass = 0.06, .fail = 0.07}}, {50, {.fail = 0.06}}, {100, {.fail = 0.06}}, {300}});
  CheckCorpora<Harm>(
      "perplexity ratio, skewed harm",
      {{"one length, skewness 1", 0.0, 1.0},
       {"one length, skewness 2", 0.0, 2.0},
       {"lengths spread 1, skewness 1", 1.0, 1.0},
       {"lengths spread 1, skewness 2", 1.0, 2.0}},
      truth,
      {{30, {.pass = 0.1}}, {50, {.pass = 0.09}}, {100, {.pass = 0.09}}, {300, {.pass = 0.08}}});
}

// --- skewed means

/// Divergences by document, all documents being of one length.
struct Skewed {
  std::string_view name;
  double gamma_shape = 0.0;  ///< 0: lognormal.
  double log_spread = 0.0;

  double Draw(Random& random) const {
    if (gamma_shape > 0.0) return random.Gamma(gamma_shape);
    return std::exp(log_spread * random.Normal());
  }
  double mean() const {
    return gamma_shape > 0.0 ? gamma_shape : std::exp(log_spread * log_spread / 2.0);
  }
};

void CheckHall(std::string_view what, const std::vector<Skewed>& sources, const Clusters& size) {
  constexpr int kDraws = 20000;
  const auto& [documents, allowed] = size;
  const std::vector<double> weights(documents, 1.0);
  std::vector<double> values(documents);
  Worst worst;
  for (const Skewed& source : sources) {
    Random random(documents);
    Errors errors;
    for (int i = 0; i < kDraws; ++i) {
      for (double& value : values) value = source.Draw(random);
      const SkewedRatio hall = HallRatioInterval(values, weights, kAlpha);
      errors.Count(hall.lower > source.mean(), hall.upper < source.mean());
    }
    worst.Add(errors.Of(kDraws), std::string(source.name));
  }
  CheckErrors(fmt::format("Hall, {}, {} documents", what, documents), worst, Passes::kBelowLimit,
              allowed);
}

TEST(ClusterErrors, Hall) {
  const std::vector<Skewed> moderate = {{"gamma, skewness 1", 4.0},
                                        {"gamma, skewness 2", 1.0},
                                        {"gamma, skewness 3", 4.0 / 9.0},
                                        {"lognormal, skewness 1", 0.0, 0.3143},
                                        {"lognormal, skewness 2", 0.0, 0.5513},
                                        {"lognormal, skewness 3", 0.0, 0.7156}};
  const std::vector<Skewed> beyond = {{"gamma, skewness 5", 0.16},
                                      {"lognormal, skewness 6.2", 0.0, 1.0}};
  const std::array<Clusters, 3> sizes = {{{30, {.pass = 0.08}}, {100, {.pass = 0.07}}, {300}}};
  for (const Clusters& size : sizes) CheckHall("skewness to 3", moderate, size);
  const std::array<Clusters, 3> beyond_sizes = {
      {{30, {.pass = 0.1}}, {100, {.pass = 0.08}}, {300, {.pass = 0.07}}}};
  for (const Clusters& size : beyond_sizes) CheckHall("skewness above 3", beyond, size);
}

// --- right or wrong, in clusters

/// Samples of which those in a cluster are alike: each takes, with probability sqrt(correlation),
/// what the cluster has drawn, else draws by itself. Two of them are then correlated by just that.
struct Design {
  std::size_t clusters;
  std::size_t size;  ///< 0: sizes differ, 1 to 19, 10 in the mean.
  double correlation;

  std::string text() const {
    return fmt::format("{}, correlation {}",
                       size == 0 ? "1 to 19 a cluster" : fmt::format("{} a cluster", size),
                       correlation);
  }
};

/// Which models are right.
enum Outcome : std::size_t { kBoth, kLost, kGained, kNeither, kOutcomes };

using Counts = std::array<std::int64_t, kOutcomes>;
using Probabilities = std::array<double, kOutcomes>;

Outcome DrawOutcome(const Probabilities& probabilities, Random& random) {
  double rest = random.Uniform();
  for (const Outcome outcome : {kBoth, kLost, kGained}) {
    rest -= probabilities[outcome];
    if (rest < 0.0) return outcome;
  }
  return kNeither;
}

/// One Counts a cluster.
void Draw(const Design& design, const Probabilities& probabilities, Random& random,
          std::vector<Counts>& clusters) {
  constexpr std::size_t kLargest = 19;
  const double same = std::sqrt(design.correlation);
  clusters.assign(design.clusters, {});
  for (Counts& cluster : clusters) {
    const std::size_t size = design.size > 0 ? design.size : 1 + random.Below(kLargest);
    const Outcome common = DrawOutcome(probabilities, random);
    if (design.correlation == 1.0) {
      cluster[common] = static_cast<std::int64_t>(size);
      continue;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const bool alike = same > 0.0 && random.Happens(same);
      ++cluster[alike ? common : DrawOutcome(probabilities, random)];
    }
  }
}

/// A metric as ratio of sums, and what the gate makes of it.
struct ClusteredMetric {
  std::string_view name;
  double (*value)(const Counts&);
  double (*weight)(const Counts&);
  double (*variance)(const Counts&);  ///< If samples were independent.
  /// Whether the bounds are above and below the truth.
  void (*count)(const Counts&, const internal::Design&, double truth, Errors&);
};

double Number(std::int64_t count) { return static_cast<double>(count); }
double Size(const Counts& c) { return Number(c[kBoth] + c[kLost] + c[kGained] + c[kNeither]); }
PairedCounts Paired(const Counts& c) {
  return {.both = c[kBoth], .lost = c[kLost], .gained = c[kGained], .neither = c[kNeither]};
}
double BaselineRight(const Counts& c) { return Number(c[kBoth] + c[kLost]); }
double CandidateRight(const Counts& c) { return Number(c[kBoth] + c[kGained]); }
double Loss(const Counts& c) { return Number(c[kLost] - c[kGained]); }

void CountScore(double statistic, const internal::Design& design, Errors& errors) {
  // Never rejected at kAlpha, and a p-value takes long.
  const double effect = std::min(design.estimated.effect, design.worst.effect);
  if (std::abs(statistic) < 1.5 * std::sqrt(effect)) return;
  const internal::PValues p = internal::ClusteredScorePValues(statistic, design);
  errors.Count(p.above < kAlpha, p.below < kAlpha);
}

// The variances are those of src/verdict/measure_shares.cc.
const ClusteredMetric kAccuracy = {
    "Korn-Graubard", CandidateRight, Size,
    [](const Counts& c) {
      const double p = CandidateRight(c) / Size(c);
      return p * (1.0 - p) / Size(c);
    },
    [](const Counts& c, const internal::Design& design, double truth, Errors& errors) {
      errors.Count(internal::ClusteredShare(c[kBoth] + c[kGained],
                                            static_cast<std::int64_t>(Size(c)), design, kAlpha),
                   truth);
    }};

const ClusteredMetric kRetention = {
    "Tang, Rao-Scott", CandidateRight, BaselineRight,
    [](const Counts& c) {
      const double r = CandidateRight(c) / BaselineRight(c);
      return (Number(c[kBoth]) * (1.0 - r) * (1.0 - r) + Number(c[kLost]) * r * r +
              Number(c[kGained])) /
             (BaselineRight(c) * BaselineRight(c));
    },
    [](const Counts& c, const internal::Design& design, double truth, Errors& errors) {
      CountScore(TangStatistic(Paired(c), truth), design, errors);
    }};

const ClusteredMetric kLoss = {
    "Tango, Rao-Scott", Loss, Size,
    [](const Counts& c) {
      const double loss = Loss(c) / Size(c);
      return (Number(c[kLost] + c[kGained]) / Size(c) - loss * loss) / Size(c);
    },
    [](const Counts& c, const internal::Design& design, double truth, Errors& errors) {
      CountScore(-TangoStatistic(Paired(c), -truth), design, errors);
    }};

/// The other method is cluster t.
Compared ClusteredErrors(const ClusteredMetric& metric, const Design& design,
                         const Probabilities& probabilities, double truth) {
  constexpr int kDraws = 6000;
  constexpr int kDrawsOfOther = 2000;
  Random random(design.clusters);
  std::vector<Counts> clusters;
  internal::ClusterCounts sums;
  Compared errors;
  for (int i = 0; i < kDraws; ++i) {
    Draw(design, probabilities, random, clusters);
    Counts all = {};
    sums = {};
    for (const Counts& cluster : clusters) {
      for (std::size_t k = 0; k < kOutcomes; ++k) all[k] += cluster[k];
      sums.values.push_back(metric.value(cluster));
      sums.weights.push_back(metric.weight(cluster));
      sums.sizes.push_back(Size(cluster));
    }
    internal::DropEmpty(sums);
    const internal::Design effect = internal::DesignOf(sums, metric.variance(all));
    metric.count(all, effect, truth, errors.method);
    if (i >= kDrawsOfOther) continue;
    const ClusterRatio ratio = ClusterRatioInterval(sums.values, sums.weights, kAlpha);
    errors.other.Count(ratio.lower > truth, ratio.upper < truth);
  }
  return errors.Of(kDraws, kDrawsOfOther);
}

struct Population {
  std::string text;
  Probabilities probabilities;
  double truth;
};

void CheckClustered(const ClusteredMetric& metric, std::string_view what,
                    const std::vector<Population>& populations, Passes passes,
                    const std::vector<Clusters>& sizes) {
  struct Kind {
    std::size_t members;
    double correlation;
  };
  constexpr std::array<Kind, 8> kKinds = {
      {{10, 0.0}, {2, 0.2}, {10, 0.2}, {0, 0.2}, {0, 0.5}, {2, 1.0}, {10, 1.0}, {0, 1.0}}};
  for (const auto& [clusters, allowed] : sizes) {
    Worst worst, cluster_t;
    for (const Population& population : populations) {
      for (const auto& [members, correlation] : kKinds) {
        const Design design{clusters, members, correlation};
        const Compared errors =
            ClusteredErrors(metric, design, population.probabilities, population.truth);
        const std::string setting = population.text + ", " + design.text();
        worst.Add(errors.method, setting);
        cluster_t.Add(errors.other, setting);
      }
    }
    const std::string method = fmt::format("{}, {}, {} clusters", metric.name, what, clusters);
    PrintOther("cluster t", method, cluster_t);
    CheckErrors(method, worst, passes, allowed);
  }
}

std::vector<Population> OfAccuracy(const std::vector<double>& shares) {
  std::vector<Population> populations;
  for (const double p : shares) {
    populations.push_back({fmt::format("share {}", p), {p, 0.0, 0.0, 1.0 - p}, p});
  }
  return populations;
}

Population OfRetention(double baseline, double retention, double gained) {
  const double both = retention * baseline - gained;
  return {fmt::format("baseline {}, retention {}, gained {}", baseline, retention, gained),
          {both, baseline - both, gained, 1.0 - baseline - gained},
          retention};
}

Population OfLoss(double loss, double gained) {
  return {fmt::format("loss {}, gained {}", loss, gained),
          {0.5, loss + gained, gained, 0.5 - loss - 2.0 * gained},
          loss};
}

TEST(ClusterErrors, Accuracy) {
  CheckClustered(kAccuracy, "accuracy to 0.9", OfAccuracy({0.6, 0.9}), Passes::kAboveLimit,
                 {{30, {.pass = 0.10}}, {100}, {300}});
  CheckClustered(kAccuracy, "accuracy above 0.9", OfAccuracy({0.97, 0.99}), Passes::kAboveLimit,
                 {{30}, {100, {.pass = 0.10}}, {300, {.pass = 0.11}}});
}

TEST(ClusterErrors, Retention) {
  CheckClustered(
      kRetention, "retention",
      {OfRetention(0.6, 0.9, 0.01), OfRetention(0.6, 0.98, 0.01), OfRetention(0.9, 0.9, 0.05),
       OfRetention(0.9, 0.98, 0.01)},
      Passes::kAboveLimit,
      {{30, {.pass = 0.11, .fail = 0.08}}, {100, {.fail = 0.07}}, {300, {.fail = 0.07}}});
}

TEST(ClusterErrors, Loss) {
  CheckClustered(kLoss, "loss",
                 {OfLoss(0.01, 0.01), OfLoss(0.05, 0.01), OfLoss(0.05, 0.05), OfLoss(0.1, 0.01)},
                 Passes::kBelowLimit,
                 {{30, {.pass = 0.12}}, {100, {.fail = 0.08}}, {300, {.fail = 0.06}}});
}

}  // namespace
}  // namespace gatetest::simulation
