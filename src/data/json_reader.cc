#include "src/data/json_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <set>

#include "gatetest/error.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> some{};
  while (in.read(some.data(), some.size()), in.gcount() > 0) {
    text.append(some.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) throw Error(ErrorCode::kNotFound, path + ": cannot be read");
  return text;
}

/// Sees each name while a file is parsed: the tree that comes out has kept the last one only.
class TwiceRefuser {
 public:
  explicit TwiceRefuser(std::string path) : path_(std::move(path)) {}

  void See(nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    switch (event) {
      case nlohmann::json::parse_event_t::object_start:
      case nlohmann::json::parse_event_t::array_start:
        levels_.emplace_back();
        break;
      case nlohmann::json::parse_event_t::object_end:
      case nlohmann::json::parse_event_t::array_end:
        levels_.pop_back();
        break;
      case nlohmann::json::parse_event_t::key:
        SeeName(parsed.get<std::string>());
        break;
      case nlohmann::json::parse_event_t::value:
        break;
    }
  }

 private:
  struct Level {
    std::set<std::string> names;  ///< None of an array.
    std::string current;
  };

  void SeeName(std::string name) {
    if (!levels_.back().names.insert(name).second) {
      std::string where;
      for (const Level& level : levels_) {
        if (&level == &levels_.back() || level.current.empty()) continue;
        where += (where.empty() ? "" : ".") + level.current;
      }
      RefuseJson(path_ + ": " + (where.empty() ? "file" : where),
                 fmt::format("field {} appears twice; remove one", Quote(name)));
    }
    levels_.back().current = std::move(name);
  }

  const std::string path_;
  std::vector<Level> levels_;
};

}  // namespace

void RefuseJson(const std::string& where, const std::string& why) {
  throw Error(ErrorCode::kInvalidData, where + ": " + why);
}

nlohmann::json ReadJsonFile(const std::string& path) {
  const std::string text = ReadWhole(path);
  TwiceRefuser twice(path);
  const auto see = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    constexpr int kDeepest = 64;  // What shows or frees values calls itself once a level.
    if (depth > kDeepest) {
      RefuseJson(path, fmt::format("is nested more than {} levels deep", kDeepest));
    }
    twice.See(event, parsed);
    return true;
  };
  try {
    // Comments are allowed: a pipeline's file says why.
    return nlohmann::json::parse(text, see, /*allow_exceptions=*/true, /*ignore_comments=*/true);
  } catch (const nlohmann::json::exception& error) {
    // The text that was read last may be a key.
    const std::string what = error.what();
    RefuseJson(path, "is no JSON: " + what.substr(0, what.find("; last read:")));
  }
}

const nlohmann::json& JsonPlace::Expect(bool as_expected, const char* expected) const {
  if (!as_expected) {
    // What is in it may be a key.
    const bool has_more = value.is_structured() && !value.empty();
    const std::string is = has_more ? fmt::format("an {}", value.type_name()) : Quote(value.dump());
    RefuseJson(where, fmt::format("should be {}, but is {}", expected, is));
  }
  return value;
}

std::string JsonPlace::Text() const { return Expect(value.is_string(), "text").get<std::string>(); }

bool JsonPlace::Truth() const { return Expect(value.is_boolean(), "true or false").get<bool>(); }

double JsonPlace::Number() const { return Expect(value.is_number(), "a number").get<double>(); }

std::chrono::milliseconds JsonPlace::Milliseconds() const {
  return std::chrono::milliseconds(Whole<std::int64_t>());
}

JsonPlace JsonPlace::Required(const std::string& name, const std::string& meaning) const {
  Expect(value.is_object(), "an object");
  const auto found = value.find(name);
  if (found == value.end()) {
    RefuseJson(where, fmt::format("field {} is missing: {}", Quote(name), meaning));
  }
  return {.value = *found, .where = where + "." + name};
}

void ReadObject(const JsonPlace& place, const JsonFields& fields) {
  place.Expect(place.value.is_object(), "an object");
  for (const auto& [name, value] : place.value.items()) {
    const std::function<void(const JsonPlace&)>* reader = nullptr;
    for (const auto& [known, its_reader] : fields) {
      if (known == name) reader = &its_reader;
    }
    if (reader == nullptr) {
      std::vector<std::string> names;
      for (const auto& [known, unused] : fields) names.push_back(known);
      RefuseJson(place.where, fmt::format("unknown field {}; there are {}", Quote(name),
                                          fmt::join(names, ", ")));
    }
    (*reader)({.value = value, .where = place.where + "." + name});
  }
}

}  // namespace gatetest::internal
