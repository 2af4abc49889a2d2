#include "gatetest/models_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/openai_model.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

using internal::Quote;
using nlohmann::json;

[[noreturn]] void Refuse(const std::string& where, const std::string& why) {
  throw Error(ErrorCode::kInvalidData, where + ": " + why);
}

/// One value of the file, and where it is ("models.json: models.candidate.name").
struct Place {
  const json& value;
  std::string where;

  const json& Expect(bool as_expected, const char* expected) const {
    if (!as_expected) {
      Refuse(where, fmt::format("should be {}, but is {}", expected, Quote(value.dump())));
    }
    return value;
  }
  std::string Text() const { return Expect(value.is_string(), "text").get<std::string>(); }
  bool Truth() const { return Expect(value.is_boolean(), "true or false").get<bool>(); }
  double Number() const { return Expect(value.is_number(), "a number").get<double>(); }
  template <typename Integer>
  Integer Whole() const {
    Expect(value.is_number_integer(), "a whole number");
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <=
                                static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())
                          : std::numeric_limits<Integer>::is_signed &&
                                value.get<std::int64_t>() >=
                                    static_cast<std::int64_t>(std::numeric_limits<Integer>::min());
    return Expect(fits, "a whole number of that size").get<Integer>();
  }
  std::chrono::milliseconds Milliseconds() const {
    return std::chrono::milliseconds(Whole<std::int64_t>());
  }
};

using Reader = std::function<void(const Place&)>;
using Fields = std::vector<std::pair<std::string, Reader>>;

/// Reads an object, each of whose fields has to be one of those.
void ReadObject(const Place& place, const Fields& fields) {
  place.Expect(place.value.is_object(), "an object");
  for (const auto& [name, value] : place.value.items()) {
    const Reader* reader = nullptr;
    for (const auto& [known, its_reader] : fields) {
      if (known == name) reader = &its_reader;
    }
    if (reader == nullptr) {
      std::vector<std::string> names;
      for (const auto& [known, unused] : fields) names.push_back(known);
      Refuse(place.where,
             fmt::format("unknown field {}; there are {}", Quote(name), fmt::join(names, ", ")));
    }
    (*reader)({.value = value, .where = place.where + "." + name});
  }
}

Endpoint ReadEndpoint(const Place& place) {
  Endpoint endpoint;
  Timeouts& timeouts = endpoint.timeouts;
  Retrying& retrying = endpoint.retrying;
  const auto ms = [](std::chrono::milliseconds& time) {
    return [&time](const Place& at) { time = at.Milliseconds(); };
  };
  ReadObject(
      place,
      {{"base_url", [&](const Place& at) { endpoint.base_url = at.Text(); }},
       {"api_key_variable", [&](const Place& at) { endpoint.api_key_variable = at.Text(); }},
       {"key_in_query", [&](const Place& at) { endpoint.key_in_query = at.Truth(); }},
       {"headers",
        [&](const Place& at) {
          at.Expect(at.value.is_object(), "an object");
          for (const auto& [name, value] : at.value.items()) {
            endpoint.headers[name] = Place{.value = value, .where = at.where + "." + name}.Text();
          }
        }},
       {"concurrency", [&](const Place& at) { endpoint.concurrency = at.Whole<int>(); }},
       {"timeouts",
        [&](const Place& at) {
          ReadObject(at, {{"connect_ms", ms(timeouts.connect)},
                          {"first_byte_ms", ms(timeouts.first_byte)},
                          {"total_ms", ms(timeouts.total)}});
        }},
       {"retrying",
        [&](const Place& at) {
          ReadObject(at, {{"attempts", [&](const Place& n) { retrying.attempts = n.Whole<int>(); }},
                          {"first_wait_ms", ms(retrying.first_wait)},
                          {"longest_wait_ms", ms(retrying.longest_wait)},
                          {"longest_asked_ms", ms(retrying.longest_asked)}});
        }},
       {"largest_answer",
        [&](const Place& at) { endpoint.largest_answer = at.Whole<std::size_t>(); }},
       {"ca_file", [&](const Place& at) { endpoint.ca_file = at.Text(); }}});
  return endpoint;
}

