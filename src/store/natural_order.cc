#include "src/store/natural_order.h"

#include <algorithm>
#include <cstddef>

namespace gatetest::internal {
namespace {

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes the run of digits at the beginning off, and returns it without leading zeros.
std::string_view TakeNumber(std::string_view& text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), IsAsciiDigit);
  std::string_view number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

}  // namespace

int CompareNaturally(std::string_view a, std::string_view b) {
  std::string_view rest_of_a = a;
  std::string_view rest_of_b = b;
  while (!rest_of_a.empty() && !rest_of_b.empty()) {
    if (IsAsciiDigit(rest_of_a[0]) && IsAsciiDigit(rest_of_b[0])) {
      const std::string_view number_a = TakeNumber(rest_of_a);
      const std::string_view number_b = TakeNumber(rest_of_b);
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size() ? -1 : 1;
      if (const int order = number_a.compare(number_b); order != 0) return order;
    } else {
      const int order = rest_of_a.substr(0, 1).compare(rest_of_b.substr(0, 1));
      if (order != 0) return order;
      rest_of_a.remove_prefix(1);
      rest_of_b.remove_prefix(1);
    }
  }
  if (rest_of_a.empty() != rest_of_b.empty()) return rest_of_a.empty() ? -1 : 1;
  return a.compare(b);
}

}  // namespace gatetest::internal
