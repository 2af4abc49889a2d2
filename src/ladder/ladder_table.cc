#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/ladder.h"
#include "src/ladder/rung_speed.h"
#include "src/ladder/show_r.h"
#include "src/speed/unit.h"
#include "src/text/show.h"
#include "src/text/table.h"
#include "src/verdict/metric_traits.h"

namespace gatetest {
namespace {

using internal::ShowNumber;
using internal::Table;

/// Empty where there is no figure.
std::string Cell(const RungOnTask& on, Metric metric) {
  const auto found = on.figures.find(metric);
  if (found != on.figures.end()) return ShowNumber(found->second.value);
  return on.missing.contains(metric) ? "?" : "";
}

std::string CellWithInterval(const RungOnTask& on, Metric metric) {
  const auto found = on.figures.find(metric);
  std::string text = Cell(on, metric);
  if (found != on.figures.end() && found->second.interval) {
    text += fmt::format(" [{}, {}]", ShowNumber(found->second.interval->lower),
                        ShowNumber(found->second.interval->upper));
  }
  return text;
}

std::string VerdictOf(const Rung& rung) {
  if (rung.is_baseline) return "baseline";
  switch (rung.verdict) {
    case Verdict::kPassed:
      return "may ship";
    case Verdict::kFailed:
      return "BLOCKED";
    default:
      return std::string(Name(rung.verdict));
  }
}

/// "retention above 0.9000", "retention on \"skills\" above 0.9000 (population claim)".
std::string ShowRequirement(const Requirement& requirement) {
  const Limit& limit = requirement.limit;
  std::string text(Name(requirement.metric));
  if (!limit.task().empty()) text += fmt::format(" on \"{}\"", limit.task());
  if (limit.pooled()) text += " over all tasks together";
  text += fmt::format(" {} {}", internal::RelationOf(requirement.metric),
                      ShowNumber(limit.threshold()));
  if (limit.upper()) text += fmt::format(" and below {}", ShowNumber(*limit.upper()));
  if (limit.claim()) text += fmt::format(" ({} claim)", Name(*limit.claim()));
  if (limit.alpha()) text += fmt::format(" (alpha {:g})", *limit.alpha());
  return text;
}

/// What each rung is: one column for each figure that any of them has.
std::string FiguresTable(const Ladder& ladder) {
  const std::vector<RungOnTask>& tasks = ladder.rungs.front().tasks;
  std::vector<std::string> titles = {"rung", "size"};
  for (const RungOnTask& on : tasks) {
    if (on.measures == Measures::kPerplexity) {
      titles.insert(titles.end(), {"ppl " + on.task, "ratio", "bits/byte"});
    } else {
      titles.push_back(on.task);
    }
  }
  titles.insert(titles.end(), {"tokens/s", "$/1k tokens", "saves", "costs a month", "saves a year",
                               "ROI", "verdict"});
  Table table(std::move(titles));
  std::uint64_t largest = 0;
  for (const Rung& rung : ladder.rungs) largest = std::max(largest, rung.model.bytes);
  const internal::Scale scale(internal::Unit::kBytes, static_cast<double>(largest));
  for (const Rung& rung : ladder.rungs) {
    std::vector<std::string> cells = {
        rung.name, rung.model.bytes == 0
                       ? ""
                       : scale.Show(static_cast<double>(rung.model.bytes)) + scale.suffix()};
    for (const RungOnTask& on : rung.tasks) {
      if (on.measures == Measures::kPerplexity) {
        cells.insert(cells.end(),
                     {Cell(on, Metric::kPerplexity), Cell(on, Metric::kPerplexityRatio),
                      Cell(on, Metric::kBitsPerByte)});
      } else {
        cells.push_back(Cell(on, Metric::kAccuracy));
      }
    }
    cells.push_back(rung.tokens_per_second ? fmt::format("{:.4g}", rung.tokens_per_second->value)
                                           : "");
    cells.push_back(rung.cost_per_1k ? fmt::format("{:.4g}", rung.cost_per_1k->value) : "");
    cells.push_back(rung.savings ? fmt::format("{:.1f}%", 100.0 * rung.savings->value) : "");
    cells.push_back(rung.monthly_usd ? ShowUsd(*rung.monthly_usd) : "");
    cells.push_back(rung.monthly_savings ? ShowUsd(rung.monthly_savings->annual_usd) : "");
    cells.push_back(rung.roi ? fmt::format("{:.0f}%", 100.0 * rung.roi->roi) : "");
    cells.push_back(VerdictOf(rung));
    table.Add(std::move(cells));
  }
  return table.text();
}

/// What each rung lost against the baseline, on tasks whose samples are right or wrong. Empty where
/// there are none.
std::string LossesTable(const Ladder& ladder) {
  std::vector<std::string> titles = {"rung"};
  std::vector<std::size_t> tasks;
  for (std::size_t i = 0; i < ladder.rungs.front().tasks.size(); ++i) {
    const RungOnTask& on = ladder.rungs.front().tasks[i];
    if (on.measures != Measures::kAccuracy) continue;
    tasks.push_back(i);
    titles.insert(titles.end(), {on.task, "flips"});
  }
  if (tasks.empty()) return "";
  Table table(std::move(titles));
  for (const Rung& rung : ladder.rungs) {
    if (rung.is_baseline) continue;
    std::vector<std::string> cells = {rung.name};
    for (const std::size_t i : tasks) {
      cells.push_back(CellWithInterval(rung.tasks[i], Metric::kRetention));
      cells.push_back(Cell(rung.tasks[i], Metric::kFlips));
    }
    table.Add(std::move(cells));
  }
  return fmt::format("\nRetention of {} with its {:.10g}% interval, and flips:\n{}",
                     ladder.rungs.front().name, 100.0 * (1.0 - 2.0 * ladder.defaults.alpha),
                     table.text());
}

/// Why rungs do not ship.
std::string Reasons(const Ladder& ladder) {
  std::string text;
  for (const Rung& rung : ladder.rungs) {
    for (const std::string& reason : rung.reasons) {
      text += fmt::format("  {}: {}\n", rung.name, reason);
    }
  }
  return text.empty() ? "" : "\nWhat keeps rungs back:\n" + text;
}

/// Those of the figures above.
constexpr Metric kInTables[] = {Metric::kAccuracy,        Metric::kPerplexity, Metric::kBitsPerByte,
                                Metric::kPerplexityRatio, Metric::kRetention,  Metric::kFlips};

/// Why a cell is "?" or empty where others of its column have a figure.
std::string WhatIsUnknown(const Ladder& ladder) {
  const bool any_costs = std::any_of(ladder.rungs.begin(), ladder.rungs.end(),
                                     [](const Rung& rung) { return rung.cost_per_1k.has_value(); });
  std::string text;
  for (const Rung& rung : ladder.rungs) {
    const auto add = [&](const std::string& what, const std::string& why) {
      text += fmt::format("  {}, {}: {}\n", rung.name, what, why);
    };
    for (const RungOnTask& on : rung.tasks) {
      std::vector<std::string> seen;  // Of an evaluation that failed all figures say the same.
      for (const Metric metric : kInTables) {
        const auto found = on.missing.find(metric);
        if (found == on.missing.end()) continue;
        const std::string& why = found->second;
        if (std::find(seen.begin(), seen.end(), why) != seen.end()) continue;
        seen.push_back(why);
        const bool is_reason = std::any_of(
            rung.reasons.begin(), rung.reasons.end(),
            [&](const std::string& reason) { return reason.find(why) != std::string::npos; });
        if (is_reason) continue;  // It is said below.
        add(fmt::format("{} on \"{}\"", Name(metric), on.task), why);
      }
    }
    if (!rung.no_speed.empty() && rung.no_speed != internal::kSpeedNotAskedFor) {
      add("tokens/s", rung.no_speed);
    }
    if ((any_costs || ladder.volume) && !rung.no_cost.empty()) add("costs", rung.no_cost);
  }
  return text.empty() ? "" : "\nWhat could not be measured:\n" + text;
}

std::string Advices(const Ladder& ladder) {
  std::string text;
  for (const Rung& rung : ladder.rungs) {
    if (!rung.advice.empty() && !rung.is_baseline) {
      text += fmt::format("  {}: {}\n", rung.name, rung.advice);
    }
  }
  return text.empty() ? ""
                      : "\nWhat perplexity by itself would pass for, by a rule of thumb:\n" + text;
}

std::string Indented(const std::string& text) {
  std::string indented;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    indented += "  " + text.substr(begin, end - begin);
    begin = end;
  }
  return indented;
}

std::string RankCell(const RankCorrelation& rank) {
  return fmt::format("{}, p = {:.4g}", internal::ShowR(rank.coefficient), rank.p_value);
}

/// "Pearson's r [95%]".
std::string PearsonTitle(const std::vector<LadderAnalysis>& analyses) {
  for (const LadderAnalysis& analysis : analyses) {
    if (!analysis.correlation || !analysis.correlation->pearson.interval) continue;
    const double alpha = analysis.correlation->pearson.interval->alpha;
    return fmt::format("Pearson's r [{:.10g}% interval]", 100.0 * (1.0 - 2.0 * alpha));
  }
  return "Pearson's r";
}

/// One line an accuracy, of all the analyses of one corpus.
std::string CorrelationTable(const std::vector<LadderAnalysis>& analyses) {
  Table table({"accuracy of", PearsonTitle(analyses), "strength", "Spearman's rho", "Kendall's tau",
               "r without"});
  for (const LadderAnalysis& analysis : analyses) {
    if (!analysis.correlation) {
      table.Add({analysis.accuracy_of, "none", "", "", "", ""});
      continue;
    }
    const QualityCorrelation& correlation = *analysis.correlation;
    const PearsonCorrelation& pearson = correlation.pearson;
    std::string r = internal::ShowR(pearson.r);
    if (pearson.interval) {
      r += fmt::format(" [{}, {}]", internal::ShowR(pearson.interval->lower),
                       internal::ShowR(pearson.interval->upper));
    }
    std::string without;
    if (correlation.leverage && correlation.leverage->r_without) {
      without = fmt::format("{}: {}", correlation.leverage->name,
                            internal::ShowR(*correlation.leverage->r_without));
    }
    table.Add({analysis.accuracy_of, std::move(r), ToText(correlation.strength),
               RankCell(correlation.spearman), RankCell(correlation.kendall), std::move(without)});
  }
  return table.text();
}

/// "0.91", "more than 0.99": all of it is what two models have.
std::string LeverageText(double value) {
  constexpr double kNearlyAll = 0.995;
  return value < kNearlyAll ? fmt::format("{:.2f}", value) : "more than 0.99";
}

/// Empty where there is nothing to know before a correlation is believed.
std::string WarningOf(const LadderAnalysis& analysis) {
  if (!analysis.correlation) {
    return fmt::format("no correlation with {}: {}", analysis.accuracy_of, analysis.no_correlation);
  }
  const QualityCorrelation& correlation = *analysis.correlation;
  std::string warning = LeverageWarning(correlation);
  if (correlation.leverage) {
    warning = fmt::format("{} alone has {} of 1 leverage: r is nearly its own",
                          correlation.leverage->name, LeverageText(correlation.leverage->value));
  }
  if (!correlation.left_out.empty()) {
    warning += fmt::format("{}{} left out, for want of a finite figure",
                           warning.empty() ? "" : "; ", fmt::join(correlation.left_out, ", "));
  }
  return warning;
}

/// Each once: all accuracies of a corpus have its perplexities, unless some are not known.
std::string Warnings(const std::vector<LadderAnalysis>& analyses) {
  std::vector<std::string> warnings;
  for (const LadderAnalysis& analysis : analyses) {
    std::string warning = WarningOf(analysis);
    const bool is_new = std::find(warnings.begin(), warnings.end(), warning) == warnings.end();
    if (!warning.empty() && is_new) warnings.push_back(std::move(warning));
  }
  std::string text;
  for (const std::string& warning : warnings) text += "Warning: " + warning + "\n";
  return text;
}

std::string Analyses(const Ladder& ladder) {
  std::string text;
  for (auto begin = ladder.analyses.begin(); begin != ladder.analyses.end();) {
    const auto end = std::find_if(begin, ladder.analyses.end(), [&](const LadderAnalysis& other) {
      return other.corpus != begin->corpus;
    });
    const std::vector<LadderAnalysis> of_corpus(begin, end);
    text += fmt::format("\nPerplexity on \"{}\" against accuracy, and against the verdicts:\n",
                        begin->corpus);
    text += Indented(CorrelationTable(of_corpus) + Warnings(of_corpus));
    // Who is acceptable is the same for all accuracies of a corpus; the last one is their mean.
    if (of_corpus.back().threshold) text += Indented(ToText(*of_corpus.back().threshold));
    begin = end;
  }
  return text;
}

std::string Recommended(const Ladder& ladder) {
  std::string text = fmt::format("\nRecommendation: {}\n", ladder.recommendation.reason);
  for (const Recommendation::Rejected& rejected : ladder.recommendation.rejected) {
    text += fmt::format("  not {}: {}\n", ladder.rungs[rejected.rung].name, rejected.why);
  }
  return text;
}

}  // namespace

std::string ToTable(const Ladder& ladder) {
  if (ladder.rungs.empty()) return "no rungs\n";
  std::vector<std::string> requirements;
  for (const Requirement& requirement : ladder.requirements) {
    requirements.push_back(ShowRequirement(requirement));
  }
  return fmt::format("To ship, a rung needs {} ({} claim).\n\n", fmt::join(requirements, ", "),
                     Name(ladder.defaults.claim)) +
         FiguresTable(ladder) + LossesTable(ladder) + WhatIsUnknown(ladder) + Reasons(ladder) +
         Advices(ladder) + Analyses(ladder) + Recommended(ladder);
}

}  // namespace gatetest
