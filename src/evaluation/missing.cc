#include "src/evaluation/missing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;

/// A field that two objects do not have in common.
struct Difference {
  std::string field;
  std::string recorded;
  std::string now;
};

std::string ShowField(const json& object, const std::string& field) {
  if (!object.contains(field)) return "none";
  const json& value = object.at(field);
  constexpr std::size_t kMost = 60;
  return value.is_string()
             ? Quote(value.get<std::string>(), kMost)
             : value.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, kMost);
}

/// Of the objects in objects (the build ids) too.
std::vector<Difference> Differences(const json& recorded, const json& now,
                                    const std::string& prefix = "") {
  std::set<std::string> fields;
  for (const auto& [field, value] : recorded.items()) fields.insert(field);
  for (const auto& [field, value] : now.items()) fields.insert(field);
  std::vector<Difference> differences;
  for (const std::string& field : fields) {
    if (recorded.contains(field) && now.contains(field)) {
      const json& one = recorded.at(field);
      const json& other = now.at(field);
      if (one == other) continue;
      if (one.is_object() && other.is_object()) {
        const std::vector<Difference> inner = Differences(one, other, prefix + field + " of ");
        differences.insert(differences.end(), inner.begin(), inner.end());
        continue;
      }
    }
    differences.push_back({prefix + field, ShowField(recorded, field), ShowField(now, field)});
  }
  return differences;
}

std::string Show(std::vector<Difference> differences) {
  constexpr std::size_t kMost = 4;
  const std::size_t more = differences.size() > kMost ? differences.size() - kMost : 0;
  differences.resize(differences.size() - more);
  std::vector<std::string> texts;
  for (const Difference& one : differences) {
    texts.push_back(fmt::format("{} was {} and is {}", one.field, one.recorded, one.now));
  }
  if (more > 0) texts.push_back(fmt::format("{} more parts differ", more));
  return fmt::format("{}", fmt::join(texts, "; "));
}

json ParseObject(const std::string& text) {
  json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return object.is_object() ? object : json::object();
}

}  // namespace

std::string NameMissing(std::span<const std::size_t> missing, const std::vector<Sample>& samples,
                        std::size_t wanted) {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> named;
  for (const std::size_t sample : missing.first(std::min(missing.size(), kMostNamed))) {
    named.push_back(Quote(samples[sample].id));
  }
  const std::string all = wanted == samples.size()
                              ? fmt::format("{} samples", wanted)
                              : fmt::format("the first {} of {} samples", wanted, samples.size());
  return fmt::format("{} of {} {} not recorded: {}{}", missing.size(), all,
                     missing.size() == 1 ? "is" : "are", fmt::join(named, ", "),
                     missing.size() > named.size() ? ", ..." : "");
}

std::string ExplainModel(const RecordedModel& model, Store& store) {
  const std::vector<Holding> holdings = store.Holdings();
  if (holdings.empty()) return fmt::format("{} is empty, or not there", store.place());
  const json now = ParseObject(model.identity);
  const Holding* nearest = nullptr;
  std::vector<Difference> least;
  std::vector<std::string> names;
  for (const Holding& holding : holdings) {
    const std::string name = ToString(holding.model.info);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    if (name != ToString(model.info)) continue;
    std::vector<Difference> differences = Differences(ParseObject(holding.model.identity), now);
    if (nearest != nullptr && differences.size() >= least.size()) continue;
    nearest = &holding;
    least = std::move(differences);
  }
  if (nearest == nullptr) {
    constexpr std::size_t kMost = 5;
    const std::string more =
        names.size() > kMost ? fmt::format(" and {} more", names.size() - kMost) : "";
    names.resize(std::min(names.size(), kMost));
    return fmt::format("nothing is recorded of {}; there is {}{}", ToString(model.info),
                       fmt::join(names, ", "), more);
  }
  const bool only_build = std::all_of(least.begin(), least.end(), [](const Difference& one) {
    return one.field.starts_with("build");
  });
  return fmt::format(
      "recorded is another {}: {}{}", ToString(model.info), Show(least),
      only_build ? "\nThe program was built anew, so the engine may be another one. Where you know "
                   "that it is not, say so by ModelInfo::code_id."
                 : "");
}

std::string ExplainMissing(std::span<const Ask> missing, Shelf& shelf) {
  std::size_t changed = 0;
  std::size_t never = 0;
  std::string first_change;
  for (const Ask& ask : missing.first(std::min(missing.size(), kMostExplained))) {
    const std::optional<Question> filed = shelf.Filed(*ask.sample, ask.turn);
    if (!filed) {
      ++never;
      continue;
    }
    ++changed;
    if (!first_change.empty()) continue;
    const std::vector<Difference> differences =
        Differences(ParseObject(filed->request), ParseObject(ShortRequestJson(*ask.request)));
    first_change =
        differences.empty() ? "its text differs, or its answer is too old" : Show(differences);
    first_change =
        fmt::format("{} is asked in another way than it was: {}", Quote(*ask.sample), first_change);
  }
  std::vector<std::string> why;
  if (changed > 0) why.push_back(first_change);
  if (never > 0) {
    why.emplace_back(
        changed > 0
            ? "others were never recorded"
            : "they were never recorded of this model: they are new, or the "
              "recording was interrupted, or stopped early (--gatetest_stop=never records all)");
  }
  return fmt::format("{}", fmt::join(why, "; "));
}

}  // namespace gatetest::internal
