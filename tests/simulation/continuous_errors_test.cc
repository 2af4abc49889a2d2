// Errors of the methods for timings and for correlations.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/correlation.h"
#include "gatetest/intervals.h"
#include "gatetest/verdict.h"
#include "src/speed/judge_ratio.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/random.h"

namespace gatetest::simulation {
namespace {

constexpr int kDraws = 20000;

struct Noise {
  std::string_view name;
  double (*draw)(Random&);
};

/// Of paired timings, as logarithms.
std::array<Noise, 4> Noises() {
  return {{{"normal", [](Random& random) { return random.Normal(); }},
           {"Laplace", [](Random& random) { return random.Laplace(); }},
           {"t with 3 degrees", [](Random& random) { return random.StudentOf3(); }},
           {"uniform", [](Random& random) { return random.Uniform() - 0.5; }}}};
}

TEST(ContinuousErrors, HodgesLehmann) {
  constexpr double kTruth = 0.03;  // A slowdown by 3%, as a logarithm.
  Worst worst;
  for (const Noise& noise : Noises()) {
    for (const std::size_t n : {5, 10, 20, 40}) {
      Random random(n);
      std::vector<double> differences(n);
      Errors errors;
      for (int i = 0; i < kDraws; ++i) {
        for (double& difference : differences) difference = kTruth + 0.05 * noise.draw(random);
        const HodgesLehmann bounds = HodgesLehmannInterval(differences, kAlpha);
        errors.Count(bounds.lower > kTruth, bounds.upper < kTruth);
      }
      worst.Add(errors.Of(kDraws), fmt::format("{}, n = {}", noise.name, n));
    }
  }
  CheckErrors("Hodges-Lehmann", worst, Passes::kBelowLimit);
}

/// As EXPECT_NO_SLOWDOWN goes on until the verdict is clear.
TEST(ContinuousErrors, HodgesLehmannWithLooks) {
  constexpr double kLimit = 1.05;
  constexpr std::size_t kMost = 160;
  const std::vector<std::size_t> looks = internal::LooksFor(kMost);
  Worst worst;
  for (const Noise& noise : Noises()) {
    Random random(kMost);
    Errors errors;
    for (int i = 0; i < kDraws; ++i) {
      internal::Pairs pairs;
      std::optional<Verdict> verdict;
      for (const std::size_t look : looks) {
        while (pairs.candidate.size() < look) {
          pairs.candidate.push_back(kLimit * std::exp(0.05 * noise.draw(random)));
          pairs.baseline.push_back(1.0);
        }
        verdict = internal::LookAt(pairs, {.limit = kLimit}, kAlpha, looks.size());
        if (verdict) break;
      }
      errors.Count(verdict == Verdict::kFailed, verdict == Verdict::kPassed);
    }
    worst.Add(errors.Of(kDraws), std::string(noise.name));
  }
  CheckErrors("Hodges-Lehmann, looks after 20, 40, 80, 160 pairs", worst, Passes::kBelowLimit);
}

TEST(ContinuousErrors, Fisher) {
  constexpr double kFisherAlpha = 0.025;  // The default: a 95% interval.
  constexpr Allowed kAllowed = {.pass = 0.035, .fail = 0.03};
  Worst worst;
  for (const double rho : {0.0, 0.5, 0.9, 0.99}) {
    for (const std::size_t n : {5, 9, 20, 50}) {
      Random random(n);
      std::vector<Point> points(n);
      Errors errors;
      for (int i = 0; i < kDraws; ++i) {
        for (Point& point : points) {
          point.x = random.Normal();
          point.y = rho * point.x + std::sqrt(1.0 - rho * rho) * random.Normal();
        }
        const PearsonCorrelation pearson = Pearson(points, kFisherAlpha);
        ASSERT_TRUE(pearson.interval.has_value());
        errors.Count(*pearson.interval, rho);
      }
      worst.Add(errors.Of(kDraws), fmt::format("correlation {}, n = {}", rho, n));
    }
  }
  CheckErrors("Fisher, of Pearson's r, alpha 0.025", worst, Passes::kAboveLimit, kAllowed);
}

}  // namespace
}  // namespace gatetest::simulation
