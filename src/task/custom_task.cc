#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "src/task/generation_task.h"

namespace gatetest {
namespace {

/// What a scorer is known by, so that two different ones never share an evaluation.
std::string IdentityOf(const Scorer& scorer, const std::string& version) {
  static std::atomic<int> next{1};
  const std::string type = scorer.type().name();
  if (scorer.identity() != nullptr) return fmt::format("{} at {}", type, scorer.identity());
  return version.empty() ? fmt::format("{}, object {}", type, next++)
                         : fmt::format("{}, version {}", type, version);
}

class ScoredTask final : public internal::GenerationTask {
 public:
  ScoredTask(DatasetSource source, Scorer scorer, CustomTaskOptions options)
      : GenerationTask(std::move(options.name), std::move(source), std::move(options.generate)),
        scorer_(std::move(scorer)),
        identity_(IdentityOf(scorer_, options.version)) {}

  std::string identity() const override { return protocol() + ", " + identity_; }

 protected:
  double ScoreAnswer(const Sample& sample, const Response& response) const override {
    return scorer_(sample, response);
  }
  std::string scoring() const override { return "own scorer"; }

 private:
  const Scorer scorer_;
  const std::string identity_;
};

}  // namespace

TaskPtr CustomTask(DatasetSource source, Scorer scorer, CustomTaskOptions options) {
  return std::make_shared<ScoredTask>(std::move(source), std::move(scorer), std::move(options));
}

}  // namespace gatetest
