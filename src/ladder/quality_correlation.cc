#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/ladder_analysis.h"
#include "src/ladder/configurations.h"
#include "src/ladder/show_r.h"
#include "src/statistics/centred.h"
#include "src/text/lines.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

using internal::ShowR;

// |r| above these, in the words of the usual rule of thumb.
constexpr double kModerateAbove = 0.5;
constexpr double kStrongAbove = 0.8;
// A hat value above this is to be avoided (Huber, 1981).
constexpr double kLeverageAbove = 0.5;
// Hat values nearer to each other, or to the limit, differ by rounding only: of evenly spaced
// models both ends have the largest, and two pairs of twins have 0.5 each.
constexpr double kSameHatValue = 1e-9;
// Nearer to 0 or 1, an r is shown as that.
constexpr double kRoundingOfR = 1e-12;
constexpr std::size_t kFewestForCorrelation = 2;

Strength StrengthOf(double r) {
  if (std::abs(r) > kStrongAbove) return Strength::kStrong;
  return std::abs(r) > kModerateAbove ? Strength::kModerate : Strength::kWeak;
}

// "every perplexity is 12.4" or "every accuracy is 94.2"; empty where r is defined.
std::string WhyUndefined(std::span<const Point> points) {
  const auto all_equal = [&](double Point::*figure) {
    return std::all_of(points.begin(), points.end(),
                       [&](const Point& point) { return point.*figure == points.front().*figure; });
  };
  if (all_equal(&Point::x)) return fmt::format("every perplexity is {}", points.front().x);
  if (all_equal(&Point::y)) return fmt::format("every accuracy is {}", points.front().y);
  return "";
}

std::vector<double> HatValues(std::span<const Point> points) {
  std::vector<double> values;
  for (const Point& point : points) values.push_back(point.x);
  values = internal::Centred(std::move(values));
  const double squares = internal::SumOfProducts(values, values);
  const double share = 1.0 / static_cast<double>(points.size());
  for (double& value : values) value = std::min(1.0, share + value * value / squares);
  return values;
}

std::optional<Leverage> LargestLeverage(std::span<const Configuration> configurations,
                                        std::span<const Point> points) {
  if (points.size() == kFewestForCorrelation) return std::nullopt;
  const std::vector<double> hats = HatValues(points);
  const double most = *std::max_element(hats.begin(), hats.end());
  if (most <= kLeverageAbove + kSameHatValue) return std::nullopt;
  std::size_t whose = hats.size();
  for (std::size_t i = 0; i < hats.size(); ++i) {
    if (hats[i] < most - kSameHatValue) continue;
    if (whose == hats.size() || points[i].x > points[whose].x) whose = i;
  }
  Leverage leverage{.name = configurations[whose].name, .value = hats[whose]};
  std::vector<Point> others(points.begin(), points.end());
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(whose));
  leverage.no_r_without = WhyUndefined(others);
  if (leverage.no_r_without.empty() && others.size() == kFewestForCorrelation) {
    leverage.no_r_without = "2 points always lie on a line";
  }
  if (leverage.no_r_without.empty()) {
    leverage.r_without = Pearson(others).r;
    leverage.strength_without = StrengthOf(*leverage.r_without);
  }
  return leverage;
}

std::string ShowRank(const RankCorrelation& rank) {
  constexpr double kLeastShown = 1e-4;
  const std::string p_value = rank.p_value < kLeastShown
                                  ? "p < " + internal::ShowNumber(kLeastShown)
                                  : "p = " + internal::ShowNumber(rank.p_value);
  return fmt::format("{}, {} ({})", ShowR(rank.coefficient), p_value, rank.method);
}

const char* ShowDirection(double r) {
  if (std::abs(r) < kRoundingOfR) return "accuracy does not follow perplexity";
  return r < 0.0 ? "accuracy falls as perplexity rises"
                 : "accuracy rises with perplexity, the wrong way round";
}

}  // namespace

namespace internal {

std::string ShowR(double r) {
  return std::abs(r) > 1.0 - kRoundingOfR ? ShowNumber(r) : ShowBeside(r, std::copysign(1.0, r));
}

}  // namespace internal

std::string ToText(Strength strength) {
  switch (strength) {
    case Strength::kWeak:
      return "weak";
    case Strength::kModerate:
      return "moderate";
    case Strength::kStrong:
      return "strong";
  }
  return "";
}

QualityCorrelation CorrelateQuality(std::span<const Configuration> configurations, double alpha) {
  internal::CheckNamesDiffer("CorrelateQuality", configurations);
  QualityCorrelation result;
  std::vector<Configuration> usable;
  std::vector<Point> points;
  for (const Configuration& configuration : configurations) {
    if (std::isfinite(configuration.perplexity) && std::isfinite(configuration.accuracy)) {
      usable.push_back(configuration);
      points.push_back({.x = configuration.perplexity, .y = configuration.accuracy});
    } else {
      result.left_out.push_back(configuration.name);
    }
  }
  result.n = points.size();
  if (result.n < kFewestForCorrelation) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("a correlation needs two models whose perplexity and accuracy are "
                            "finite, got {}; add models{}",
                            result.n, internal::WithLeftOut(result.left_out)));
  }
  if (const std::string why = WhyUndefined(points); !why.empty()) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("the correlation is undefined: {}; add a model where it differs{}", why,
                            internal::WithLeftOut(result.left_out)));
  }
  result.pearson = Pearson(points, alpha);
  result.spearman = Spearman(points);
  result.kendall = Kendall(points);
  result.strength = StrengthOf(result.pearson.r);
  result.leverage = LargestLeverage(usable, points);
  return result;
}

std::string LeverageWarning(const QualityCorrelation& correlation) {
  if (correlation.n == kFewestForCorrelation) return "2 points always lie on a line";
  if (!correlation.leverage) return "";
  const Leverage& leverage = *correlation.leverage;
  std::string text =
      fmt::format("{} alone has {:.2f} of 1 leverage: ", leverage.name, leverage.value);
  if (leverage.r_without) {
    text += fmt::format("without it r is {} ({})", ShowR(*leverage.r_without),
                        ToText(*leverage.strength_without));
  } else {
    text += fmt::format("without it there is no r, {}", leverage.no_r_without);
  }
  return text;
}

std::string ToText(const QualityCorrelation& correlation) {
  const PearsonCorrelation& pearson = correlation.pearson;
  const std::string interval =
      pearson.interval
          ? fmt::format("{:.10g}% interval [{}, {}]", 100.0 * (1.0 - 2.0 * pearson.interval->alpha),
                        ShowR(pearson.interval->lower), ShowR(pearson.interval->upper))
          : "no interval: " + pearson.no_interval;
  internal::Lines lines;
  lines.Add("Models", fmt::format("{}; {} ({})", correlation.n, ShowDirection(pearson.r),
                                  ToText(correlation.strength)));
  lines.Add("Pearson", fmt::format("{}, {}", ShowR(pearson.r), interval));
  lines.Add("Spearman", ShowRank(correlation.spearman));
  lines.Add("Kendall", ShowRank(correlation.kendall));
  const std::string warning = LeverageWarning(correlation);
  if (!warning.empty()) lines.Add("Warning", warning);
  if (!correlation.left_out.empty()) {
    lines.Add("Left out",
              internal::JoinNames(correlation.left_out) + ": a figure that is not finite");
  }
  return lines.text();
}

}  // namespace gatetest
