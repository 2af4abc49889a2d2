// Errors of the core: what happened, where, and the next step, with a code to branch on.
// Inside a test nothing is thrown at you: the assertion macros turn an Error into a NOT MEASURED
// failure.
//
//   try {
//     gatetest::LoadDataset("data/skills.jsonl");
//   } catch (const gatetest::Error& error) {
//     std::cerr << error.what() << "\n";   // data/skills.jsonl:3: field "answer" is missing ...
//   }
#ifndef GATETEST_ERROR_H_
#define GATETEST_ERROR_H_

#include <stdexcept>
#include <string>

/// Model regression gates.
namespace gatetest {

/// What kind of thing went wrong.
enum class ErrorCode {
  kInvalidArgument,  ///< A value given in code: a limit out of range, an unknown task name.
  kInvalidData,      ///< A file, a row or a sample is malformed.
  kNotFound,         ///< A file that is not there or cannot be read.
  kUnsupported,      ///< The model lacks a capability the task needs.
  kModelFailed,      ///< The model threw, or gave what cannot be an answer.
  kUndefined,        ///< The metric has no value here: baseline accuracy 0, no scored tokens.
  kStoreFailed,      ///< Recorded answers cannot be read or written.
};

/// What GateTest throws; what() is for people, code() for programs.
class Error : public std::runtime_error {
 public:
  /// `message` becomes what(). A task of your own throws it from CheckSample, say.
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ~Error() override;  // In error.cc, so that one type is thrown and caught even between libraries.
  /// To branch on; ErrorCode says what each one means.
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace gatetest

#endif  // GATETEST_ERROR_H_
