#include "tests/support/http_call.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace gatetest {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kLongestHead = 1 << 20;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The number that the text begins with.
std::optional<std::size_t> Number(std::string_view text, int base) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

/// The text up to `end`, which it is advanced past; all of it where there is none.
std::string_view Cut(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  const std::string_view before = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + end.size());
  return before;
}

}  // namespace

HttpCallReader::Found HttpCallReader::Next(HttpCall& call) {
  if (!has_head_) {
    const Found found = ReadHead();
    if (found != Found::kCall) return found;
  }
  const Found found = is_chunked_ ? ReadChunks() : ReadBody();
  if (at_ == in_.size()) {
    in_.clear();
    at_ = 0;
  }
  if (found != Found::kCall) return found;
  call = std::exchange(call_, {});
  has_head_ = false;
  expects_ = false;
  searched_ = 0;
  return Found::kCall;
}

bool HttpCallReader::TakeExpectation() { return std::exchange(expects_, false); }

HttpCallReader::Found HttpCallReader::ReadHead() {
  in_.erase(0, std::exchange(at_, 0));
  const std::size_t end = in_.find(kHeadEnd, searched_);
  if (end == std::string::npos) {
    searched_ = in_.size() < kHeadEnd.size() ? 0 : in_.size() - kHeadEnd.size() + 1;
    return in_.size() > kLongestHead ? Found::kNonsense : Found::kNothing;
  }
  at_ = end + kHeadEnd.size();
  std::string_view head = std::string_view(in_).substr(0, end);
  std::string_view first = Cut(head, "\r\n");
  call_.method = Cut(first, " ");
  call_.target = Cut(first, " ");
  if (call_.method.empty() || call_.target.empty() || !first.starts_with("HTTP/1.")) {
    return Found::kNonsense;
  }
  while (!head.empty()) {
    std::string_view value = Cut(head, "\r\n");
    const std::string name = LowerCase(Cut(value, ":"));
    const auto [at, is_new] = call_.headers.try_emplace(name, Trim(value));
    if (!is_new) at->second.append(", ").append(Trim(value));
  }
  const auto header = [&](const std::string& name) {
    const auto found = call_.headers.find(name);
    return found == call_.headers.end() ? std::string() : LowerCase(found->second);
  };
  closes_ = header("connection") == "close" || first == "HTTP/1.0";
  expects_ = header("expect") == "100-continue";
  is_chunked_ = header("transfer-encoding") == "chunked";
  in_trailer_ = false;
  const std::string length = header("content-length");
  const std::optional<std::size_t> number = Number(length, 10);
  if (!length.empty() && !number) return Found::kNonsense;
  length_ = number.value_or(0);
  has_head_ = true;
  return Found::kCall;
}

HttpCallReader::Found HttpCallReader::ReadBody() {
  if (in_.size() - at_ < length_) return Found::kNothing;
  call_.body.assign(in_, at_, length_);
  at_ += length_;
  return Found::kCall;
}

HttpCallReader::Found HttpCallReader::ReadChunks() {
  while (!in_trailer_) {
    const std::size_t begin = at_;
    const std::optional<std::string_view> line = Line();
    if (!line) return Found::kNothing;
    const std::optional<std::size_t> size = Number(*line, 16);
    if (!size) return Found::kNonsense;
    in_trailer_ = *size == 0;
    if (in_trailer_) break;
    if (in_.size() - at_ < 2 || in_.size() - at_ - 2 < *size) {
      at_ = begin;  // Its length is read anew when more is there.
      return Found::kNothing;
    }
    call_.body.append(in_, at_, *size);
    at_ += *size + 2;
  }
  for (std::optional<std::string_view> line = Line(); line; line = Line()) {
    if (line->empty()) return Found::kCall;
  }
  return Found::kNothing;
}

std::optional<std::string_view> HttpCallReader::Line() {
  const std::size_t end = in_.find("\r\n", at_);
  if (end == std::string::npos) return std::nullopt;
  return std::string_view(in_).substr(std::exchange(at_, end + 2), end - at_);
}

}  // namespace gatetest
