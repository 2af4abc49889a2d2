// Errors of the methods for counts and ranks, added up over all outcomes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/exact.h"

namespace gatetest::simulation {
namespace {

/// The promise is kept to rounding.
constexpr Allowed kExact = {.pass = kAlpha + 1e-6, .fail = kAlpha + 1e-6};

double Z() { return NormalQuantile(1.0 - kAlpha); }

double TangAt(double retention, std::int64_t both, std::int64_t lost, std::int64_t gained) {
  if (both + lost == 0) return 0.0;  // Undefined: no verdict.
  return TangStatistic({.both = both, .lost = lost, .gained = gained}, retention);
}

Errors TangErrors(std::int64_t n, double baseline, double retention, double gained,
                  Edge edge = Edge::kSearch) {
  return PairedErrors(
      n, Retaining(baseline, retention, gained), Z(),
      [&](std::int64_t a, std::int64_t l, std::int64_t g) { return TangAt(retention, a, l, g); },
      edge);
}

/// Of the loss, so that `high` is a lower bound of the loss that is above the truth.
Errors TangoErrors(std::int64_t n, double loss, double gained) {
  const Shares shares{.lost = loss + gained, .gained = gained};
  return DiscordantErrors(n, shares, Z(), [&](std::int64_t l, std::int64_t g) {
    return -TangoStatistic({.lost = l, .gained = g, .neither = n - l - g}, -loss);
  });
}

TEST(ExactErrors, ClopperPearson) {
  Worst worst;
  for (const std::int64_t n : {1, 2, 5, 10, 20, 50, 100, 200, 500, 2000}) {
    std::vector<Interval> intervals;
    std::vector<double> truths;
    for (std::int64_t k = 0; k <= n; ++k) intervals.push_back(ClopperPearson(k, n, kAlpha));
    // The errors are largest where a bound just misses the truth.
    for (const Interval& interval : intervals) {
      if (n <= 500 && interval.lower > 0.0) truths.push_back(interval.lower * (1.0 - 1e-9));
      if (n <= 500 && interval.upper < 1.0) truths.push_back(interval.upper * (1.0 + 1e-9));
    }
    for (int i = 1; i < 500; ++i) truths.push_back(i / 500.0);
    for (const double truth : truths) {
      const Binomial right(n, truth);
      Errors errors;
      for (std::int64_t k = right.first(); k < right.end(); ++k) {
        const Interval& interval = intervals[static_cast<std::size_t>(k)];
        if (interval.lower > truth) errors.high += right[k];
        if (interval.upper < truth) errors.low += right[k];
      }
      worst.Add(errors, fmt::format("n = {}, share {:.3g}", n, truth));
    }
  }
  CheckErrors("Clopper-Pearson", worst, Passes::kAboveLimit, kExact);
}

/// What a size may miss.
struct Size {
  std::int64_t n;
  Allowed allowed = {};
};

TEST(ExactErrors, Tang) {
  const std::array<Size, 7> sizes = {{{20, {.pass = 0.06, .fail = 0.09}},
                                      {50, {.pass = 0.06, .fail = 0.08}},
                                      {100, {.fail = 0.08}},
                                      {200, {.fail = 0.08}},
                                      {500, {.fail = 0.07}},
                                      {2000, {.fail = 0.06}},
                                      {10000}}};
  for (const auto& [n, allowed] : sizes) {
    Worst worst;
    for (const double baseline : {0.5, 0.6, 0.75, 0.85, 0.95}) {
      for (const double retention : {0.8, 0.85, 0.9, 0.93, 0.95, 0.98, 1.0}) {
        for (const double gained : {0.0, 0.01, 0.02, 0.05, 0.1}) {
          if (!Possible(Retaining(baseline, retention, gained))) continue;
          worst.Add(
              TangErrors(n, baseline, retention, gained),
              fmt::format("baseline {}, retention {}, gained {}", baseline, retention, gained));
        }
      }
    }
    CheckErrors(fmt::format("Tang score, n = {}", n), worst, Passes::kAboveLimit, allowed);
  }
}

// The search for the edge of the error region is right to take the statistic for ascending.
TEST(ExactErrors, TangBySearchIsTangByScan) {
  for (const std::int64_t n : {20, 100}) {
    for (const double retention : {0.8, 0.9, 1.0}) {
      for (const double gained : {0.0, 0.02, 0.1}) {
        const Errors search = TangErrors(n, 0.75, retention, gained);
        const Errors scan = TangErrors(n, 0.75, retention, gained, Edge::kScan);
        EXPECT_NEAR(search.high, scan.high, 1e-9) << n << " " << retention << " " << gained;
        EXPECT_NEAR(search.low, scan.low, 1e-9) << n << " " << retention << " " << gained;
      }
    }
  }
}

TEST(ExactErrors, Tango) {
  const std::array<Size, 7> sizes = {{{20, {.fail = 0.08}},
                                      {50, {.pass = 0.06, .fail = 0.07}},
                                      {100, {.pass = 0.06, .fail = 0.09}},
                                      {200, {.pass = 0.06, .fail = 0.09}},
                                      {500, {.fail = 0.07}},
                                      {2000},
                                      {10000}}};
  for (const auto& [n, allowed] : sizes) {
    Worst worst;
    // A margin of 0 is McNemar's.
    for (const double loss : {0.01, 0.02, 0.03, 0.05, 0.07, 0.1}) {
      for (const double gained : {0.0, 0.01, 0.02, 0.05, 0.1}) {
        worst.Add(TangoErrors(n, loss, gained), fmt::format("loss {}, gained {}", loss, gained));
      }
    }
    CheckErrors(fmt::format("Tango score, n = {}", n), worst, Passes::kBelowLimit, allowed);
  }
}

TEST(ExactErrors, McNemar) {
  Worst worst;
  for (const std::int64_t n : {20, 50, 100, 200, 500, 2000}) {
    for (const double discordant : {0.01, 0.02, 0.05, 0.1, 0.2, 0.4}) {
      const Shares shares{.lost = discordant / 2.0, .gained = discordant / 2.0};
      Errors errors;
      ForDiscordant(n, shares, [&](double probability, std::int64_t l, std::int64_t g) {
        const McNemarTest test = ExactMcNemar({.lost = l, .gained = g, .neither = n - l - g});
        if (test.worse < kAlpha) errors.high += probability;
        if (test.better < kAlpha) errors.low += probability;
      });
      worst.Add(errors, fmt::format("n = {}, discordant {}", n, discordant));
    }
  }
  CheckErrors("exact McNemar, loss 0", worst, Passes::kBelowLimit, kExact);
}

TEST(ExactErrors, OrderStatistics) {
  Worst worst;
  for (const double p : {0.5, 0.95, 0.99}) {
    for (const std::int64_t n : {5, 20, 59, 100, 299, 1000}) {
      const QuantileRanks ranks = OrderStatisticRanks(n, p, kAlpha);
      // As many observations are below the quantile.
      const Binomial below(n, p);
      Errors errors;
      if (ranks.lower) errors.high = below.Below(*ranks.lower);
      if (ranks.upper) errors.low = below.From(*ranks.upper);
      worst.Add(errors, fmt::format("n = {}, p{:.0f}", n, 100.0 * p));
    }
  }
  CheckErrors("order statistics", worst, Passes::kBelowLimit, kExact);
}

}  // namespace
}  // namespace gatetest::simulation
