#include "tests/support/http_answer.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

namespace gatetest {
namespace {

using Break = Answer::Break;

constexpr std::size_t kEver = std::numeric_limits<std::size_t>::max();

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 408:
      return "Request Timeout";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

void AppendChunk(std::string_view data, std::string& out) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
  out.append(size.data(), end).append("\r\n").append(data).append("\r\n");
}

bool Same(const std::string& name, const char* other) {
  return ::strcasecmp(name.c_str(), other) == 0;
}

bool IsInBody(Break how) {
  return how == Break::kResetInBody || how == Break::kCloseInBody || how == Break::kStall;
}

}  // namespace

AnswerWriter::AnswerWriter(Answer answer, const HttpCall& call, bool closes)
    : answer_(std::move(answer)), is_head_call_(call.method == "HEAD"), closes_(closes) {
  const Break how = answer_.how;
  if (how == Break::kResetBeforeStatus || how == Break::kCloseBeforeStatus) return;
  has_head_ = false;
  if (how == Break::kEndless && answer_.chunks.empty()) {
    answer_.chunks.push_back(answer_.body.empty() ? " " : std::move(answer_.body));
  }
  // An empty chunk would be the end of all.
  std::erase(answer_.chunks, "");
  is_chunked_ = !answer_.chunks.empty();
  for (const auto& [name, value] : answer_.headers) {
    if (Same(name, "Connection") && Same(value, "close")) closes_ = true;
  }
  if (how == Break::kEndless || how == Break::kEndlessHeaders) {
    whole_ = kEver;
    return;
  }
  if (is_head_call_ || answer_.status == 204 || answer_.status == 304) return;
  if (!is_chunked_ && answer_.piece == 0)
    answer_.piece = std::max<std::size_t>(1, answer_.body.size());
  const std::size_t pieces = is_chunked_
                                 ? answer_.chunks.size()
                                 : (answer_.body.size() + answer_.piece - 1) / answer_.piece;
  has_half_ = IsInBody(how) && pieces > 0;
  whole_ = IsInBody(how) ? pieces / 2 : pieces + (is_chunked_ ? 1 : 0);
}

void AnswerWriter::Next(std::string& out) {
  if (!has_head_) {
    out += Head();
    has_head_ = true;
  }
  if (at_ < whole_) {
    AppendPiece(at_++, out);
    if (whole_ == kEver && at_ == kEver) at_ = 0;
  } else if (has_half_) {
    std::string piece;
    AppendPiece(at_, piece);
    out.append(piece, 0, piece.size() / 2);
    has_half_ = false;
  }
}

std::string AnswerWriter::Head() const {
  std::string head = "HTTP/1.1 " + std::to_string(answer_.status) + " ";
  head.append(Reason(answer_.status)).append("\r\n");
  bool has_length = answer_.status == 204 || answer_.status == 304;
  bool has_connection = false;
  for (const auto& [name, value] : answer_.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
    if (Same(name, "Content-Length") || Same(name, "Transfer-Encoding")) has_length = true;
    if (Same(name, "Connection")) has_connection = true;
  }
  if (closes_ && !has_connection) head += "Connection: close\r\n";
  if (answer_.how == Break::kEndlessHeaders) return head;
  if (!has_length && is_chunked_) head += "Transfer-Encoding: chunked\r\n";
  if (!has_length && !is_chunked_) {
    // Of an empty body nothing could be missing, so one is promised that is not.
    const std::size_t least = IsInBody(answer_.how) ? 1 : 0;
    head += "Content-Length: " + std::to_string(std::max(least, answer_.body.size())) + "\r\n";
  }
  return head + "\r\n";
}

void AnswerWriter::AppendPiece(std::size_t number, std::string& out) const {
  if (answer_.how == Break::kEndlessHeaders) {
    out += "X-Endless-" + std::to_string(number) + ": " + std::string(1000, 'x') + "\r\n";
  } else if (answer_.how == Break::kEndless) {
    AppendChunk(answer_.chunks[number % answer_.chunks.size()], out);
  } else if (!is_chunked_) {
    out.append(answer_.body, number * answer_.piece, answer_.piece);
  } else if (number < answer_.chunks.size()) {
    AppendChunk(answer_.chunks[number], out);
  } else {
    out += "0\r\n\r\n";
  }
}

}  // namespace gatetest
