// An environment variable for one test.
#ifndef GATETEST_TESTS_SUPPORT_SCOPED_VARIABLE_H_
#define GATETEST_TESTS_SUPPORT_SCOPED_VARIABLE_H_

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace gatetest::testing_support {

/// Set as long as this lives, and then as it was before.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::string& value) : name_(std::move(name)) {
    const char* const before = std::getenv(name_.c_str());
    if (before != nullptr) before_ = before;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (before_) {
      ::setenv(name_.c_str(), before_->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const std::string name_;
  std::optional<std::string> before_ = {};
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_SCOPED_VARIABLE_H_
