#include "src/store/json_fields.h"

#include <algorithm>
#include <cstddef>

namespace gatetest::internal {
namespace {

/// The position of the first of `characters`, or the end.
std::size_t PositionOf(std::string_view text, std::string_view characters, std::size_t from = 0) {
  return std::min(text.find_first_of(characters, from), text.size());
}

/// Takes off white space, and the signs between fields.
void SkipBetweenFields(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n,:"), text.size()));
}

}  // namespace

JsonFields::JsonFields(std::string_view object) : rest_(object) {
  SkipBetweenFields(rest_);
  if (!rest_.empty()) rest_.remove_prefix(1);  // The brace.
}

bool JsonFields::Next() {
  SkipBetweenFields(rest_);
  if (rest_.empty() || rest_[0] != '"') return false;
  name_ = TakeText();
  name_ = name_.substr(1, name_.size() - 2);
  SkipBetweenFields(rest_);
  value_ = TakeValue();
  return true;
}

std::string_view JsonFields::TakeText() {
  std::size_t end = 1;
  while ((end = PositionOf(rest_, "\"\\", end)) < rest_.size() && rest_[end] == '\\') end += 2;
  const std::string_view text = rest_.substr(0, end + 1);
  rest_.remove_prefix(text.size());
  return text;
}

std::string_view JsonFields::TakeValue() {
  if (rest_.empty() || rest_[0] == '"') return TakeText();
  const std::string_view from = rest_;
  if (rest_[0] != '{' && rest_[0] != '[') {
    rest_.remove_prefix(PositionOf(rest_, " \t\r\n,}]"));
    return from.substr(0, from.size() - rest_.size());
  }
  std::size_t depth = 0;
  do {
    rest_.remove_prefix(PositionOf(rest_, "\"{}[]"));
    if (rest_.empty()) break;
    if (rest_[0] == '"') {
      TakeText();
      continue;
    }
    depth = rest_[0] == '{' || rest_[0] == '[' ? depth + 1 : depth - 1;
    rest_.remove_prefix(1);
  } while (depth > 0);
  return from.substr(0, from.size() - rest_.size());
}

}  // namespace gatetest::internal
