#include "src/task/normalize.h"

#include <fmt/format.h>

#include <utility>

#include "src/text/white_space.h"

namespace gatetest::internal {
namespace {

bool IsAsciiPunctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

}  // namespace

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

Normalizer::Normalizer(Normalization normalization) : normalization_(std::move(normalization)) {
  if (!normalization_.extract.empty()) extract_.emplace(normalization_.extract);
}

std::string Normalizer::Answer(std::string_view text) const {
  return extract_ ? Expected(extract_->Search(text).value_or("")) : Expected(text);
}

std::string Normalizer::Expected(std::string_view text) const {
  std::string result = normalization_.ignore_case ? LowerAscii(text) : std::string(text);
  if (normalization_.ignore_punctuation) std::erase_if(result, IsAsciiPunctuation);
  if (normalization_.collapse_space) result = CollapseSpace(result);
  return normalization_.strip ? std::string(Strip(result)) : result;
}

std::string Normalizer::description() const {
  std::string text;
  if (extract_) text += fmt::format(" extract \"{}\"", normalization_.extract);
  if (normalization_.ignore_case) text += " ignore_case";
  if (normalization_.ignore_punctuation) text += " ignore_punctuation";
  if (normalization_.collapse_space) text += " collapse_space";
  if (normalization_.strip) text += " strip";
  return text.empty() ? "as it is" : "after" + text;
}

}  // namespace gatetest::internal
