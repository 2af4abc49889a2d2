#include "src/calibration/explain_calibration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "src/calibration/chunks.h"
#include "src/text/lines.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

using internal::Lines;
using internal::Quote;
using internal::ShowGrouped;
using internal::ShowMany;
using internal::ShowNumber;

constexpr std::size_t kMostLeaksShown = 3;
constexpr std::size_t kTokensOfALine = 5;

/// To what matters of them. An effect may be below 0, and is not to look as if 0 were.
std::string ShowBits(double bits) {
  const std::string shown = fmt::format("{:.4f}", bits);
  return shown == "-0.0000" ? shown.substr(1) : shown;
}

std::string ActualText(const CalibrationReport& report) {
  std::string text = fmt::format("{} of calibration, {} of evaluation",
                                 ShowMany(report.calibration_samples, "sample"),
                                 ShowGrouped(static_cast<std::int64_t>(report.evaluation_samples)));
  if (!report.distance) return text;
  const CalibrationDistance& distance = *report.distance;
  return text + fmt::format("; divergence {} bits, {} by chance: effect {} bits, p {}",
                            ShowBits(distance.jsd_bits), ShowBits(distance.chance_bits),
                            ShowBits(distance.effect_bits), ShowNumber(distance.p));
}

/// What keeps the set back, FAILED first, a line each; of one that passes everything.
std::string VerdictText(const CalibrationReport& report) {
  const auto parts = {&report.count, &report.distribution, &report.leakage};
  std::vector<std::string> reasons;
  const auto add = [&](Verdict verdict, const std::string& prefix) {
    for (const CalibrationPart* const part : parts) {
      if (part->verdict == verdict) reasons.push_back(prefix + part->reason);
    }
  };
  if (report.verdict != Verdict::kPassed) add(Verdict::kFailed, "");
  const std::string name(Name(Verdict::kInconclusive));
  add(Verdict::kInconclusive, report.verdict == Verdict::kFailed ? name + ": " : "");
  if (report.verdict == Verdict::kPassed) add(Verdict::kPassed, "");
  return fmt::format("{}: {}", Name(report.verdict), fmt::join(reasons, "\n"));
}

/// "\"the\" 1.20% : 5.30%, ...", a few a line.
std::string TokensText(const CalibrationReport& report) {
  std::string text = "share in the calibration set : in the evaluation data\n";
  for (std::size_t i = 0; i < report.tokens.size(); ++i) {
    const CalibrationToken& token = report.tokens[i];
    if (i > 0) text += i % kTokensOfALine == 0 ? ",\n" : ", ";
    text += fmt::format("{} {:.2f}% : {:.2f}%", Quote(token.token, 20),
                        100.0 * token.calibration_share, 100.0 * token.evaluation_share);
  }
  return text;
}

std::string LeaksText(const CalibrationReport& report) {
  std::vector<std::string> lines;
  for (const CalibrationLeak& leak : report.leaks) {
    if (lines.size() == kMostLeaksShown) {
      lines.push_back(fmt::format("and {} more", report.leaks.size() - kMostLeaksShown));
      break;
    }
    // Rounded down: a near duplicate is not shown as all of a text.
    const std::string how =
        leak.exact ? "the same"
                   : fmt::format("{}% of the 5-grams", static_cast<int>(100.0 * leak.overlap));
    lines.push_back(fmt::format("calibration #{}, evaluation #{}: {}, {}", leak.calibration_id,
                                leak.evaluation_id, how, Quote(leak.snippet)));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string EvidenceText(const CalibrationReport& report) {
  std::string text = fmt::format("calibration data xxh3:{}, evaluation data xxh3:{}, seed {}",
                                 report.calibration_hash.substr(0, 12),
                                 report.evaluation_hash.substr(0, 12), report.seed);
  if (report.distance) {
    text += fmt::format("\n{} of the labels of {} + {}, each of at most {} words",
                        ShowMany(report.options.permutations, "permutation"),
                        ShowGrouped(static_cast<std::int64_t>(report.calibration_documents)),
                        ShowMany(report.evaluation_documents, "document"), internal::kChunkWords);
  }
  return text;
}

}  // namespace

namespace internal {

std::string CalibrationExpectation(const std::string& calibration, const std::string& evaluation,
                                   const CalibrationOptions& options) {
  const std::string samples =
      options.samples == 0 ? std::string()
                           : fmt::format("at least {}, ", ShowMany(options.samples, "sample"));
  return fmt::format(
      "calibration set {} matches {}: {}text of the same kind (alpha {:g}), none of its data",
      Quote(calibration), Quote(evaluation), samples, options.alpha);
}

}  // namespace internal

std::string Explain(const CalibrationReport& report) {
  Lines lines;
  lines.Add("Actual", ActualText(report));
  lines.Add("Verdict", VerdictText(report));
  if (report.distribution.verdict == Verdict::kFailed) lines.Add("Tokens", TokensText(report));
  if (!report.leaks.empty()) lines.Add("Leaks", LeaksText(report));
  lines.Add("Evidence", EvidenceText(report));
  return lines.text();
}

}  // namespace gatetest
