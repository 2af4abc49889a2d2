#include "gatetest/models_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/openai_model.h"
#include "gatetest/price_file.h"
#include "src/cost/read_price.h"
#include "src/data/json_reader.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

using internal::JsonPlace;
using internal::kInputPriceMeaning;
using internal::kOutputPriceMeaning;
using internal::Quote;
using internal::ReadObject;
using internal::ReadPrice;
using internal::RefuseJson;
using nlohmann::json;

Endpoint ReadEndpoint(const JsonPlace& place) {
  Endpoint endpoint;
  Timeouts& timeouts = endpoint.timeouts;
  Retrying& retrying = endpoint.retrying;
  const auto ms = [](std::chrono::milliseconds& time) {
    return [&time](const JsonPlace& at) { time = at.Milliseconds(); };
  };
  ReadObject(
      place,
      {{"base_url", [&](const JsonPlace& at) { endpoint.base_url = at.Text(); }},
       {"api_key_variable", [&](const JsonPlace& at) { endpoint.api_key_variable = at.Text(); }},
       {"key_in_query", [&](const JsonPlace& at) { endpoint.key_in_query = at.Truth(); }},
       {"headers",
        [&](const JsonPlace& at) {
          at.Expect(at.value.is_object(), "an object");
          for (const auto& [name, value] : at.value.items()) {
            endpoint.headers[name] =
                JsonPlace{.value = value, .where = at.where + "." + name}.Text();
          }
        }},
       {"concurrency", [&](const JsonPlace& at) { endpoint.concurrency = at.Whole<int>(); }},
       {"timeouts",
        [&](const JsonPlace& at) {
          ReadObject(at, {{"connect_ms", ms(timeouts.connect)},
                          {"first_byte_ms", ms(timeouts.first_byte)},
                          {"total_ms", ms(timeouts.total)}});
        }},
       {"retrying",
        [&](const JsonPlace& at) {
          ReadObject(at,
                     {{"attempts", [&](const JsonPlace& n) { retrying.attempts = n.Whole<int>(); }},
                      {"first_wait_ms", ms(retrying.first_wait)},
                      {"longest_wait_ms", ms(retrying.longest_wait)},
                      {"longest_asked_ms", ms(retrying.longest_asked)}});
        }},
       {"largest_answer",
        [&](const JsonPlace& at) { endpoint.largest_answer = at.Whole<std::size_t>(); }},
       {"ca_file", [&](const JsonPlace& at) { endpoint.ca_file = at.Text(); }}});
  return endpoint;
}

/// The file that a models file names, beside which it is looked for.
PriceFile ReadPriceFile(const JsonPlace& place, const std::string& models_path) {
  const auto path = std::filesystem::path(models_path).parent_path() / place.Text();
  try {
    return PriceFile(path.string());
  } catch (const Error& error) {
    throw Error(error.code(), place.where + ": " + error.what());
  }
}

/// `prices`: none when the models file names no price file.
Prices ReadNamedPrice(const JsonPlace& place, const std::optional<PriceFile>& prices) {
  const std::string name = place.Text();
  if (!prices) {
    RefuseJson(place.where,
               fmt::format("there is no price file to look {} up in; name it beside \"models\" "
                           "(\"price_file\": \"prices.json\"), or write \"prices\" here",
                           Quote(name)));
  }
  try {
    return prices->Get(name).usd;
  } catch (const Error& error) {
    RefuseJson(place.where, error.what());
  }
}

