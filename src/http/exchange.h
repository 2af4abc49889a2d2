// Exchange: one request to a model as the HTTP requests that it takes.
#ifndef GATETEST_SRC_HTTP_EXCHANGE_H_
#define GATETEST_SRC_HTTP_EXCHANGE_H_

#include <stdexcept>
#include <string>
#include <utility>

#include "gatetest/request.h"
#include "src/http/http_message.h"

namespace gatetest::internal {

/// What came is no answer, though its status says so: another attempt may bring one.
class BadAnswer : public std::runtime_error {
 public:
  /// `why`: in a few words, the same for the same cause; `detail`: of this one.
  explicit BadAnswer(const std::string& why, std::string detail = "")
      : std::runtime_error(why), detail_(std::move(detail)) {}
  const std::string& detail() const { return detail_; }

 private:
  std::string detail_;
};

/// There will be none to this request: why.
class NoAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Nor to any other.
class NoAnswerToAny : public NoAnswer {
 public:
  using NoAnswer::NoAnswer;
};

/// Its functions throw BadAnswer and NoAnswer.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// The HTTP request that is next; the same again for another attempt.
  virtual HttpRequest Next() = 0;

  /// A good answer to it.
  virtual void Take(const HttpAnswer& answer) = 0;

  /// Whether an answer with an error's status is one to Take all the same: it tells what the server
  /// cannot do.
  virtual bool Understands(const HttpAnswer& answer) const {
    static_cast<void>(answer);
    return false;
  }

  /// Whether there is no next one.
  virtual bool done() const = 0;

  /// When done.
  virtual Response TakeResponse() = 0;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_EXCHANGE_H_
