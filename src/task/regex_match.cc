#include <optional>
#include <utility>

#include "src/task/generation_task.h"
#include "src/text/regex.h"

namespace gatetest {
namespace {

class RegexMatchTask final : public internal::GenerationTask {
 public:
  RegexMatchTask(DatasetSource source, std::string pattern, RegexMatchOptions options)
      : GenerationTask(std::move(options.name), std::move(source), std::move(options.generate)),
        pattern_(std::move(pattern)),
        regex_(pattern_) {}

  void CheckSample(const Sample& sample) const override {
    if (regex_.has_capture()) RequireAnswer(sample);
  }

 protected:
  double ScoreAnswer(const Sample& sample, const Response& response) const override {
    const std::optional<std::string> found = regex_.Search(response.text);
    if (!found) return 0.0;
    return !regex_.has_capture() || *found == sample.answer ? 1.0 : 0.0;
  }
  std::string scoring() const override { return "regular expression \"" + pattern_ + "\""; }

 private:
  const std::string pattern_;
  const internal::Regex regex_;
};

}  // namespace

TaskPtr RegexMatch(DatasetSource source, std::string pattern, RegexMatchOptions options) {
  return std::make_shared<RegexMatchTask>(std::move(source), std::move(pattern),
                                          std::move(options));
}

}  // namespace gatetest
