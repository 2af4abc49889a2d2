// Errors of the methods for clusters: documents of a corpus, and questions that belong together.
#include <fmt/format.h>
#include <gtest/gtest.h>

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

template <typename Source>
Errors CorpusErrors(const Source& source, double truth, std::size_t documents, int draws,
                    std::uint64_t seed) {
  Random random(seed);
  Texts texts{.nll = std::vector<double>(documents), .tokens = std::vector<double>(documents)};
  Errors errors;
  for (int i = 0; i < draws; ++i) {
    Draw(source, random, texts);
    const ClusterRatio ratio = ClusterRatioInterval(texts.nll, texts.tokens, kAlpha);
    errors.Count(ratio.lower > truth, ratio.upper < truth);
  }
  return errors.Of(draws);
}

/// What so many clusters may miss.
struct Clusters {
  std::size_t count;
  Allowed allowed = {};
  int draws = 20000;
};

TEST(ClusterErrors, Perplexity) {
  const std::array<Corpus, 5> corpora = {{{"equal lengths", 0.0, 0.4},
                                          {"lengths spread 0.5", 0.5, 0.4},
                                          {"lengths spread 1", 1.0, 0.4},
                                          {"lengths spread 1, documents differ by 0.8", 1.0, 0.8},
                                          {"lengths spread 1, longer is easier", 1.0, 0.4, 0.2}}};
  const std::array<Clusters, 4> sizes = {{{30}, {50}, {100}, {300}}};
  for (const auto& [documents, allowed, draws] : sizes) {
    Worst worst;
    for (const Corpus& corpus : corpora) {
      worst.Add(CorpusErrors(corpus, TrueNll(corpus), documents, draws, documents),
                std::string(corpus.name));
    }
    CheckErrors(fmt::format("cluster t (CR3), perplexity of {} documents", documents), worst,
                Passes::kBelowLimit, allowed);
  }
}

