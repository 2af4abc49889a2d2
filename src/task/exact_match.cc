#include <utility>

#include "src/task/generation_task.h"
#include "src/task/normalize.h"

namespace gatetest {
namespace {

class ExactMatchTask final : public internal::GenerationTask {
 public:
  ExactMatchTask(DatasetSource source, ExactMatchOptions options)
      : GenerationTask(std::move(options.name), std::move(source), std::move(options.generate)),
        normalizer_(std::move(options.normalize)) {}

  void CheckSample(const Sample& sample) const override { RequireAnswer(sample); }

 protected:
  double ScoreAnswer(const Sample& sample, const Response& response) const override {
    return normalizer_.Answer(response.text) == normalizer_.Expected(sample.answer) ? 1.0 : 0.0;
  }
  std::string scoring() const override { return "exact match " + normalizer_.description(); }

 private:
  const internal::Normalizer normalizer_;
};

}  // namespace

TaskPtr ExactMatch(DatasetSource source, ExactMatchOptions options) {
  return std::make_shared<ExactMatchTask>(std::move(source), std::move(options));
}

}  // namespace gatetest
