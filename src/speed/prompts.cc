#include "src/speed/prompts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "gatetest/error.h"
#include "src/data/hash.h"
#include "src/evaluation/shuffle.h"
#include "src/verdict/choose_tasks.h"

namespace gatetest::internal {
namespace {

[[noreturn]] void Reject(ErrorCode code, const std::string& why) { throw Error(code, why); }

/// A task, and which of its samples count.
struct Source {
  TaskPtr task;
  std::string group;
};

std::vector<Source> SourcesOf(const Gate& gate, const std::string& on) {
  if (gate.tasks.empty()) {
    Reject(ErrorCode::kInvalidArgument,
           "the gate has no tasks, and so no prompts to ask; set Gate::tasks");
  }
  std::vector<Source> sources;
  if (on.empty()) {
    for (const TaskPtr& task : gate.tasks) sources.push_back({task, ""});
    return sources;
  }
  for (const ChosenTask& chosen : FindNamed(on, gate.tasks)) {
    const TaskPtr& task = gate.tasks[chosen.index];
    if (!chosen.group.empty()) CheckGroup(*task, chosen.group);
    sources.push_back({task, chosen.group});
  }
  return sources;
}

/// Makes the first requests of samples that are worth timing.
class Asking {
 public:
  Asking(Model& model, RequestTimer& timer)
      : info_(WithFound(model.info(), model.capabilities())),
        traits_{info_, model.capabilities()},
        timer_(timer) {}

  const ModelTraits& traits() const { return traits_; }

  std::vector<Request> RequestsOf(const Task& task, const Sample& sample) const {
    std::vector<Exchange> so_far;
    std::vector<Request> requests = task.Next(sample, so_far, traits_);
    // A text that is cut by its tokens has to be tokenized before it can be asked about.
    while (!requests.empty() &&
           std::all_of(requests.begin(), requests.end(), [](const Request& request) {
             return request.kind == RequestKind::kTokenize;
           })) {
      for (Request& request : requests) {
        TimedAnswer answer = timer_.Ask(request);
        if (!answer.failure.empty()) Reject(ErrorCode::kModelFailed, answer.failure);
        so_far.push_back({.request = std::move(request),
                          .response = Response::Tokens(std::move(answer.text_tokens),
                                                       std::move(answer.token_ends))});
      }
      requests = task.Next(sample, so_far, traits_);
    }
    return requests;
  }

 private:
  static ModelInfo WithFound(ModelInfo info, const Capabilities& found) {
    if (info.context_window == 0) info.context_window = found.context_window;
    if (!info.bos_token) info.bos_token = found.bos_token;
    return info;
  }

  const ModelInfo info_;
  const ModelTraits traits_;
  RequestTimer& timer_;
};

/// What a task asks for in the end; none where it has no sample of the group, or asks nothing.
std::optional<RequestKind> KindOf(const Source& source, const ModelTraits& traits) {
  for (const Sample& sample : source.task->dataset().samples()) {
    if (!source.group.empty() && sample.group != source.group) continue;
    const std::vector<Request> requests = source.task->Next(sample, {}, traits);
    if (requests.empty()) continue;
    // Only texts that are to be scored are tokenized before.
    const RequestKind kind = requests.front().kind;
    return kind == RequestKind::kTokenize ? RequestKind::kScore : kind;
  }
  return std::nullopt;
}

/// The sources whose requests are of one kind: generated text where there is any.
std::pair<std::vector<Source>, RequestKind> OfOneKind(const std::vector<Source>& sources,
                                                      const Asking& asking) {
  std::vector<std::optional<RequestKind>> kinds;
  std::optional<Error> unsupported;
  for (const Source& source : sources) {
    kinds.emplace_back();
    try {
      kinds.back() = KindOf(source, asking.traits());
    } catch (const Error& error) {
      // What one task cannot ask this model is no matter where another can.
      if (error.code() != ErrorCode::kUnsupported) throw;
      if (!unsupported) unsupported = error;
    }
  }
  for (const RequestKind kind : {RequestKind::kGenerate, RequestKind::kScore}) {
    const bool can = kind == RequestKind::kGenerate ? asking.traits().capabilities.generate
                                                    : asking.traits().capabilities.score;
    if (!can) continue;
    std::vector<Source> chosen;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (kinds[i] == kind) chosen.push_back(sources[i]);
    }
    if (!chosen.empty()) return {chosen, kind};
  }
  if (unsupported) throw Error(unsupported->code(), unsupported->what());
  std::vector<std::string> names;
  for (const Source& source : sources) names.push_back(fmt::format("\"{}\"", source.task->name()));
  Reject(ErrorCode::kUnsupported,
         fmt::format("no task of {} asks this model for what it can answer; there is no prompt to "
                     "time",
                     fmt::join(names, ", ")));
}

}  // namespace

Prompts PromptsFor(const Gate& gate, const PromptChoice& choice, Model& model,
                   RequestTimer& timer) {
  const Asking asking(model, timer);
  const auto [sources, kind] = OfOneKind(SourcesOf(gate, choice.on), asking);
  Prompts prompts{.kind = kind, .task = sources.front().task};
  struct Place {
    const Source* source;
    const Sample* sample;
  };
  std::vector<Place> places;
  Hasher hasher;
  std::vector<std::string> names;
  for (const Source& source : sources) {
    const Dataset& dataset = source.task->dataset();
    hasher.Add(dataset.hash());
    names.push_back(fmt::format("\"{}{}{}\"", source.task->name(), source.group.empty() ? "" : "/",
                                source.group));
    for (const Sample& sample : dataset.samples()) {
      if (source.group.empty() || sample.group == source.group)
        places.push_back({&source, &sample});
    }
    prompts.evidence.push_back(fmt::format("{}: data xxh3:{}; {}", names.back(),
                                           dataset.hash().substr(0, 12), source.task->protocol()));
  }
  prompts.tasks = fmt::format("{}", fmt::join(names, ", "));
  const std::uint64_t seed = choice.seed.value_or(SeedFromHash(hasher.Hex()));
  std::vector<std::size_t> order(places.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (gate.workload.order == PromptOrder::kShuffled) order = ShuffledOrder(places.size(), seed);
  // What has to be tokenized first costs a request of its own each.
  constexpr std::size_t kMostTokenized = 500;
  const std::size_t most = asking.traits().capabilities.tokenize && kind == RequestKind::kScore
                               ? std::min(choice.most, kMostTokenized)
                               : choice.most;
  for (const std::size_t at : order) {
    if (prompts.requests.size() >= most) break;
    for (Request& request : asking.RequestsOf(*places[at].source->task, *places[at].sample)) {
      if (request.kind == kind && prompts.requests.size() < most) {
        prompts.requests.push_back(std::move(request));
      }
    }
  }
  if (prompts.requests.empty()) {
    Reject(ErrorCode::kInvalidArgument,
           fmt::format("the samples of {} ask for nothing; there is no prompt to time",
                       prompts.tasks));
  }
  prompts.evidence.push_back(gate.workload.order == PromptOrder::kShuffled
                                 ? fmt::format("prompts in a random order, seed {}", seed)
                                 : "prompts in the order of the data");
  return prompts;
}

}  // namespace gatetest::internal
