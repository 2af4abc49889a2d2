#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/ladder_analysis.h"
#include "src/ladder/configurations.h"
#include "src/text/lines.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

using internal::ShowBeside;

constexpr const char* kAnalyzeThreshold = "AnalyzeThreshold";
constexpr std::size_t kMostDisagreementsShown = 5;

struct Candidate {
  Configuration configuration;
  bool acceptable = false;
};

bool HasPerplexity(const Configuration& configuration) {
  return configuration.perplexity > -std::numeric_limits<double>::infinity();  // NaN is not.
}

// Those on which a limit between the worst acceptable and the best unacceptable one would differ.
void AddMisjudged(const std::vector<Candidate>& candidates, ThresholdAnalysis& analysis) {
  if (!analysis.worst_acceptable || !analysis.best_unacceptable) return;
  const Configuration& worst = *analysis.worst_acceptable;
  const Configuration& best = *analysis.best_unacceptable;
  for (const auto& [configuration, acceptable] : candidates) {
    const double perplexity = configuration.perplexity;
    if (acceptable || perplexity > worst.perplexity) continue;
    analysis.disagreements.push_back(
        {.name = configuration.name,
         .why = fmt::format("perplexity would let it pass: {} is not above {} of {}, which is "
                            "acceptable",
                            ShowBeside(perplexity, worst.perplexity),
                            ShowBeside(worst.perplexity, perplexity), worst.name)});
  }
  for (const auto& [configuration, acceptable] : candidates) {
    const double perplexity = configuration.perplexity;
    if (!acceptable || perplexity < best.perplexity) continue;
    analysis.disagreements.push_back(
        {.name = configuration.name,
         .why = fmt::format("perplexity would reject it: {} is not below {} of {}, which is not "
                            "acceptable",
                            ShowBeside(perplexity, best.perplexity),
                            ShowBeside(best.perplexity, perplexity), best.name)});
  }
}

void AddOutOfOrder(const std::vector<Candidate>& candidates, ThresholdAnalysis& analysis) {
  for (const auto& [a, a_acceptable] : candidates) {
    for (const auto& [b, b_acceptable] : candidates) {
      if (!(a.perplexity < b.perplexity && a.accuracy < b.accuracy)) continue;
      if (!a_acceptable && b_acceptable) continue;  // Both were named by AddMisjudged.
      analysis.disagreements.push_back(
          {.name = a.name,
           .why = fmt::format(
               "perplexity {} is below the {} of {}, but accuracy {} is below its {}",
               ShowBeside(a.perplexity, b.perplexity), ShowBeside(b.perplexity, a.perplexity),
               b.name, ShowBeside(a.accuracy, b.accuracy), ShowBeside(b.accuracy, a.accuracy))});
    }
  }
}

ThresholdAnalysis Analyze(const std::vector<Candidate>& candidates, ThresholdAnalysis analysis) {
  if (candidates.empty()) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("{}: no model has both figures; add models{}", kAnalyzeThreshold,
                            internal::WithLeftOut(analysis.left_out)));
  }
  std::optional<Configuration>& worst = analysis.worst_acceptable;
  std::optional<Configuration>& best = analysis.best_unacceptable;
  for (const auto& [configuration, acceptable] : candidates) {
    if (acceptable) {
      analysis.acceptable.push_back(configuration.name);
      if (!worst || configuration.perplexity > worst->perplexity) worst = configuration;
    } else {
      analysis.unacceptable.push_back(configuration.name);
      if (!best || configuration.perplexity < best->perplexity) best = configuration;
    }
  }
  analysis.separates = worst && best && worst->perplexity < best->perplexity;
  AddMisjudged(candidates, analysis);
  AddOutOfOrder(candidates, analysis);
  return analysis;
}

