#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gatetest/ladder.h"
#include "src/verdict/metric_traits.h"

namespace gatetest {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no infinity.
Json Number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return nullptr;
  return value > 0.0 ? "infinity" : "-infinity";
}

/// Left out of the object where there is none.
void Put(Json& object, const char* name, const std::optional<double>& value) {
  if (value) object[name] = Number(*value);
}

void PutText(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

Json FromEstimate(const Estimate& estimate) {
  Json json = {{"value", Number(estimate.value)}};
  if (estimate.interval) {
    json["lower"] = Number(estimate.interval->lower);
    json["upper"] = Number(estimate.interval->upper);
    json["alpha"] = estimate.interval->alpha;
  }
  PutText(json, "no_interval", estimate.no_interval);
  json["n"] = estimate.n;
  PutText(json, "observations", estimate.observations);
  PutText(json, "method", estimate.method);
  PutText(json, "too_few", estimate.too_few);
  return json;
}

void Put(Json& object, const char* name, const std::optional<Estimate>& estimate) {
  if (estimate) object[name] = FromEstimate(*estimate);
}

/// "perplexity_ratio".
std::string FieldOf(Metric metric) {
  std::string name(Name(metric));
  for (char& c : name) {
    if (c == ' ') c = '_';
  }
  return name;
}

Json FromRequirement(const Requirement& requirement) {
  Json json = {{"metric", FieldOf(requirement.metric)},
               {internal::RelationOf(requirement.metric), requirement.limit.threshold()}};
  if (requirement.limit.upper()) json["below"] = *requirement.limit.upper();
  PutText(json, "task", requirement.limit.task());
  if (requirement.limit.pooled()) json["pooled"] = true;
  if (requirement.limit.claim()) json["claim"] = Name(*requirement.limit.claim());
  Put(json, "alpha", requirement.limit.alpha());
  return json;
}

Json FromModel(const ModelInfo& model) {
  Json json = {{"name", model.name}};
  PutText(json, "quantization", model.quantization);
  PutText(json, "provider", model.provider);
  if (model.bytes > 0) json["bytes"] = model.bytes;
  if (model.prices) {
    json["input_usd_per_mtok"] = model.prices->input_usd_per_mtok;
    json["output_usd_per_mtok"] = model.prices->output_usd_per_mtok;
  }
  return json;
}

Json FromTask(const RungOnTask& on) {
  Json json = {{"task", on.task},
               {"measures", on.measures == Measures::kAccuracy ? "accuracy" : "perplexity"},
               {"figures", Json::object()},
               {"missing", Json::object()}};
  for (const auto& [metric, estimate] : on.figures) {
    json["figures"][FieldOf(metric)] = FromEstimate(estimate);
  }
  for (const auto& [metric, why] : on.missing) json["missing"][FieldOf(metric)] = why;
  return json;
}

Json FromRung(const Rung& rung) {
  Json json = {{"rung", rung.name},
               {"model", FromModel(rung.model)},
               {"baseline", rung.is_baseline},
               {"verdict", Name(rung.verdict)},
               {"reasons", rung.reasons}};
  PutText(json, "advice", rung.advice);
  json["tasks"] = Json::array();
  for (const RungOnTask& on : rung.tasks) json["tasks"].push_back(FromTask(on));
  Put(json, "tokens_per_second", rung.tokens_per_second);
  PutText(json, "no_tokens_per_second", rung.no_speed);
  Put(json, "cost_per_1k_tokens", rung.cost_per_1k);
  Put(json, "savings", rung.savings);
  PutText(json, "no_cost", rung.no_cost);
  Put(json, "monthly_usd", rung.monthly_usd);
  if (rung.monthly_savings) {
    json["monthly_savings"] = {{"monthly_usd", rung.monthly_savings->monthly_usd},
                               {"share", rung.monthly_savings->share},
                               {"annual_usd", rung.monthly_savings->annual_usd}};
  }
  if (rung.roi) {
    json["roi"] = {{"roi", Number(rung.roi->roi)},
                   {"payback_months", Number(rung.roi->payback_months)}};
  }
  return json;
}

Json FromRank(const RankCorrelation& rank) {
  return {{"coefficient", rank.coefficient}, {"p_value", rank.p_value}, {"exact", rank.exact}};
}

Json FromCorrelation(const QualityCorrelation& correlation) {
  Json pearson = {{"r", correlation.pearson.r}};
  if (correlation.pearson.interval) {
    pearson["lower"] = correlation.pearson.interval->lower;
    pearson["upper"] = correlation.pearson.interval->upper;
    pearson["alpha"] = correlation.pearson.interval->alpha;
  }
  PutText(pearson, "no_interval", correlation.pearson.no_interval);
  Json json = {{"n", correlation.n},
               {"strength", ToText(correlation.strength)},
               {"pearson", pearson},
               {"spearman", FromRank(correlation.spearman)},
               {"kendall", FromRank(correlation.kendall)},
               {"left_out", correlation.left_out}};
  if (correlation.leverage) {
    json["leverage"] = {{"rung", correlation.leverage->name},
                        {"value", correlation.leverage->value}};
    Put(json["leverage"], "r_without", correlation.leverage->r_without);
  }
  PutText(json, "warning", LeverageWarning(correlation));
  return json;
}

Json FromThreshold(const ThresholdAnalysis& threshold) {
  Json json = {{"acceptable", threshold.acceptable}, {"unacceptable", threshold.unacceptable}};
  const auto put = [&](const char* name, const std::optional<Configuration>& one) {
    if (one) json[name] = {{"rung", one->name}, {"perplexity", Number(one->perplexity)}};
  };
  put("worst_acceptable", threshold.worst_acceptable);
  put("best_unacceptable", threshold.best_unacceptable);
  json["separates"] = threshold.separates;
  json["disagreements"] = Json::array();
  for (const Disagreement& one : threshold.disagreements) {
    json["disagreements"].push_back({{"rung", one.name}, {"why", one.why}});
  }
  json["left_out"] = threshold.left_out;
  return json;
}

Json FromAnalysis(const LadderAnalysis& analysis) {
  Json json = {
      {"corpus", analysis.corpus}, {"accuracy_of", analysis.accuracy_of}, {"rungs", Json::array()}};
  for (const Configuration& one : analysis.rungs) {
    json["rungs"].push_back({{"rung", one.name},
                             {"perplexity", Number(one.perplexity)},
                             {"accuracy", Number(one.accuracy)}});
  }
  if (analysis.correlation) json["correlation"] = FromCorrelation(*analysis.correlation);
  PutText(json, "no_correlation", analysis.no_correlation);
  if (analysis.threshold) json["threshold"] = FromThreshold(*analysis.threshold);
  return json;
}

Json FromRecommendation(const Ladder& ladder) {
  const Recommendation& recommendation = ladder.recommendation;
  Json json = Json::object();
  if (recommendation.rung) json["rung"] = ladder.rungs[*recommendation.rung].name;
  json["reason"] = recommendation.reason;
  json["rejected"] = Json::array();
  for (const Recommendation::Rejected& rejected : recommendation.rejected) {
    json["rejected"].push_back({{"rung", ladder.rungs[rejected.rung].name}, {"why", rejected.why}});
  }
  json["unsettled"] = Json::array();
  for (const std::size_t rung : recommendation.unsettled) {
    json["unsettled"].push_back(ladder.rungs[rung].name);
  }
  return json;
}

}  // namespace

std::string ToJson(const Ladder& ladder) {
  Json json = {{"format", "gatetest.ladder/1"},  {"claim", Name(ladder.defaults.claim)},
               {"alpha", ladder.defaults.alpha}, {"requirements", Json::array()},
               {"rungs", Json::array()},         {"analyses", Json::array()}};
  for (const Requirement& requirement : ladder.requirements) {
    json["requirements"].push_back(FromRequirement(requirement));
  }
  for (const Rung& rung : ladder.rungs) json["rungs"].push_back(FromRung(rung));
  for (const LadderAnalysis& analysis : ladder.analyses) {
    json["analyses"].push_back(FromAnalysis(analysis));
  }
  json["recommendation"] = FromRecommendation(ladder);
  // Texts of models and data are UTF-8 already; what is not must not lose the document.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace gatetest
