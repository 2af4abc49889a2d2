// Task: a data set and how a model's answers to it are asked for and scored.
// The usual tasks are made in tasks.h and corpus.h; derive from Task for a way of asking that they
// do not have (a conversation of several turns, say).
//
//   class MyTask : public gatetest::Task {
//    public:
//     MyTask() : Task("mine", gatetest::Measures::kAccuracy, "data/mine.jsonl") {}
//     std::string protocol() const override { return "mine v1"; }
//     std::vector<gatetest::Request> Next(const gatetest::Sample& sample,
//                                         std::span<const gatetest::Exchange> so_far,
//                                         const gatetest::ModelTraits& model) const override;
//     gatetest::Outcome Score(const gatetest::Sample& sample,
//                             std::span<const gatetest::Exchange> exchanges,
//                             const gatetest::ModelTraits& model) const override;
//   };
#ifndef GATETEST_TASK_H_
#define GATETEST_TASK_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gatetest/dataset.h"
#include "gatetest/model.h"
#include "gatetest/request.h"

namespace gatetest {

/// What the outcomes of a task are worth.
enum class Measures {
  kAccuracy,    ///< Each sample is right (1) or wrong (0), or in between by a scorer of your own.
  kPerplexity,  ///< Each sample is a text with log-probabilities.
};

/// A stretch of text that was scored as one; the clusters of a perplexity's interval.
struct Window {
  double nll = 0.0;        ///< -(sum of natural-log probabilities) of its tokens.
  std::size_t tokens = 0;  ///< Scored tokens.
  std::size_t bytes = 0;   ///< Bytes of UTF-8 those tokens stand for.
  std::size_t words = 0;   ///< Words, as lm-evaluation-harness counts them (see corpus.h).
};

/// What came of one sample.
struct Outcome {
  /// Why it could not be measured; empty when it was. Such a sample is neither right nor wrong.
  std::string unmeasured = {};
  double score = 0.0;                ///< Measures::kAccuracy: 0 (wrong) to 1 (right).
  std::string answer = {};           ///< What the model answered, for messages.
  bool truncated = false;            ///< The answer was cut off by a token limit.
  bool end_is_known = true;          ///< False: the model does not say whether it was.
  bool empty = false;                ///< Text was asked for, and the answer has none.
  std::vector<Window> windows = {};  ///< Measures::kPerplexity.
  /// False when the model gave no byte offsets: only the sums over `windows` hold for bytes and
  /// words.
  bool windows_have_bytes = true;

  /// What all answers to the sample came to; the evaluator fills it in, whatever the task.
  /// @{
  std::optional<Usage> usage = {};  ///< None where an answer did not report its tokens.
  std::size_t text_bytes = 0;       ///< Of generated text, UTF-8, as the model gave it.
  /// @}

  /// For an answer that is no evidence; `why` goes into the message.
  static Outcome Unmeasured(std::string why);
};

/// A request and the response to it.
struct Exchange {
  Request request = {};    ///< As Task::Next made it.
  Response response = {};  ///< The model's; a task never sees a failed one.
};

/// What a task may know of the model it is about to ask.
struct ModelTraits {
  const ModelInfo& info;      ///< Context window and BOS, for cutting texts.
  Capabilities capabilities;  ///< A request beyond them fails the whole evaluation.
};

/// Where a task's samples come from: a file, read when they are first needed, or a data set.
class DatasetSource {
 public:
  /// A path as LoadDataset takes it, which is not read yet, or samples that are in memory.
  /// @{
  DatasetSource(const char* path, Fields fields = {});                   // NOLINT: implicit
  DatasetSource(const std::string& path, Fields fields = {});            // NOLINT: implicit
  DatasetSource(const std::filesystem::path& path, Fields fields = {});  // NOLINT: implicit
  DatasetSource(Dataset dataset);                                        // NOLINT: implicit
  /// @}

  /// The data set's name: known without reading it.
  const std::string& name() const { return name_; }

  /// Reads the file the first time any source of this process asks for it, and again when it has
  /// changed. Throws as LoadDataset does.
  Dataset Load() const;

 private:
  std::string name_;
  std::filesystem::path path_;
  Fields fields_;
  std::optional<Dataset> dataset_;
};

/// Samples, and how a model is asked about them and its answers are scored.
class Task {
 public:
  /// `name` may be empty: the data set's then.
  Task(std::string name, Measures measures, DatasetSource source);
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  const std::string& name() const { return name_; }  ///< As in Limit::On and messages.
  Measures measures() const { return measures_; }    ///< Decides which metrics it has.

  /// Loads the data set the first time. Throws as LoadDataset does, and Error(kInvalidData) when a
  /// sample is not one this task can ask (CheckSample).
  const Dataset& dataset() const;

  /// How it asks and scores, in one line, for messages.
  virtual std::string protocol() const = 0;

  /// All that matters of how it asks and scores: evaluations are shared, and compared, between
  /// tasks of one class that have the same data and the same of this. The protocol, unless that
  /// leaves something out.
  virtual std::string identity() const { return protocol(); }

  /// Throws Error(kInvalidData) when `sample` lacks something: "field ...". dataset() adds which.
  virtual void CheckSample(const Sample& sample) const;

  /// The requests that follow the exchanges so far (all earlier ones of the sample, in order); none
  /// when there is enough to score. The first call returns at least one.
  virtual std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                                    const ModelTraits& model) const = 0;

  /// The outcome of all exchanges; none of the responses is a failure. An answer that cannot be
  /// scored is Outcome::Unmeasured, and so is whatever this throws.
  virtual Outcome Score(const Sample& sample, std::span<const Exchange> exchanges,
                        const ModelTraits& model) const = 0;

 private:
  const std::string name_;
  const Measures measures_;
  const DatasetSource source_;
  mutable std::mutex mutex_;
  mutable std::optional<Dataset> dataset_;
};

/// How tasks are passed around; they do not change.
using TaskPtr = std::shared_ptr<const Task>;

/// GoogleTest prints a task as its name, never as an address.
void PrintTo(const TaskPtr& task, std::ostream* os);

}  // namespace gatetest

#endif  // GATETEST_TASK_H_
