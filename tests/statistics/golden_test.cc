// The figures of golden-statistics.json, which were found with other programs.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gatetest/correlation.h"
#include "gatetest/divergence.h"
#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "gatetest/sequential.h"
#include "src/verdict/sequence.h"

namespace gatetest {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

// To 1e-9, or to half a unit in the last digit that is written where there are fewer digits
// than 10.
double Tolerance(const Json& expected) {
  const double value = std::abs(expected.get<double>());
  if (value == 0.0) return 0.0;
  std::string digits = expected.dump();
  digits = digits.substr(0, digits.find_first_of("eE"));
  std::size_t count = 0;
  bool leading = true;
  for (const char c : digits) {
    if (c < '0' || c > '9') continue;
    leading = leading && c == '0';
    if (!leading) ++count;
  }
  // Integers, and decimals of so few digits that they are meant exactly ("0.017"), are exact.
  const bool rounded = count >= 7 && count < 10;
  const double magnitude = std::floor(std::log10(value));
  return rounded ? 0.5001 * std::pow(10.0, magnitude - static_cast<double>(count) + 1.0)
                 : 1e-9 * value;
}

void ExpectNumbers(const Json& expected, const Numbers& actual) {
  const Json list = expected.is_array() ? expected : Json::array({expected});
  ASSERT_EQ(list.size(), actual.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(actual[i], list[i].get<double>(), Tolerance(list[i])) << "number " << i;
  }
}

PairedCounts Counts(const Json& inputs) {
  return {.both = inputs.value("both", std::int64_t{0}),
          .lost = inputs.at("lost"),
          .gained = inputs.at("gained"),
          .neither = inputs.value("neither", std::int64_t{0})};
}

std::vector<Point> Points(const Json& inputs) {
  std::vector<Point> points;
  for (const Json& point : inputs.at("points")) points.push_back({point.at(0), point.at(1)});
  return points;
}

void CheckClopperPearson(const Json& inputs, const Json& expected) {
  const Interval interval = ClopperPearson(inputs.at("k"), inputs.at("n"), inputs.at("alpha"));
  ExpectNumbers(expected, {interval.lower, interval.upper});
}

void CheckMcNemar(const Json& inputs, const Json& expected) {
  const McNemarTest test = ExactMcNemar(Counts(inputs));
  ExpectNumbers(expected, {test.worse, test.two_sided, test.mid_p});
}

void CheckTang(const Json& inputs, const Json& expected) {
  const PairedCounts counts = Counts(inputs);
  const Interval interval = TangRetention(counts, inputs.at("alpha"));
  ExpectNumbers(expected, {interval.lower, interval.upper, TangStatistic(counts, 0.9)});
}

void CheckTango(const Json& inputs, const Json& expected) {
  const Interval interval = TangoDifference(Counts(inputs), inputs.at("alpha"));
  ExpectNumbers(expected, {interval.lower, interval.upper});
}

void CheckPerplexity(const Json& inputs, const Json& expected) {
  const ClusterRatio ratio = ClusterRatioInterval(
      inputs.at("nll").get<Numbers>(), inputs.at("tokens").get<Numbers>(), inputs.at("alpha"));
  ExpectNumbers(expected, {ratio.ratio, ratio.standard_error, ratio.lower, ratio.upper,
                           std::exp(ratio.ratio), std::exp(ratio.lower), std::exp(ratio.upper)});
}

void CheckPerplexityRatio(const Json& inputs, const Json& expected) {
  auto values = inputs.at("nll").get<Numbers>();
  const auto baseline = inputs.at("baseline_nll").get<Numbers>();
  for (std::size_t d = 0; d < values.size(); ++d) values[d] -= baseline.at(d);
  const ClusterRatio ratio =
      ClusterRatioInterval(values, inputs.at("tokens").get<Numbers>(), inputs.at("alpha"));
  ExpectNumbers(expected, {ratio.ratio, ratio.standard_error, std::exp(ratio.ratio),
                           std::exp(ratio.lower), std::exp(ratio.upper)});
}

void CheckQuantileRanks(const Json& inputs, const Json& expected) {
  ASSERT_EQ(expected.size(), 3U);
  const double quantiles[] = {0.5, 0.95, 0.99};
  for (std::size_t i = 0; i < 3; ++i) {
    SCOPED_TRACE(quantiles[i]);
    const QuantileRanks ranks =
        OrderStatisticRanks(inputs.at("n"), quantiles[i], inputs.at("alpha"));
    const auto as_json = [](const auto& rank) { return rank ? Json(*rank) : Json(); };
    EXPECT_EQ(as_json(ranks.lower), expected[i].at(0));
    EXPECT_EQ(as_json(ranks.upper), expected[i].at(1));
  }
}

void CheckSignedRank(const Json& inputs, const Json& expected) {
  for (const auto& [n, count] : expected.items()) {
    EXPECT_EQ(SignedRankCount(std::stoll(n), inputs.at("alpha")), count.get<std::int64_t>()) << n;
  }
}

void CheckHodgesLehmann(const Json& inputs, const Json& expected) {
  const HodgesLehmann result =
      HodgesLehmannInterval(inputs.at("differences").get<Numbers>(), inputs.at("alpha"));
  ExpectNumbers(expected, {result.estimate, result.lower, result.upper});
}

void CheckDivergence(const Json& inputs, const Json& expected) {
  using Histogram = std::vector<std::int64_t>;
  ExpectNumbers(expected, {JensenShannonBits(inputs.at("p_counts").get<Histogram>(),
                                             inputs.at("q_counts").get<Histogram>())});
}

void CheckPlan(const Json& inputs, const Json& expected) {
  const SamplePlan plan = PlanRetention({.baseline_accuracy = inputs.at("p_b"),
                                         .retention = inputs.at("R"),
                                         .gained = inputs.at("gained"),
                                         .limit = inputs.at("r0"),
                                         .alpha = inputs.at("alpha"),
                                         .power = inputs.at("power")});
  ExpectNumbers(expected, {static_cast<double>(plan.samples), plan.variance_at_limit,
                           plan.variance_at_truth});
}

void CheckNeedMore(const Json& inputs, const Json& expected) {
  ASSERT_EQ(inputs.at("power"), 0.8);  // Which is ObservationsToDecide's.
  const PairedCounts counts = Counts(inputs);
  const double n = static_cast<double>(counts.samples());
  const double t = TangStatistic(counts, inputs.at("r0"));
  const double total = ObservationsToDecide(n, t, inputs.at("alpha"));
  ExpectNumbers(expected, {t, total, total - n});
}

void CheckPearson(const Json& inputs, const Json& expected) {
  const PearsonCorrelation pearson = Pearson(Points(inputs));
  ASSERT_TRUE(pearson.interval);
  ExpectNumbers(expected, {pearson.r, pearson.interval->lower, pearson.interval->upper});
}

void CheckRanks(const Json& inputs, const Json& expected) {
  const RankCorrelation spearman = Spearman(Points(inputs));
  const RankCorrelation kendall = Kendall(Points(inputs));
  EXPECT_TRUE(spearman.exact && kendall.exact);
  ExpectNumbers(expected, {spearman.coefficient, kendall.coefficient, spearman.p_value});
  ExpectNumbers(expected, {spearman.coefficient, kendall.coefficient, kendall.p_value});
}

void CheckBetGrid(const Json& inputs, const Json& expected) {
  ASSERT_EQ(inputs.at("m0"), "0.9/1.9");
  constexpr double kMean = 0.9 / 1.9;
  const bool toward_pass = expected.at(0).get<double>() < 0.07;
  const internal::Bets::Fractions fractions =
      internal::Bets::FractionsFor(toward_pass ? kMean : 1.0 - kMean, inputs.at("h"));
  ExpectNumbers(expected, {fractions.begin(), fractions.end()});
}

/// The pairs that the golden pattern describes in words: candidate and baseline.
std::vector<internal::Score> GoldenPairs() {
  std::vector<internal::Score> pairs;
  for (int i = 0; i < 2000; ++i) {
    const bool baseline = i % 4 != 3;
    bool candidate = baseline;
    if (baseline && i % 20 == 1) candidate = false;
    if (!baseline && i % 40 == 3) candidate = true;
    pairs.push_back({.candidate = candidate ? 1.0 : 0.0, .baseline = baseline ? 1.0 : 0.0});
  }
  return pairs;
}

std::string WordFor(SequentialAnswer answer) {
  return answer == SequentialAnswer::kAbove      ? "PASS"
         : answer == SequentialAnswer::kNotAbove ? "FAIL"
                                                 : "none";
}

/// Adds until there is an answer.
void CheckSequence(SequentialTest test, const Numbers& observations, const Json& expected) {
  for (const double x : observations) {
    if (test.answer() == SequentialAnswer::kOpen) test.Add(x);
  }
  EXPECT_EQ(WordFor(test.answer()), expected.at(0));
  EXPECT_EQ(test.count(), expected.at(1));
  ExpectNumbers({expected.at(2), expected.at(3)},
                {test.log_evidence_above(), test.log_evidence_not_above()});
}

void CheckSequentialRetention(const Json& inputs, const Json& expected) {
  const double limit = inputs.at("r0");
  SequentialOptions options{.lowest = -limit, .limit = 0.0, .alpha = inputs.at("alpha")};
  const bool dataset = inputs.at("claim") == "dataset";
  if (dataset) {
    options.population = inputs.at("N");
  } else {
    options.horizon = inputs.at("h");
  }
  std::vector<internal::Score> pairs = GoldenPairs();
  Numbers observations;
  for (const internal::Score& pair : pairs) {
    observations.push_back(pair.candidate - limit * pair.baseline);
  }
  CheckSequence(SequentialTest(options), observations, expected);

  pairs.resize(expected.at(1).get<std::size_t>());
  const Interval interval = internal::MetricSequence({.metric = Metric::kRetention,
                                                      .limit = limit,
                                                      .alpha = options.alpha,
                                                      .horizon = 2000,
                                                      .population = options.population},
                                                     pairs, pairs);
  ExpectNumbers({expected.at(4), expected.at(5)}, {interval.lower, interval.upper});
}

void CheckSequentialAccuracy(const Json& inputs, const Json& expected) {
  const std::string sequence = inputs.at("sequence");
  const auto number_after = [&](const std::string& what) {
    return std::stod(sequence.substr(sequence.find(what) + what.size()));
  };
  const auto n = static_cast<std::size_t>(number_after("N="));
  Numbers observations(n, sequence.starts_with("all 0") ? 0.0 : 1.0);
  if (sequence.starts_with("one miss last")) observations.back() = 0.0;
  for (std::size_t i = 0; sequence.starts_with("x_i") && i < n; i += 3) observations[i] = 0.0;
  CheckSequence(SequentialTest({.limit = number_after("thr="),
                                .alpha = inputs.at("alpha"),
                                .population = static_cast<std::int64_t>(n)}),
                observations, expected);
}

TEST(Golden, EveryFigure) {
  // By what stands before the first space or comma of "method".
  const std::map<std::string, std::function<void(const Json&, const Json&)>> checks = {
      {"clopper_pearson", CheckClopperPearson},
      {"mcnemar", CheckMcNemar},
      {"tang_retention", CheckTang},
      {"tango_difference", CheckTango},
      {"perplexity_clustered", CheckPerplexity},
      {"perplexity_ratio_clustered", CheckPerplexityRatio},
      {"quantile_ranks", CheckQuantileRanks},
      {"signed_rank_k", CheckSignedRank},
      {"hodges_lehmann", CheckHodgesLehmann},
      {"jsd_bits", CheckDivergence},
      {"plan_retention", CheckPlan},
      {"need_more", CheckNeedMore},
      {"pearson", CheckPearson},
      {"spearman", CheckRanks},
      {"bet_grid", CheckBetGrid},
      {"sequential_retention", CheckSequentialRetention},
      {"sequential_accuracy", CheckSequentialAccuracy},
  };
  std::ifstream file(GATETEST_SOURCE_DIR "/tests/statistics/golden-statistics.json");
  ASSERT_TRUE(file) << "tests/statistics/golden-statistics.json cannot be read";
  const Json golden = Json::parse(file);
  std::map<std::string, int> checked;
  int entries = 0;
  for (const Json& entry : golden.at("values")) {
    SCOPED_TRACE(entry.dump());
    const std::string method = entry.at("method").get<std::string>();
    const std::string name = method.substr(0, method.find_first_of(" ,"));
    const auto check = checks.find(name);
    if (check == checks.end()) {
      ADD_FAILURE() << "no check for the method \"" << method << "\"";
      continue;
    }
    check->second(entry.at("inputs"), entry.at("expected"));
    ++checked[name];
    ++entries;
  }
  EXPECT_GT(entries, 20);
  EXPECT_EQ(checked.size(), checks.size());
}

}  // namespace
}  // namespace gatetest
