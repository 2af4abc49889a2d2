// The text of the failures that some code reports, in place of the failures themselves.
#ifndef GATETEST_TESTS_SUPPORT_FAILURES_H_
#define GATETEST_TESTS_SUPPORT_FAILURES_H_

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace gatetest::testing_support {

struct CaughtFailure {
  bool fatal;
  std::string file;
  int line;
  std::string message;
};

/// Without the line ends at its end, of which GoogleTest's versions add different numbers.
inline std::string MessageOf(const ::testing::TestPartResult& result) {
  std::string message = result.message();
  message.erase(message.find_last_not_of('\n') + 1);
  return message;
}

inline std::vector<CaughtFailure> FailuresOf(const std::function<void()>& code) {
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    code();
  }
  std::vector<CaughtFailure> failures;
  for (int i = 0; i < results.size(); ++i) {
    const ::testing::TestPartResult& result = results.GetTestPartResult(i);
    if (!result.failed()) continue;
    failures.push_back({result.fatally_failed(),
                        result.file_name() == nullptr ? "" : result.file_name(),
                        result.line_number(), MessageOf(result)});
  }
  return failures;
}

/// The message of the only failure; what there was instead when it is not the only one.
inline std::string FailureOf(const std::function<void()>& code) {
  const std::vector<CaughtFailure> failures = FailuresOf(code);
  if (failures.size() == 1) return failures[0].message;
  std::string all = std::to_string(failures.size()) + " failures\n";
  for (const CaughtFailure& failure : failures) all += failure.message + "\n";
  return all;
}

/// Without the line that names a folder of this machine.
inline std::string WithoutRerun(const std::string& message) {
  const std::size_t rerun = message.find("   Rerun: ");
  return rerun == std::string::npos ? message : message.substr(0, rerun);
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_FAILURES_H_
