// What a server of the tests answers, and how it misbehaves while it does so.
#ifndef GATETEST_TESTS_SUPPORT_HTTP_ANSWER_H_
#define GATETEST_TESTS_SUPPORT_HTTP_ANSWER_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/http_call.h"

namespace gatetest {

struct Answer {
  /// Where the connection breaks. "In the body" is in the middle: after half of the pieces or
  /// chunks and half of the next one.
  enum class Break {
    kNone,
    kResetBeforeStatus,
    kCloseBeforeStatus,
    kResetInBody,
    kCloseInBody,
    kEndless,         ///< The body, or the chunks, over and over, chunked.
    kEndlessHeaders,  ///< A head without an end.
    kStall,           ///< In the body, then nothing, on a connection that stays open.
  };

  int status = 200;
  /// Content-Length and Transfer-Encoding are added, unless one of them is here.
  std::vector<std::pair<std::string, std::string>> headers = {{"Content-Type", "application/json"}};
  std::string body = {};
  /// When there are any: sent one write each, with Transfer-Encoding: chunked, in place of the
  /// body.
  std::vector<std::string> chunks = {};
  std::chrono::milliseconds before{0};   ///< The wait before the first byte.
  std::chrono::milliseconds between{0};  ///< The wait between chunks, or pieces of the body.
  std::size_t piece = 0;  ///< The body is sent in writes of so many bytes; 0: in one.
  Break how = Break::kNone;
};

/// The bytes of one answer, write by write.
class AnswerWriter {
 public:
  AnswerWriter() = default;
  AnswerWriter(Answer answer, const HttpCall& call, bool closes);

  /// Appends what is to be written next.
  void Next(std::string& out);
  /// Whether all is written that comes before the end or the break.
  bool done() const { return has_head_ && at_ == whole_ && !has_half_; }

  const Answer& answer() const { return answer_; }
  /// Whether the connection ends with the answer.
  bool closes() const { return closes_; }

 private:
  std::string Head() const;
  void AppendPiece(std::size_t number, std::string& out) const;

  Answer answer_;
  bool is_head_call_ = false;
  bool is_chunked_ = false;
  bool closes_ = false;
  bool has_head_ = true;   ///< It is written, or not wanted.
  bool has_half_ = false;  ///< Half of a piece is left for the end.
  std::size_t at_ = 0;
  std::size_t whole_ = 0;  ///< How many pieces are written as a whole.
};

}  // namespace gatetest

#endif  // GATETEST_TESTS_SUPPORT_HTTP_ANSWER_H_
