#include <utility>

#include "src/task/generation_task.h"
#include "src/task/normalize.h"

namespace gatetest {
namespace {

class ContainsTask final : public internal::GenerationTask {
 public:
  ContainsTask(DatasetSource source, ContainsOptions options)
      : GenerationTask(std::move(options.name), std::move(source), std::move(options.generate)),
        ignore_case_(options.ignore_case) {}

  void CheckSample(const Sample& sample) const override { RequireAnswer(sample); }

 protected:
  double ScoreAnswer(const Sample& sample, const Response& response) const override {
    const bool found =
        ignore_case_
            ? internal::LowerAscii(response.text).find(internal::LowerAscii(sample.answer)) !=
                  std::string::npos
            : response.text.find(sample.answer) != std::string::npos;
    return found ? 1.0 : 0.0;
  }
  std::string scoring() const override {
    return ignore_case_ ? "contains, ignoring case" : "contains";
  }

 private:
  const bool ignore_case_;
};

}  // namespace

TaskPtr Contains(DatasetSource source, ContainsOptions options) {
  return std::make_shared<ContainsTask>(std::move(source), std::move(options));
}

}  // namespace gatetest