TEST(ClusterErrors, PerplexityRatio) {
  const std::array<Harm, 5> harms = {{{"equal lengths", 0.0, 0.0},
                                      {"lengths spread 1", 1.0, 0.0},
                                      {"equal lengths, harm of skewness 1", 0.0, 1.0},
                                      {"lengths spread 1, harm of skewness 1", 1.0, 1.0},
                                      {"lengths spread 1, harm of skewness 2", 1.0, 2.0}}};
  const std::array<Clusters, 4> sizes = {{{30}, {50}, {100}, {300}}};
  for (const auto& [documents, allowed, draws] : sizes) {
    Worst worst;
    for (const Harm& harm : harms) {
      worst.Add(CorpusErrors(harm, kTrueHarm, documents, draws, documents), std::string(harm.name));
    }
    CheckErrors(fmt::format("cluster t (CR3), perplexity ratio, {} documents", documents), worst,
                Passes::kBelowLimit, allowed);
  }
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
  const auto& [documents, allowed, draws] = size;
  const std::vector<double> weights(documents, 1.0);
  std::vector<double> values(documents);
  Worst worst;
  for (const Skewed& source : sources) {
    Random random(documents);
    Errors errors;
    for (int i = 0; i < draws; ++i) {
      for (double& value : values) value = source.Draw(random);
      const SkewedRatio hall = HallRatioInterval(values, weights, kAlpha);
      errors.Count(hall.lower > source.mean(), hall.upper < source.mean());
    }
    worst.Add(errors.Of(draws), std::string(source.name));
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
  const std::array<Clusters, 3> sizes = {{{30}, {100}, {300}}};
  for (const Clusters& size : sizes) CheckHall("skewness to 3", moderate, size);
  const std::array<Clusters, 3> beyond_sizes = {{{30}, {100}, {300}}};
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

/// The errors of a method, and of the cluster t interval in its place.
struct Compared {
  Errors method, cluster_t;

  Compared Of(int draws) const { return {method.Of(draws), cluster_t.Of(draws)}; }
};

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

// The variances are those of src/verdict/measure_shares.cc.
const ClusteredMetric kAccuracy = {
    "Korn-Graubard, accuracy", CandidateRight, Size,
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
    "Tang, Rao-Scott, retention", CandidateRight, BaselineRight,
    [](const Counts& c) {
      const double r = CandidateRight(c) / BaselineRight(c);
      return (Number(c[kBoth]) * (1.0 - r) * (1.0 - r) + Number(c[kLost]) * r * r +
              Number(c[kGained])) /
             (BaselineRight(c) * BaselineRight(c));
    },
    [](const Counts& c, const internal::Design& design, double truth, Errors& errors) {
      const internal::PValues p =
          internal::ClusteredScorePValues(TangStatistic(Paired(c), truth), design);
      errors.Count(p.above < kAlpha, p.below < kAlpha);
    }};

const ClusteredMetric kLoss = {
    "Tango, Rao-Scott, loss", Loss, Size,
    [](const Counts& c) {
      const double loss = Loss(c) / Size(c);
      return (Number(c[kLost] + c[kGained]) / Size(c) - loss * loss) / Size(c);
    },
    [](const Counts& c, const internal::Design& design, double truth, Errors& errors) {
      const internal::PValues p =
          internal::ClusteredScorePValues(-TangoStatistic(Paired(c), -truth), design);
      errors.Count(p.above < kAlpha, p.below < kAlpha);
    }};

Compared ClusteredErrors(const ClusteredMetric& metric, const Design& design,
                         const Probabilities& probabilities, double truth, int draws) {
  Random random(design.clusters);
  std::vector<Counts> clusters;
  std::vector<double> values, weights;
  Compared errors;
  for (int i = 0; i < draws; ++i) {
    Draw(design, probabilities, random, clusters);
    Counts all = {};
    values.clear();
    weights.clear();
    for (const Counts& cluster : clusters) {
      for (std::size_t k = 0; k < kOutcomes; ++k) all[k] += cluster[k];
      values.push_back(metric.value(cluster));
      weights.push_back(metric.weight(cluster));
    }
    const internal::Design effect = internal::DesignOf(values, weights, metric.variance(all),
                                                       static_cast<std::int64_t>(Size(all)));
    metric.count(all, effect, truth, errors.method);
    const ClusterRatio ratio = ClusterRatioInterval(values, weights, kAlpha);
    errors.cluster_t.Count(ratio.lower > truth, ratio.upper < truth);
  }
  return errors.Of(draws);
}

struct Population {
  std::string text;
  Probabilities probabilities;
  double truth;
};

void CheckClustered(const ClusteredMetric& metric, const std::vector<Population>& populations,
                    Passes passes, const Clusters& size) {
  Worst worst, cluster_t;
  for (const Population& population : populations) {
    for (const std::size_t members : {2, 10, 0}) {
      for (const double correlation : {0.0, 0.2, 1.0}) {
        const Design design{size.count, members, correlation};
        const Compared errors =
            ClusteredErrors(metric, design, population.probabilities, population.truth, size.draws);
        const std::string setting = population.text + ", " + design.text();
        worst.Add(errors.method, setting);
        cluster_t.Add(errors.cluster_t, setting);
      }
    }
  }
  std::cout << fmt::format("cluster t in its place: {:.3f} ({}), {:.3f} ({})\n",
                           cluster_t.high().error, cluster_t.high().setting, cluster_t.low().error,
                           cluster_t.low().setting);
  CheckErrors(fmt::format("{}, {} clusters", metric.name, size.count), worst, passes, size.allowed);
}

TEST(ClusterErrors, Accuracy) {
  std::vector<Population> populations;
  for (const double p : {0.6, 0.9, 0.97, 0.99}) {
    populations.push_back({fmt::format("share {}", p), {p, 0.0, 0.0, 1.0 - p}, p});
  }
  const std::array<Clusters, 3> sizes = {{{30, {}, 5000}, {100, {}, 5000}, {300, {}, 5000}}};
  for (const Clusters& size : sizes) {
    CheckClustered(kAccuracy, populations, Passes::kAboveLimit, size);
  }
}

TEST(ClusterErrors, Retention) {
  std::vector<Population> populations;
  for (const double baseline : {0.6, 0.9}) {
    for (const double retention : {0.9, 0.98}) {
      for (const double gained : {0.01, 0.05}) {
        const double both = retention * baseline - gained;
        populations.push_back(
            {fmt::format("baseline {}, retention {}, gained {}", baseline, retention, gained),
             {both, baseline - both, gained, 1.0 - baseline - gained},
             retention});
      }
    }
  }
  const std::array<Clusters, 3> sizes = {{{30, {}, 5000}, {100, {}, 5000}, {300, {}, 5000}}};
  for (const Clusters& size : sizes) {
    CheckClustered(kRetention, populations, Passes::kAboveLimit, size);
  }
}

TEST(ClusterErrors, Loss) {
  std::vector<Population> populations;
  for (const double loss : {0.01, 0.05, 0.1}) {
    for (const double gained : {0.01, 0.05}) {
      populations.push_back({fmt::format("loss {}, gained {}", loss, gained),
                             {0.5, loss + gained, gained, 0.5 - loss - 2.0 * gained},
                             loss});
    }
  }
  const std::array<Clusters, 3> sizes = {{{30, {}, 5000}, {100, {}, 5000}, {300, {}, 5000}}};
  for (const Clusters& size : sizes) {
    CheckClustered(kLoss, populations, Passes::kBelowLimit, size);
  }
}

}  // namespace
}  // namespace gatetest::simulation
