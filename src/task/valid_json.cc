#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "src/task/generation_task.h"
#include "src/text/white_space.h"

namespace gatetest {
namespace {

class ValidJsonTask final : public internal::GenerationTask {
 public:
  ValidJsonTask(DatasetSource source, ValidJsonOptions options)
      : GenerationTask(std::move(options.name), std::move(source), std::move(options.generate)),
        required_keys_(std::move(options.required_keys)) {}

 protected:
  double ScoreAnswer(const Sample& /*sample*/, const Response& response) const override {
    using nlohmann::json;
    // The parser takes NUL for the end of the text; JSON never has one.
    if (response.text.find('\0') != std::string::npos) return 0.0;
    // Models can be made to write a million brackets; a document that deep is no use to anybody,
    // and destroying it would recurse as deep.
    const json::parser_callback_t shallow = [](int depth, json::parse_event_t, json&) {
      if (depth > kMaxDepth) throw TooDeep();
      return true;
    };
    try {
      const json value =
          json::parse(internal::Strip(response.text), shallow, /*allow_exceptions=*/false);
      if (value.is_discarded()) return 0.0;
      if (required_keys_.empty()) return 1.0;
      const bool has_all = value.is_object() &&
                           std::all_of(required_keys_.begin(), required_keys_.end(),
                                       [&](const std::string& key) { return value.contains(key); });
      return has_all ? 1.0 : 0.0;
    } catch (const TooDeep&) {
      return 0.0;
    }
  }

  std::string scoring() const override {
    return required_keys_.empty() ? "valid JSON"
                                  : fmt::format("valid JSON object with keys {}", required_keys_);
  }

 private:
  static constexpr int kMaxDepth = 512;
  struct TooDeep {};

  const std::vector<std::string> required_keys_;
};

}  // namespace

TaskPtr ValidJson(DatasetSource source, ValidJsonOptions options) {
  return std::make_shared<ValidJsonTask>(std::move(source), std::move(options));
}

}  // namespace gatetest
