#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

#include "gatetest/error.h"
#include "gatetest/ladder_analysis.h"

namespace gatetest {
namespace {

PerplexityAdvice AdviceWithLimits(double first, double second, double third, bool relative) {
  return {.bands = {{.below = first, .advice = "FP16 or INT8: loss below 2 %"},
                    {.below = second, .advice = "INT4 with calibration: loss 2-5 %"},
                    {.below = third, .advice = "INT4 with fine-tuning"}},
          .otherwise = "not recommended",
          .relative = relative};
}

[[noreturn]] void RejectAdvice(const std::string& what) {
  throw Error(ErrorCode::kInvalidArgument, "Advise: " + what);
}

void CheckBands(const PerplexityAdvice& advice) {
  for (std::size_t i = 0; i < advice.bands.size(); ++i) {
    const double below = advice.bands[i].below;
    if (!std::isfinite(below) || below <= 0.0) {
      RejectAdvice(fmt::format("bands[{}].below is {}; give a {} that is finite and above 0", i,
                               below,
                               advice.relative ? "multiple of the baseline's" : "perplexity"));
    }
    if (i > 0 && below <= advice.bands[i - 1].below) {
      RejectAdvice(
          fmt::format("bands[{}].below is {}, which is not above the {} before it; sort "
                      "the bands, the lowest limit first",
                      i, below, advice.bands[i - 1].below));
    }
  }
}

}  // namespace

PerplexityAdvice FixedPerplexityAdvice() { return AdviceWithLimits(13.0, 15.0, 20.0, false); }

PerplexityAdvice RelativePerplexityAdvice() { return AdviceWithLimits(1.05, 1.2, 1.6, true); }

std::string Advise(const PerplexityAdvice& advice, double perplexity,
                   std::optional<double> baseline_perplexity) {
  CheckBands(advice);
  if (std::isnan(perplexity) || perplexity <= 0.0) {
    RejectAdvice(
        fmt::format("perplexity is {}; give one that was measured, which is above 0", perplexity));
  }
  double value = perplexity;
  if (advice.relative) {
    if (!baseline_perplexity) {
      RejectAdvice(
          "the limits are multiples of the baseline's perplexity, and there is none; give "
          "baseline_perplexity, or use limits that are not relative");
    }
    if (!std::isfinite(*baseline_perplexity) || *baseline_perplexity <= 0.0) {
      RejectAdvice(fmt::format("baseline_perplexity is {}; it must be finite and above 0",
                               *baseline_perplexity));
    }
    value /= *baseline_perplexity;  // As a limit on the ratio decides.
  }
  for (const PerplexityBand& band : advice.bands) {
    if (value < band.below) return band.advice;
  }
  return advice.otherwise;
}

}  // namespace gatetest
