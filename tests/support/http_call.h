// What a client sent to a server of the tests, and how it is read from a connection.
#ifndef GATETEST_TESTS_SUPPORT_HTTP_CALL_H_
#define GATETEST_TESTS_SUPPORT_HTTP_CALL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace gatetest {

struct HttpCall {
  std::string method;
  std::string target;  ///< The path and the query.
  std::string body;
  std::map<std::string, std::string> headers;  ///< By lower-case name; repeated ones by ", ".
  std::size_t number = 0;                      ///< How many calls this server received before it.
  std::uint64_t connection = 0;                ///< The same for all calls of one connection.
};

/// Reads HTTP/1.x requests out of the bytes of one connection, however these are cut.
class HttpCallReader {
 public:
  enum class Found { kNothing, kCall, kNonsense };

  void Append(std::string_view bytes) { in_.append(bytes); }

  /// The next request that is there as a whole. What follows nonsense cannot be read.
  Found Next(HttpCall& call);

  /// Whether the client waits to be told "100 Continue"; true once a request.
  bool TakeExpectation();

  /// Whether the request that was read last is to be its connection's last.
  bool closes() const { return closes_; }

 private:
  Found ReadHead();
  Found ReadBody();
  Found ReadChunks();
  std::optional<std::string_view> Line();  ///< Without its end; none: it is not there as a whole.

  std::string in_;
  std::size_t at_ = 0;        ///< Where in `in_` what was not read yet begins.
  std::size_t searched_ = 0;  ///< Up to where the end of the head was looked for.
  HttpCall call_;
  bool has_head_ = false;
  bool is_chunked_ = false;
  bool in_trailer_ = false;
  bool expects_ = false;
  bool closes_ = false;
  std::size_t length_ = 0;
};

}  // namespace gatetest

#endif  // GATETEST_TESTS_SUPPORT_HTTP_CALL_H_
