#include "src/ladder/recommend.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "src/text/show.h"

namespace gatetest::internal {
namespace {

/// What rungs are ranked by, least first.
struct Ranking {
  std::function<std::optional<double>(const Rung&)> value;
  std::function<std::string(double)> show;
  std::string least;  ///< "the cheapest".
  std::string more;   ///< "costs more".
  std::string same;   ///< "costs as much".
};

/// Of the same samples, in parts of what the baseline costs.
std::optional<double> RelativeCost(const Rung& rung) {
  if (rung.is_baseline && rung.cost_per_1k) return 1.0;
  if (!rung.savings) return std::nullopt;
  return 1.0 - rung.savings->value;
}

std::vector<Ranking> Rankings(const std::string& baseline) {
  return {
      {.value = [](const Rung& rung) { return rung.monthly_usd; },
       .show = [](double usd) { return ShowUsd(usd) + " a month"; },
       .least = "the cheapest",
       .more = "costs more",
       .same = "costs as much"},
      {.value = RelativeCost,
       .show =
           [baseline](double cost) {
             return fmt::format("{:.4g} times what {} costs for the same samples", cost, baseline);
           },
       .least = "the cheapest",
       .more = "costs more",
       .same = "costs as much"},
      {.value = [](const Rung& rung) -> std::optional<double> {
         if (rung.model.bytes == 0) return std::nullopt;
         return static_cast<double>(rung.model.bytes);
       },
       .show =
           [](double bytes) { return ShowGrouped(static_cast<std::int64_t>(bytes)) + " bytes"; },
       .least = "the smallest",
       .more = "is larger",
       .same = "is as large"}};
}

/// The first that the baseline and all of these rungs have, unless all are free by it: what costs
/// nothing anyway still has a size.
std::optional<Ranking> RankingOf(const std::vector<Rung>& rungs,
                                 std::vector<std::size_t> compared) {
  compared.push_back(0);
  for (Ranking& ranking : Rankings(rungs.front().name)) {
    const auto is_known = [&](std::size_t i) { return ranking.value(rungs[i]).has_value(); };
    const auto costs = [&](std::size_t i) { return *ranking.value(rungs[i]) != 0.0; };
    if (std::all_of(compared.begin(), compared.end(), is_known) &&
        std::any_of(compared.begin(), compared.end(), costs)) {
      return std::move(ranking);
    }
  }
  return std::nullopt;
}

/// "FAILED: retention on \"skills\": 0.8043 is not above 0.9000 ... (and 2 reasons more)".
std::string WhyNotPassed(const Rung& rung) {
  std::string text(Name(rung.verdict));
  if (rung.reasons.empty()) return text;
  text += ": " + rung.reasons.front();
  const std::size_t more = rung.reasons.size() - 1;
  return more == 0 ? text : text + fmt::format(" (and {} more)", ShowMany(more, "reason"));
}

class Choice {
 public:
  explicit Choice(const std::vector<Rung>& rungs) : rungs_(rungs) {
    for (std::size_t i = 1; i < rungs.size(); ++i) {
      if (rungs[i].verdict == Verdict::kPassed) passing_.push_back(i);
    }
  }

  Recommendation Make() {
    Recommendation recommendation;
    if (passing_.empty()) {
      NonePasses(recommendation);
    } else {
      ranking_ = RankingOf(rungs_, passing_);
      if (ranking_) {
        ChooseLeast(recommendation);
        NoteUnsettled(recommendation);
      } else {
        recommendation.reason = fmt::format(
            "{} that cannot be compared with {}: all of them, and it, need prices "
            "(ModelInfo::prices) or sizes (ModelInfo::bytes); in a models file \"prices\", or "
            "\"bytes\"",
            passing_.size() == 1 ? "1 rung passes" : fmt::format("{} rungs pass", passing_.size()),
            rungs_.front().name);
      }
    }
    for (std::size_t i = 1; i < rungs_.size(); ++i) Reject(i, recommendation);
    // Where nothing else can be shipped, nothing speaks against the baseline.
    if (!passing_.empty()) Reject(0, recommendation);
    return recommendation;
  }

