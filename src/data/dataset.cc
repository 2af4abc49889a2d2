#include "gatetest/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "src/data/data_error.h"
#include "src/data/hash.h"
#include "src/data/load.h"
#include "src/data/sample_builder.h"
#include "src/data/text_file.h"
#include "src/text/utf8.h"

namespace gatetest {
namespace {

using internal::FailData;
using internal::FindInvalidUtf8;
using internal::PathText;
using internal::QuoteJson;

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

void CheckUtf8(const std::string& whose, std::string_view what, const std::string& text) {
  const std::size_t at = FindInvalidUtf8(text);
  if (at == std::string_view::npos) return;
  FailData(fmt::format("{}: {} is not UTF-8: byte 0x{:02X} at position {}; convert it first", whose,
                       what, static_cast<unsigned char>(text[at]), at));
}

void CheckUtf8(const std::string& data_set, const Sample& sample) {
  CheckUtf8(data_set, fmt::format("the id {}", QuoteJson(sample.id)), sample.id);
  const std::string whose = fmt::format("{}, sample {}", data_set, QuoteJson(sample.id));
  CheckUtf8(whose, "input", sample.input);
  CheckUtf8(whose, "answer", sample.answer);
  CheckUtf8(whose, "group", sample.group);
  CheckUtf8(whose, "cluster", sample.cluster);
  for (const std::string& choice : sample.choices) CheckUtf8(whose, "a choice", choice);
  for (const auto& [name, value] : sample.extra) {
    CheckUtf8(whose, "the name of an extra field", name);
    CheckUtf8(whose, fmt::format("extra field {}", QuoteJson(name)), value);
  }
}

std::string HashOf(const std::vector<Sample>& samples) {
  // Data without clusters keep the hash that they had before there were any.
  const bool clusters =
      std::ranges::any_of(samples, [](const Sample& s) { return !s.cluster.empty(); });
  internal::Hasher hasher;
  hasher.Add(clusters ? "gatetest data set 2" : "gatetest data set 1").AddCount(samples.size());
  for (const Sample& sample : samples) {
    if (clusters) hasher.Add(sample.cluster);
    hasher.Add(sample.id).Add(sample.input).Add(sample.answer).Add(sample.group);
    hasher.AddCount(sample.choices.size());
    for (const std::string& choice : sample.choices) hasher.Add(choice);
    hasher.AddCount(sample.extra.size());
    for (const auto& [name, value] : sample.extra) hasher.Add(name).Add(value);
  }
  return hasher.Hex();
}

}  // namespace

Dataset MakeDataset(std::string name, std::vector<Sample> samples, std::string source) {
  const std::string whose = fmt::format("data set {}", QuoteJson(name));
  CheckUtf8(whose, "its name", name);
  CheckUtf8(whose, "its source", source);
  if (samples.empty()) FailData(fmt::format("{} has no samples; give it at least one", whose));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].id.empty()) samples[i].id = std::to_string(i + 1);
    CheckUtf8(whose, samples[i]);
  }
  if (const auto same = internal::FindDuplicate(samples)) {
    FailData(
        fmt::format("{}: samples {} and {} (counted from 1) have the same id {}; ids must "
                    "differ (a sample without one has its number)",
                    whose, same->first + 1, same->second + 1, QuoteJson(samples[same->first].id)));
  }
  std::string hash = HashOf(samples);
  return Dataset(std::make_shared<const Dataset::Data>(
      Dataset::Data{std::move(name), std::move(source), std::move(hash), std::move(samples)}));
}

Dataset LoadDataset(const std::filesystem::path& path, const Fields& fields) {
  const std::string ending = LowerCase(PathText(path.extension()));
  std::vector<Sample> samples = ending == ".jsonl" || ending == ".ndjson"
                                    ? internal::LoadJsonl(path, fields)
                                : ending == ".csv" ? internal::LoadCsv(path, fields)
                                                   : internal::LoadPlainText(path);
  return MakeDataset(PathText(path.stem()), std::move(samples), PathText(path));
}

}  // namespace gatetest
