#include "src/speed/unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "src/text/show.h"

namespace gatetest::internal {
namespace {

constexpr int kDigits = 4;
constexpr int kMostDigits = 17;

/// Never in exponents: 1.235e+06 is hard to compare with 1,240,000.
std::string ShowDigits(double value, int digits) {
  if (std::isinf(value)) return value > 0.0 ? "infinite" : "none";
  constexpr double kMostGrouped = 1e15;
  const double size = std::fabs(value);
  if (!(size < kMostGrouped && size >= 1e-4)) {
    return fmt::format("{:.{}g}", value, digits);
  }
  const int before = static_cast<int>(std::floor(std::log10(size))) + 1;
  std::string text = fmt::format("{:.{}f}", value, std::max(0, digits - before));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  // Grouped from five digits on.
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string whole = text.substr(0, point);
  constexpr std::size_t kUngrouped = 4;
  if (whole.size() - (whole.front() == '-' ? 1 : 0) <= kUngrouped) return text;
  return ShowGrouped(std::stoll(whole)) + text.substr(point);
}

}  // namespace

Scale::Scale(Unit unit, double typical) {
  const double size = std::isfinite(typical) ? std::fabs(typical) : 1.0;
  switch (unit) {
    case Unit::kSeconds:
      if (size >= 1.0) {
        suffix_ = " s";
      } else if (size >= 1e-3) {
        factor_ = 1e3;
        suffix_ = " ms";
      } else if (size >= 1e-6) {
        factor_ = 1e6;
        suffix_ = " us";
      } else {
        factor_ = 1e9;
        suffix_ = " ns";
      }
      return;
    case Unit::kTokensPerSecond:
      suffix_ = " tokens/s";
      return;
    case Unit::kRequestsPerSecond:
      suffix_ = " requests/s";
      return;
    case Unit::kBytes:
      if (size >= 1024.0 * 1024.0 * 1024.0) {
        factor_ = 1.0 / (1024.0 * 1024.0 * 1024.0);
        suffix_ = " GiB";
      } else if (size >= 1024.0 * 1024.0) {
        factor_ = 1.0 / (1024.0 * 1024.0);
        suffix_ = " MiB";
      } else {
        factor_ = 1.0 / 1024.0;
        suffix_ = " KiB";
      }
      return;
    case Unit::kNumber:
      return;
  }
}

std::string Scale::Show(double value) const { return ShowDigits(value * factor_, kDigits); }

std::string Scale::ShowBeside(double value, double other) const {
  if (!std::isfinite(value) || !std::isfinite(other) || value == other) return Show(value);
  for (int digits = kDigits; digits < kMostDigits; ++digits) {
    std::string text = ShowDigits(value * factor_, digits);
    if (text != ShowDigits(other * factor_, digits)) return text;
  }
  return fmt::format("{:.17g}", value * factor_);
}

std::vector<std::string> Scale::ShowApart(const std::vector<double>& values) const {
  std::vector<std::string> texts;
  for (int digits = kDigits; digits <= kMostDigits; ++digits) {
    texts.clear();
    for (const double value : values) texts.push_back(ShowDigits(value * factor_, digits));
    if (std::adjacent_find(texts.begin(), texts.end()) == texts.end()) break;
  }
  return texts;
}

}  // namespace gatetest::internal
