#include "src/data/sample_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "src/data/data_error.h"

namespace gatetest::internal {

const JsonMember* Row::Find(const std::string& name) const {
  const auto at = std::ranges::find(members, name, &JsonMember::name);
  return name.empty() || at == members.end() || at->kind == JsonKind::kNull ? nullptr : &*at;
}

std::vector<std::string> Row::Names() const {
  std::vector<std::string> names;
  for (const JsonMember& member : members) names.push_back(member.name);
  return names;
}

std::optional<std::pair<std::size_t, std::size_t>> FindDuplicate(
    const std::vector<Sample>& samples) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto [at, is_new] = seen.try_emplace(samples[i].id, i);
    if (!is_new) return std::pair(at->second, i);
  }
  return std::nullopt;
}

void SampleBuilder::Add(const Row& row) {
  for (const JsonMember& member : row.members) names_.insert(member.name);
  if (row.Find(fields_.input) == nullptr) FailWithoutInput(row.line, row.Names());
  Sample sample;
  sample.id = Text(row, fields_.id);
  sample.input = Text(row, fields_.input);
  sample.answer = Text(row, fields_.answer);
  sample.group = Text(row, fields_.group);
  sample.cluster = Text(row, fields_.cluster);
  sample.choices = Choices(row);
  sample.extra = Extra(row);
  (sample.id.empty() ? without_id_ : with_id_).push_back(row.line);
  if (sample.id.empty()) sample.id = std::to_string(row.line);
  samples_.push_back(std::move(sample));
  lines_.push_back(row.line);
}

void SampleBuilder::FailWithoutInput(std::size_t line,
                                     const std::vector<std::string>& names) const {
  const bool is_null = std::ranges::find(names, fields_.input) != names.end();
  FailLine(path_, line,
           fmt::format("field {} is {} (the row has: {}); name the field that holds it with "
                       "Fields{{.input = \"...\"}}",
                       QuoteJson(fields_.input), is_null ? "null" : "missing", Listed(names)));
}

std::vector<Sample> SampleBuilder::Finish() {
  if (samples_.empty()) {
    FailData(fmt::format("{}: no samples: the file is empty or has only blank lines", path_));
  }
  CheckName("answer", fields_.answer, Fields{}.answer);
  CheckName("choices", fields_.choices, Fields{}.choices);
  CheckName("id", fields_.id, Fields{}.id);
  CheckName("group", fields_.group, Fields{}.group);
  CheckName("cluster", fields_.cluster, Fields{}.cluster);
  CheckIds();
  return std::move(samples_);
}

std::string SampleBuilder::Text(const Row& row, const std::string& name) const {
  const JsonMember* member = row.Find(name);
  if (member == nullptr) return {};
  if (member->kind != JsonKind::kArray && member->kind != JsonKind::kObject) return member->text;
  FailLine(path_, row.line,
           fmt::format("field {} must be text or a number, but is {}", QuoteJson(name),
                       KindName(member->kind)));
}

std::vector<std::string> SampleBuilder::Choices(const Row& row) const {
  const JsonMember* member = row.Find(fields_.choices);
  if (member == nullptr) return {};
  const auto fail = [&](const std::string& what) {
    FailLine(path_, row.line, fmt::format("field {}: {}", QuoteJson(fields_.choices), what));
  };
  if (member->kind != JsonKind::kArray) {
    fail(fmt::format("expected an array of texts, but found {}", KindName(member->kind)));
  }
  JsonMembers items = ReadJson(member->text, JsonKind::kArray,
                               "the choices are a JSON array such as [\"yes\", \"no\"]");
  if (!items.problem.empty()) fail(items.problem);
  if (items.list.empty()) fail("is an empty array; list the choices, or leave the field out");
  std::vector<std::string> choices;
  for (JsonMember& item : items.list) {
    if (item.kind != JsonKind::kText && item.kind != JsonKind::kNumber &&
        item.kind != JsonKind::kBool) {
      fail(fmt::format("expected an array of texts, but item {} (counted from 0) is {}",
                       choices.size(), KindName(item.kind)));
    }
    choices.push_back(std::move(item.text));
  }
  return choices;
}

std::map<std::string, std::string> SampleBuilder::Extra(const Row& row) const {
  std::map<std::string, std::string> extra;
  for (const JsonMember& member : row.members) {
    const std::string& name = member.name;
    if (member.kind == JsonKind::kNull || name == fields_.id || name == fields_.input ||
        name == fields_.answer || name == fields_.choices || name == fields_.group ||
        name == fields_.cluster) {
      continue;
    }
    extra[name] = member.text;
  }
  return extra;
}

/// A field that was named in code and is in no row is misspelt; one by default just is not there.
void SampleBuilder::CheckName(const char* field, const std::string& name,
                              const std::string& by_default) const {
  if (name.empty() || name == by_default || names_.contains(name)) return;
  FailData(fmt::format(
      "{}: no row has a field {}, which Fields{{.{} = {}}} asks for; the rows have: {}", path_,
      QuoteJson(name), field, QuoteJson(name), Listed({names_.begin(), names_.end()})));
}

void SampleBuilder::CheckIds() const {
  if (!without_id_.empty() && !with_id_.empty()) {
    FailLine(path_, without_id_.front(),
             fmt::format("field {} is missing or empty, but line {} has one; give every row an id, "
                         "or none",
                         QuoteJson(fields_.id), with_id_.front()));
  }
  if (const auto same = FindDuplicate(samples_)) {
    FailLine(path_, lines_[same->second],
             fmt::format("field {}: line {} has the id {} already; ids must differ, because "
                         "comparisons pair samples by them",
                         QuoteJson(fields_.id), lines_[same->first],
                         QuoteJson(samples_[same->first].id)));
  }
}

}  // namespace gatetest::internal