std::string ShowLimit(const ThresholdAnalysis& analysis) {
  if (!analysis.worst_acceptable || !analysis.best_unacceptable) {
    return fmt::format("none follows: {} of the models is acceptable",
                       analysis.worst_acceptable ? "every one" : "none");
  }
  const Configuration& worst = *analysis.worst_acceptable;
  const Configuration& best = *analysis.best_unacceptable;
  const std::string worst_shown = ShowBeside(worst.perplexity, best.perplexity);
  const std::string best_shown = ShowBeside(best.perplexity, worst.perplexity);
  const char* const judge = analysis.accuracy_above ? "accuracy does" : "the verdicts do";
  if (analysis.separates) {
    return fmt::format("perplexity below any limit above {} ({}), up to {} ({}), decides as {}",
                       worst_shown, worst.name, best_shown, best.name, judge);
  }
  return fmt::format(
      "none on perplexity decides as {}: the worst accepted has {} ({}), the best rejected {} ({})",
      judge, worst_shown, worst.name, best_shown, best.name);
}

}  // namespace

ThresholdAnalysis AnalyzeThreshold(std::span<const Configuration> configurations,
                                   double accuracy_above) {
  internal::CheckNamesDiffer(kAnalyzeThreshold, configurations);
  if (!std::isfinite(accuracy_above)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: accuracy_above is {}; give a finite limit in the unit of the "
                            "accuracies",
                            kAnalyzeThreshold, accuracy_above));
  }
  ThresholdAnalysis analysis{.accuracy_above = accuracy_above};
  std::vector<Candidate> candidates;
  for (const Configuration& configuration : configurations) {
    if (HasPerplexity(configuration) && std::isfinite(configuration.accuracy)) {
      candidates.push_back({configuration, configuration.accuracy > accuracy_above});
    } else {
      analysis.left_out.push_back(configuration.name);
    }
  }
  return Analyze(candidates, std::move(analysis));
}

ThresholdAnalysis AnalyzeThreshold(std::span<const Configuration> configurations,
                                   const std::vector<bool>& acceptable) {
  internal::CheckNamesDiffer(kAnalyzeThreshold, configurations);
  if (acceptable.size() != configurations.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: {} configurations, but acceptable has {} entries; give one for "
                            "each, in their order",
                            kAnalyzeThreshold, configurations.size(), acceptable.size()));
  }
  ThresholdAnalysis analysis;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < configurations.size(); ++i) {
    if (HasPerplexity(configurations[i])) {
      candidates.push_back({configurations[i], acceptable[i]});
    } else {
      analysis.left_out.push_back(configurations[i].name);
    }
  }
  return Analyze(candidates, std::move(analysis));
}

std::string ToText(const ThresholdAnalysis& analysis) {
  const std::size_t models = analysis.acceptable.size() + analysis.unacceptable.size();
  const auto listed = [](const std::vector<std::string>& names) {
    return names.empty() ? "" : ": " + internal::JoinNames(names);
  };
  const std::string limit =
      analysis.accuracy_above
          ? fmt::format(", accuracy above {}", internal::ShowNumber(*analysis.accuracy_above))
          : "";
  internal::Lines lines;
  lines.Add("Accepted", fmt::format("{} of {}{}{}", analysis.acceptable.size(), models, limit,
                                    listed(analysis.acceptable)));
  lines.Add("Rejected", fmt::format("{} of {}{}", analysis.unacceptable.size(), models,
                                    listed(analysis.unacceptable)));
  lines.Add("Limit", ShowLimit(analysis));
  const std::vector<Disagreement>& disagreements = analysis.disagreements;
  const std::size_t shown = std::min(disagreements.size(), kMostDisagreementsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    lines.Add(i == 0 ? "Disagree" : "",
              fmt::format("{}: {}", disagreements[i].name, disagreements[i].why));
  }
  if (shown < disagreements.size()) {
    lines.Add("", fmt::format("and {} more", disagreements.size() - shown));
  }
  if (!analysis.left_out.empty()) {
    lines.Add("Left out", internal::JoinNames(analysis.left_out) + ": a figure is missing");
  }
  return lines.text();
}

}  // namespace gatetest