ModelPtr ReadModel(const JsonPlace& place, const std::map<std::string, Endpoint>& endpoints,
                   const std::optional<PriceFile>& prices) {
  ModelInfo info;
  Endpoint endpoint;
  OpenAiOptions options;
  const auto text = [](std::string& target) {
    return [&target](const JsonPlace& at) { target = at.Text(); };
  };
  ReadObject(
      place,
      {{"endpoint",
        [&](const JsonPlace& at) {
          if (!at.value.is_string()) {
            endpoint = ReadEndpoint(at);
            return;
          }
          const auto known = endpoints.find(at.Text());
          if (known == endpoints.end()) {
            std::vector<std::string> names;
            for (const auto& [name, unused] : endpoints) names.push_back(name);
            RefuseJson(
                at.where,
                fmt::format("there is no endpoint {}; \"endpoints\" has {}", Quote(at.Text()),
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
          }
          endpoint = known->second;
        }},
       {"name", text(info.name)},
       {"quantization", text(info.quantization)},
       {"provider", text(info.provider)},
       {"weights", text(info.weights)},
       {"code_id", text(info.code_id)},
       {"options", text(info.options)},
       {"max_age_seconds",
        [&](const JsonPlace& at) {
          info.max_age = std::chrono::seconds(at.Whole<std::int64_t>());
        }},
       {"context_window", [&](const JsonPlace& at) { info.context_window = at.Whole<int>(); }},
       {"bos_token", [&](const JsonPlace& at) { info.bos_token = at.Whole<TokenId>(); }},
       {"bytes", [&](const JsonPlace& at) { info.bytes = at.Whole<std::uint64_t>(); }},
       {"price", [&](const JsonPlace& at) { info.prices = ReadNamedPrice(at, prices); }},
       {"prices",
        [&](const JsonPlace& at) {
          if (info.prices) RefuseJson(place.where, "has \"price\" and \"prices\"; remove one");
          Prices& own = info.prices.emplace();
          ReadObject(at, {{"input_usd_per_mtok",
                           [&](const JsonPlace& n) { own.input_usd_per_mtok = ReadPrice(n); }},
                          {"output_usd_per_mtok",
                           [&](const JsonPlace& n) { own.output_usd_per_mtok = ReadPrice(n); }}});
          (void)at.Required("input_usd_per_mtok", kInputPriceMeaning);
          (void)at.Required("output_usd_per_mtok", kOutputPriceMeaning);
        }},
       {"served_as", text(options.served_as)},
       {"generate_by",
        [&](const JsonPlace& at) {
          const std::string by = at.Text();
          at.Expect(by == "chat" || by == "completions", "\"chat\" or \"completions\"");
          options.generate_by = by == "chat" ? GenerateBy::kChat : GenerateBy::kCompletions;
        }},
       {"system_prompt", text(options.system_prompt)},
       {"body",
        [&](const JsonPlace& at) {
          options.body = at.Expect(at.value.is_object(), "an object").dump();
        }},
       {"max_tokens_field", text(options.max_tokens_field)},
       {"stream", [&](const JsonPlace& at) { options.stream = at.Truth(); }}});
  (void)place.Required("endpoint", "a name of \"endpoints\", or an endpoint");
  try {
    return OpenAiModel(std::move(info), std::move(endpoint), std::move(options));
  } catch (const Error& error) {
    RefuseJson(place.where, error.what());
  }
}

}  // namespace

ModelsFile::ModelsFile(const std::string& path) : path_(path) {
  const json file = internal::ReadJsonFile(path);
  std::map<std::string, Endpoint> endpoints;
  const json* models = nullptr;
  std::optional<PriceFile> prices;
  ReadObject(
      {.value = file, .where = path + ": file"},
      {{"endpoints",
        [&](const JsonPlace& at) {
          at.Expect(at.value.is_object(), "an object");
          for (const auto& [name, value] : at.value.items()) {
            endpoints[name] = ReadEndpoint(
                {.value = value, .where = fmt::format("{}: endpoints.{}", path, name)});
          }
        }},
       {"models",
        [&](const JsonPlace& at) {
          models = &at.Expect(at.value.is_object() && !at.value.empty(),
                              "an object with at least one model");
        }},
       {"price_file", [&](const JsonPlace& at) { prices.emplace(ReadPriceFile(at, path)); }}});
  if (models == nullptr) RefuseJson(path, "field \"models\" is missing");
  for (const auto& [name, value] : models->items()) {
    models_[name] = ReadModel({.value = value, .where = fmt::format("{}: models.{}", path, name)},
                              endpoints, prices);
  }
}

ModelPtr ModelsFile::Get(const std::string& name) const {
  const auto found = models_.find(name);
  if (found != models_.end()) return found->second;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("{} declares no model {}; there are {}", path_, Quote(name),
                          fmt::join(names(), ", ")));
}

std::vector<std::string> ModelsFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, model] : models_) names.push_back(name);
  return names;
}

}  // namespace gatetest