 private:
  double ValueOf(std::size_t i) const { return *ranking_->value(rungs_[i]); }

  /// The baseline is what there is to ship, once that is known of all others.
  void NonePasses(Recommendation& recommendation) const {
    std::vector<std::string> undecided;
    for (std::size_t i = 1; i < rungs_.size(); ++i) {
      if (rungs_[i].verdict == Verdict::kFailed) continue;
      if (rungs_[i].verdict == Verdict::kNotMeasured) recommendation.unsettled.push_back(i);
      undecided.push_back(fmt::format("{} is {}", rungs_[i].name, Name(rungs_[i].verdict)));
    }
    if (undecided.empty()) {
      recommendation.rung = 0;
      recommendation.reason = fmt::format("{}, the baseline: no rung passes", rungs_.front().name);
    } else {
      recommendation.reason = fmt::format("none, because no rung passes by evidence, and {}",
                                          fmt::join(undecided, ", "));
    }
  }

  void ChooseLeast(Recommendation& recommendation) const {
    const std::size_t least =
        *std::min_element(passing_.begin(), passing_.end(),
                          [&](std::size_t a, std::size_t b) { return ValueOf(a) < ValueOf(b); });
    const Rung& rung = rungs_[least];
    const Rung& baseline = rungs_.front();
    if (ValueOf(least) >= ValueOf(0)) {
      recommendation.rung = 0;
      recommendation.reason =
          fmt::format("{}, the baseline: {}, {} of those that pass, saves nothing ({} against {})",
                      baseline.name, rung.name, ranking_->least, ranking_->show(ValueOf(least)),
                      ranking_->show(ValueOf(0)));
      return;
    }
    recommendation.rung = least;
    recommendation.reason = fmt::format(
        "{} {} ({}, {:.0f}% less than {})", rung.name,
        passing_.size() == 1
            ? "is the only rung that passes"
            : fmt::format("is {} of the {} rungs that pass", ranking_->least, passing_.size()),
        ranking_->show(ValueOf(least)), 100.0 * (1.0 - ValueOf(least) / ValueOf(0)), baseline.name);
  }

  void NoteUnsettled(Recommendation& recommendation) const {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < rungs_.size(); ++i) {
      if (rungs_[i].verdict != Verdict::kNotMeasured) continue;
      const std::optional<double> value = ranking_->value(rungs_[i]);
      if (value && *value >= ValueOf(*recommendation.rung)) continue;
      recommendation.unsettled.push_back(i);
      names.push_back(rungs_[i].name);
    }
    if (names.empty()) return;
    recommendation.reason += fmt::format("; NOT MEASURED, and preferable if {} passed: {}",
                                         names.size() == 1 ? "it" : "they", fmt::join(names, ", "));
  }

  void Reject(std::size_t i, Recommendation& recommendation) const {
    if (recommendation.rung == i) return;
    const Rung& rung = rungs_[i];
    std::string why;
    if (i != 0 && rung.verdict != Verdict::kPassed) {
      why = WhyNotPassed(rung);
    } else if (!ranking_) {
      why = i == 0 ? "is the baseline" : "passes, and cannot be ranked";
    } else {
      why = i == 0 ? "is the baseline" : "passes";
      if (const std::optional<double> value = ranking_->value(rung)) {
        why += fmt::format(", and {}: {}",
                           *value > ValueOf(*recommendation.rung) ? ranking_->more : ranking_->same,
                           ranking_->show(*value));
      }
    }
    recommendation.rejected.push_back({.rung = i, .why = std::move(why)});
  }

  const std::vector<Rung>& rungs_;
  std::vector<std::size_t> passing_;
  std::optional<Ranking> ranking_;
};

}  // namespace

Recommendation Recommend(const std::vector<Rung>& rungs) { return Choice(rungs).Make(); }

}  // namespace gatetest::internal
