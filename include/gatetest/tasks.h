// The tasks whose samples are right or wrong: multiple choice, exact match, contains, regular
// expression, valid JSON, and a scorer of your own. Perplexity is in corpus.h.
//
//   gatetest::TaskPtr skills = gatetest::ExactMatch(
//       "data/skills.jsonl", {.generate = {.stop = {"\n"}, .max_tokens = 24}});
//   gatetest::TaskPtr choices = gatetest::MultipleChoice(
//       "data/choices.jsonl", {.score = gatetest::ChoiceScore::kAccNorm});
#ifndef GATETEST_TASKS_H_
#define GATETEST_TASKS_H_

#include <functional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "gatetest/task.h"

namespace gatetest {

/// How the choices of a question compete; the definitions are lm-evaluation-harness's.
enum class ChoiceScore {
  kAcc,       ///< Sum of the log-probabilities of the choice's tokens.
  kAccNorm,   ///< That sum, divided by the choice's length in characters (code points).
  kAccBytes,  ///< That sum, divided by the choice's length in bytes of UTF-8.
};

/// How the choices of a question are put to the model, and compared.
struct MultipleChoiceOptions {
  /// The task's name in limits and messages; empty: the data set's.
  std::string name = {};
  /// kAccNorm or kAccBytes where long choices would lose for their length.
  ChoiceScore score = ChoiceScore::kAcc;
  /// The prompt; {input} stands for the sample's input.
  std::string prompt = "{input}";
  /// Goes between prompt and choice and is scored with the choice, but not counted in its length.
  /// " " for data written for lm-evaluation-harness; empty when prompts end in their own space.
  std::string delimiter = {};
};

/// The model's answer is the choice with the highest score; ties go to the first. Needs a model
/// that scores, samples with at least two choices, and answers that are indices from 0.
TaskPtr MultipleChoice(DatasetSource source, MultipleChoiceOptions options = {});

/// What is done to both the model's text and the expected one before they are compared, in this
/// order.
struct Normalization {
  /// Keep only the first match of this regular expression (PCRE2, UTF-8) in the model's text: its
  /// first capture if it has one. No match: the empty text. The expected text is left as it is.
  std::string extract = {};
  bool ignore_case = false;         ///< ASCII letters only.
  bool ignore_punctuation = false;  ///< Remove ASCII punctuation.
  bool collapse_space = false;      ///< Make every run of white space one blank.
  bool strip = true;                ///< Remove white space at both ends.
};

/// How text is asked for.
struct Generation {
  /// Generation ends before the first of these.
  std::vector<std::string> stop = {};
  /// The most tokens to generate. An answer that reaches it is scored as it is; the share of such
  /// answers is reported.
  int max_tokens = 256;
  /// 0: greedy, the default, because a gate should give one answer.
  double temperature = 0.0;
  /// The prompt; {input} stands for the sample's input.
  std::string prompt = "{input}";
};

/// How text is asked for, and what may differ between it and the answer.
struct ExactMatchOptions {
  std::string name = {};         ///< In limits and messages; empty: the data set's.
  Generation generate = {};      ///< Prompt, stop strings, length.
  Normalization normalize = {};  ///< Default: only white space at both ends goes.
};

/// Right when the generated text equals the sample's answer after normalization.
TaskPtr ExactMatch(DatasetSource source, ExactMatchOptions options = {});

/// How text is asked for, and whether the case of its letters matters.
struct ContainsOptions {
  std::string name = {};     ///< In limits and messages; empty: the data set's.
  Generation generate = {};  ///< Prompt, stop strings, length.
  bool ignore_case = false;  ///< ASCII letters only.
};

/// Right when the generated text contains the sample's answer, which must not be empty.
TaskPtr Contains(DatasetSource source, ContainsOptions options = {});

/// How the text is asked for in which the pattern is searched.
struct RegexMatchOptions {
  std::string name = {};     ///< In limits and messages; empty: the data set's.
  Generation generate = {};  ///< Prompt, stop strings, length.
};

/// `pattern` (PCRE2, UTF-8) is searched in the generated text. With a capture in it, right when the
/// first capture of the first match equals the sample's answer; without one, right when it matches.
/// Throws Error(kInvalidArgument) when the pattern does not compile.
TaskPtr RegexMatch(DatasetSource source, std::string pattern, RegexMatchOptions options = {});

/// How JSON is asked for, and what it must hold.
struct ValidJsonOptions {
  std::string name = {};     ///< In limits and messages; empty: the data set's.
  Generation generate = {};  ///< Prompt, stop strings, length.
  /// Keys the answer's object must have.
  std::vector<std::string> required_keys = {};
};

/// Right when the whole generated text (white space around it aside) is one valid JSON value; with
/// required keys, an object that has them all.
TaskPtr ValidJson(DatasetSource source, ValidJsonOptions options = {});

/// A scorer of your own: the score of a response to a sample, from 0 (wrong) to 1 (right); a bool
/// will do. Anything else, and what it throws, makes the sample unmeasured.
class Scorer {
 public:
  /// From anything that can be called so. It is called in threads of the model, one call at a
  /// time within an Evaluator.
  template <typename Function>
  // NOLINTNEXTLINE(google-explicit-constructor): implicit, so that a lambda will do
  requires std::is_invocable_r_v<double, const Function&, const Sample&, const Response&> Scorer(
      Function function)
      : type_(&typeid(Function)), identity_(IdentityOf(function)), function_(std::move(function)) {}

  /// What the function says; the Evaluator checks that it is from 0 to 1.
  double operator()(const Sample& sample, const Response& response) const {
    return function_(sample, response);
  }

  /// Of the function. Scorers of different types never share an evaluation.
  const std::type_info& type() const { return *type_; }

  /// What a function that holds no state is known by in this process; null for one that captures.
  const void* identity() const { return identity_; }

 private:
  template <typename Function>
  static const void* IdentityOf(const Function& function) {
    if constexpr (std::is_pointer_v<Function>) {
      return reinterpret_cast<const void*>(function);
    } else {
      return std::is_empty_v<Function> ? &typeid(Function) : nullptr;
    }
  }

  const std::type_info* type_;
  const void* identity_;
  std::function<double(const Sample&, const Response&)> function_;
};

/// How text is asked for, and which version of the scorer it is for.
struct CustomTaskOptions {
  std::string name = {};     ///< In limits and messages; empty: the data set's.
  Generation generate = {};  ///< Prompt, stop strings, length.
  /// Change it when you change a scorer that captures something. Without it, evaluations with such
  /// a scorer are not shared between task objects.
  std::string version = {};
};

/// Generates text and has it scored by `scorer`.
TaskPtr CustomTask(DatasetSource source, Scorer scorer, CustomTaskOptions options = {});

}  // namespace gatetest

#endif  // GATETEST_TASKS_H_
