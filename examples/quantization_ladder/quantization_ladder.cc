// A ladder of quantizations from the command line: figures, what each rung lost, what it costs, and
// which to ship. Of the embedded model, or of the models that a file declares:
//
//   quantization_ladder
//   quantization_ladder --models=models.json --baseline=f16 --exact=questions.jsonl
//   --json=ladder.json
//
// Exits with 0 when there is a rung to ship, 1 when there is none, 2 when it cannot be told.
#include <gatetest/gatetest.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options.h"
#include "tiny_model.h"

using gatetest::ModelPtr;

namespace {

/// A baseline, the rungs below it, and what they are asked.
struct Spec {
  gatetest::Gate gate = {};
  std::vector<ModelPtr> rungs = {};
};

/// For an engine of your own: a FunctionModel for each quantization (see ../tiny_model), in place
/// of TinyModel, and your data.
Spec EmbeddedModel() {
  return {.gate = {.baseline = TinyModel("f16"),
                   .tasks = {gatetest::ExactMatch(TinyData("skills.jsonl"),
                                                  {.generate = {.stop = {"\n"}, .max_tokens = 24}}),
                             gatetest::MultipleChoice(TinyData("choices.jsonl")),
                             gatetest::Corpus(TinyData("heldout_64k.txt"), {.name = "prose"})}},
          .rungs = {TinyModel("int8"), TinyModel("int4"), TinyModel("int3"), TinyModel("int2")}};
}

/// What a models file declares, on files of the command line.
Spec ServedModels(const Options& options) {
  const gatetest::ModelsFile models(options.models);
  Spec spec{.gate = {.baseline = models.Get(options.baseline)}};
  for (const std::string& name : models.names()) {
    if (name != options.baseline) spec.rungs.push_back(models.Get(name));
  }
  std::vector<gatetest::TaskPtr>& tasks = spec.gate.tasks;
  if (!options.exact.empty()) {
    tasks.push_back(gatetest::ExactMatch(
        options.exact, {.generate = {.stop = {"\n"}, .max_tokens = options.max_tokens}}));
  }
  if (!options.choices.empty()) tasks.push_back(gatetest::MultipleChoice(options.choices));
  if (!options.corpus.empty()) tasks.push_back(gatetest::Corpus(options.corpus));
  for (const gatetest::TaskPtr& task : tasks) task->dataset();  // Throws for what cannot be read.
  return spec;
}

/// Requirements on what the tasks measure: a limit on a metric that no task has decides nothing.
std::vector<gatetest::Requirement> RequirementsOf(const gatetest::Gate& gate,
                                                  const Options& options) {
  std::vector<gatetest::Requirement> requirements;
  const auto add_if_measured = [&](const gatetest::Requirement& requirement) {
    const bool measured = std::any_of(gate.tasks.begin(), gate.tasks.end(), [&](const auto& task) {
      return gatetest::HasMetric(*task, requirement.metric);
    });
    if (measured) requirements.push_back(requirement);
  };
  add_if_measured({gatetest::Metric::kRetention, options.retention});
  add_if_measured({gatetest::Metric::kPerplexityRatio, options.ppl_ratio});
  return requirements;
}

int ExitCodeOf(const gatetest::Ladder& ladder) {
  const gatetest::Recommendation& recommendation = ladder.recommendation;
  if (!recommendation.rung || !recommendation.unsettled.empty()) return 2;
  return *recommendation.rung == 0 ? 1 : 0;  // The baseline is what one ships anyway.
}

/// What the ladder would ask, for --gatetest_plan.
void PrintPlan(const Spec& spec) {
  std::vector<ModelPtr> models = spec.rungs;
  models.insert(models.begin(), spec.gate.baseline);
  for (const ModelPtr& model : models) {
    for (const gatetest::TaskPtr& task : spec.gate.tasks) {
      const gatetest::EvaluationPlan plan = gatetest::SharedEvaluator().Plan(model, task);
      std::cout << ToString(model->info()) << " on " << task->name() << ": " << plan.samples
                << " samples, " << plan.requests << " requests, about " << plan.prompt_tokens
                << " tokens in, at most " << plan.completion_tokens << " out";
      if (model->info().prices) std::cout << ", at most " << gatetest::ShowUsd(plan.usd);
      std::cout << "\n";
    }
  }
  std::cout << "Nothing was evaluated: this run only plans. What is recorded will not be asked.\n";
}

/// Where the answers came from, and what keeps them from being replayed.
void PrintSources() {
  std::size_t live = 0;
  std::size_t cached = 0;
  std::set<std::string> not_recorded;
  for (const gatetest::EvaluationPtr& evaluation : gatetest::SharedEvaluator().Evaluated()) {
    live += evaluation->provenance.live;
    cached += evaluation->provenance.cached;
    if (!evaluation->provenance.not_recorded.empty()) {
      not_recorded.insert(evaluation->provenance.not_recorded);
    }
  }
  std::cerr << live << " samples were asked live, " << cached << " were recorded before.\n";
  for (const std::string& why : not_recorded) {
    std::cerr << "warning: answers were not recorded, and will be asked again: " << why << "\n";
  }
}

/// What would be found out only once everything has been asked.
void CheckBefore(const Options& options) {
  namespace fs = std::filesystem;
  if (gatetest::SharedEvaluator().options().slice) {
    throw std::runtime_error(
        "a slice is for a gate program, which says when its part is not whole (--gatetest_slice); "
        "this program then has the ladder with --gatetest_mode=replay");
  }
  if (options.json.empty()) return;
  const fs::path folder = fs::absolute(options.json).parent_path();
  if (!fs::is_directory(folder)) {
    throw std::runtime_error("cannot write " + options.json + ": there is no folder " +
                             folder.string());
  }
  for (const std::string& input :
       {options.models, options.exact, options.choices, options.corpus}) {
    if (!input.empty() && fs::exists(options.json) && fs::exists(input) &&
        fs::equivalent(options.json, input)) {
      throw std::runtime_error("--json=" + options.json + " would overwrite what is read");
    }
  }
}

void WriteJson(const gatetest::Ladder& ladder, const std::string& path) {
  std::ofstream file(path);
  file << gatetest::ToJson(ladder) << std::flush;
  if (!file) throw std::runtime_error("cannot write " + path);
  std::cout << "\nThe same as JSON: " << path << "\n";
}

int Run(const Options& options) {
  CheckBefore(options);
  Spec spec = options.models.empty() ? EmbeddedModel() : ServedModels(options);
  spec.gate.requirements = RequirementsOf(spec.gate, options);
  spec.gate = gatetest::WithFlags(std::move(spec.gate));
  gatetest::LadderOptions what{.speed_runs = options.speed_runs};
  if (options.month) {
    what.volume = {.input_mtok = options.month->input_mtok,
                   .output_mtok = options.month->output_mtok};
  }
  what.investment_usd = options.investment;
  // Of a run that only plans it has nothing but what is wrong with it.
  const gatetest::Ladder ladder =
      gatetest::ClimbLadder(spec.gate, spec.rungs, gatetest::SharedEvaluator(), what);
  if (gatetest::SharedEvaluator().options().plan_only) {
    PrintPlan(spec);
    return 1;  // As every plan: nothing was gated.
  }
  if (gatetest::Cancel::all_requested()) {
    throw std::runtime_error("interrupted; the same command goes on from what is recorded");
  }
  std::cout << gatetest::ToTable(ladder);
  if (!options.json.empty()) WriteJson(ladder, options.json);
  PrintSources();
  return ExitCodeOf(ladder);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << kUsage;
    return 0;
  }
  if (const std::optional<int> exit_code = gatetest::Init(&argc, argv)) return *exit_code;
  try {
    return Run(ParseOptions(argc, argv));
  } catch (const std::invalid_argument& error) {
    std::cerr << "error: " << error.what() << "\n\n" << kUsage;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
  }
  return 2;
}
