// Regular expressions over a model's text: PCRE2, because std::regex overflows the stack on long
// answers; with a limit on the work, so that no pattern can hang a gate.
#ifndef GATETEST_SRC_TEXT_REGEX_H_
#define GATETEST_SRC_TEXT_REGEX_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatetest::internal {

class Regex {
 public:
  /// Throws Error(kInvalidArgument) that points at the place in `pattern` that is wrong.
  explicit Regex(const std::string& pattern);

  bool has_capture() const { return captures_ > 0; }

  /// The first match in `text` (which need not be valid UTF-8): its first capture if the pattern
  /// has one, empty where that took no part in the match. Throws Error(kInvalidData) when the
  /// search takes too much work.
  std::optional<std::string> Search(std::string_view text) const;

 private:
  std::string pattern_;
  std::shared_ptr<void> code_;
  unsigned captures_ = 0;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TEXT_REGEX_H_
