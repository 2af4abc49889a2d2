#include "options.h"

#include <charconv>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

const char kUsage[] =
    R"(usage: quantization_ladder [--models=FILE --baseline=NAME] [--exact=FILE] [--choices=FILE]
                           [--corpus=FILE] [more options]

Without --models: the five quantizations of the embedded model, on its own data.

  --models=FILE     models.json: endpoints and models (and a price file); each model but the
                    baseline is a rung
  --baseline=NAME   the model in it that the others are compared with
  --exact=FILE      questions to be answered in text (JSONL or CSV: input, answer)
  --choices=FILE    multiple choice (JSONL: input, choices, answer)
  --corpus=FILE     text for perplexity (plain, or JSONL: input)
  --max-tokens=N    of an answer to --exact, which ends at its first line   (default: 24)
  --retention=R     a rung has to keep more of the baseline's accuracy      (default: 0.9)
  --ppl-ratio=R     and to have less than so many times its perplexity      (default: 1.05)
  --speed=N         run the gate's workload N times live, for tokens/s      (default: 0)
  --month=IN,OUT    a month's traffic in millions of tokens, for $/month
  --investment=USD  what it costs once to ship a rung, for the return on it
  --json=FILE       write the ladder as JSON too
Exits with 0 where a rung is to ship, with 1 where none is, with 2 where that cannot be told.
GateTest's own flags (--gatetest_mode, --gatetest_store, ...): --gatetest_help
)";

namespace {

[[noreturn]] void Reject(const std::string& why) { throw std::invalid_argument(why); }

template <typename Number>
Number NumberIn(std::string_view flag, std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    Reject(std::string(flag) + " should be a number, but is '" + std::string(text) + "'");
  }
  return number;
}

using Setter = std::function<void(std::string_view value)>;

std::map<std::string_view, Setter> SettersOf(Options& options) {
  const auto text = [](std::string& field) {
    return [&field](std::string_view value) { field = value; };
  };
  return {
      {"--models", text(options.models)},
      {"--baseline", text(options.baseline)},
      {"--exact", text(options.exact)},
      {"--choices", text(options.choices)},
      {"--corpus", text(options.corpus)},
      {"--json", text(options.json)},
      {"--max-tokens",
       [&](std::string_view value) { options.max_tokens = NumberIn<int>("--max-tokens", value); }},
      {"--retention",
       [&](std::string_view value) { options.retention = NumberIn<double>("--retention", value); }},
      {"--ppl-ratio",
       [&](std::string_view value) { options.ppl_ratio = NumberIn<double>("--ppl-ratio", value); }},
      {"--speed",
       [&](std::string_view value) { options.speed_runs = NumberIn<int>("--speed", value); }},
      {"--investment",
       [&](std::string_view value) {
         options.investment = NumberIn<double>("--investment", value);
       }},
      {"--month", [&](std::string_view value) {
         const std::size_t comma = value.find(',');
         if (comma == std::string_view::npos) {
           Reject("--month should be IN,OUT, in millions of tokens: --month=30,10");
         }
         options.month = {.input_mtok = NumberIn<double>("--month", value.substr(0, comma)),
                          .output_mtok = NumberIn<double>("--month", value.substr(comma + 1))};
       }}};
}

void Check(const Options& options) {
  const bool has_data =
      !options.exact.empty() || !options.choices.empty() || !options.corpus.empty();
  if (options.models.empty()) {
    if (!options.baseline.empty() || has_data) {
      Reject(
          "--baseline, --exact, --choices and --corpus are for models of your own; name their "
          "file too: --models=FILE");
    }
    return;
  }
  if (options.baseline.empty()) Reject("which of the models is the baseline? --baseline=NAME");
  if (!has_data) Reject("on what? Give at least one of --exact, --choices and --corpus");
}

}  // namespace

Options ParseOptions(int argc, char** argv) {
  Options options;
  const std::map<std::string_view, Setter> setters = SettersOf(options);
  std::set<std::string_view> given;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t equals = argument.find('=');
    const auto setter = setters.find(argument.substr(0, equals));
    if (setter == setters.end()) Reject("unknown argument '" + std::string(argument) + "'");
    if (equals == std::string_view::npos || equals + 1 == argument.size()) {
      Reject(std::string(setter->first) + " needs a value: " + std::string(setter->first) + "=...");
    }
    if (!given.insert(setter->first).second) Reject(std::string(setter->first) + " is given twice");
    setter->second(argument.substr(equals + 1));
  }
  Check(options);
  return options;
}