ModelPtr ReadModel(const Place& place, const std::map<std::string, Endpoint>& endpoints) {
  ModelInfo info;
  Endpoint endpoint;
  OpenAiOptions options;
  const auto text = [](std::string& target) {
    return [&target](const Place& at) { target = at.Text(); };
  };
  ReadObject(
      place,
      {{"endpoint",
        [&](const Place& at) {
          if (!at.value.is_string()) {
            endpoint = ReadEndpoint(at);
            return;
          }
          const auto known = endpoints.find(at.Text());
          if (known == endpoints.end()) {
            std::vector<std::string> names;
            for (const auto& [name, unused] : endpoints) names.push_back(name);
            Refuse(at.where,
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
        [&](const Place& at) { info.max_age = std::chrono::seconds(at.Whole<std::int64_t>()); }},
       {"context_window", [&](const Place& at) { info.context_window = at.Whole<int>(); }},
       {"bos_token", [&](const Place& at) { info.bos_token = at.Whole<TokenId>(); }},
       {"bytes", [&](const Place& at) { info.bytes = at.Whole<std::uint64_t>(); }},
       {"prices",
        [&](const Place& at) {
          Prices& prices = info.prices.emplace();
          ReadObject(at, {{"input_usd_per_mtok",
                           [&](const Place& n) { prices.input_usd_per_mtok = n.Number(); }},
                          {"output_usd_per_mtok",
                           [&](const Place& n) { prices.output_usd_per_mtok = n.Number(); }}});
        }},
       {"served_as", text(options.served_as)},
       {"generate_by",
        [&](const Place& at) {
          const std::string by = at.Text();
          at.Expect(by == "chat" || by == "completions", "\"chat\" or \"completions\"");
          options.generate_by = by == "chat" ? GenerateBy::kChat : GenerateBy::kCompletions;
        }},
       {"system_prompt", text(options.system_prompt)},
       {"body",
        [&](const Place& at) {
          options.body = at.Expect(at.value.is_object(), "an object").dump();
        }},
       {"max_tokens_field", text(options.max_tokens_field)},
       {"stream", [&](const Place& at) { options.stream = at.Truth(); }}});
  try {
    return OpenAiModel(std::move(info), std::move(endpoint), std::move(options));
  } catch (const Error& error) {
    Refuse(place.where, error.what());
  }
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> some{};
  while (in.read(some.data(), some.size()), in.gcount() > 0) {
    text.append(some.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) throw Error(ErrorCode::kNotFound, path + ": cannot be read");
  return text;
}

}  // namespace

ModelsFile::ModelsFile(const std::string& path) : path_(path) {
  json file;
  try {
    // Comments are allowed: a pipeline's file says why.
    file =
        json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/true, /*ignore_comments=*/true);
  } catch (const json::exception& error) {
    Refuse(path, std::string("is no JSON: ") + error.what());
  }
  std::map<std::string, Endpoint> endpoints;
  const json* models = nullptr;
  ReadObject({.value = file, .where = path + ": file"},
             {{"endpoints",
               [&](const Place& at) {
                 at.Expect(at.value.is_object(), "an object");
                 for (const auto& [name, value] : at.value.items()) {
                   endpoints[name] = ReadEndpoint(
                       {.value = value, .where = fmt::format("{}: endpoints.{}", path, name)});
                 }
               }},
              {"models", [&](const Place& at) {
                 models = &at.Expect(at.value.is_object() && !at.value.empty(),
                                     "an object with at least one model");
               }}});
  if (models == nullptr) Refuse(path, "field \"models\" is missing");
  for (const auto& [name, value] : models->items()) {
    models_[name] =
        ReadModel({.value = value, .where = fmt::format("{}: models.{}", path, name)}, endpoints);
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
