// Connection: what all models of one endpoint share: its connections, its pace, its key.
#ifndef GATETEST_SRC_HTTP_CONNECTION_H_
#define GATETEST_SRC_HTTP_CONNECTION_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/endpoint.h"
#include "src/http/pace.h"
#include "src/http/transfers.h"

namespace gatetest::internal {

/// Safe to use from several threads.
class Connection {
 public:
  /// The one of all equal endpoints. Throws Error(kInvalidArgument) for one that cannot be.
  static std::shared_ptr<Connection> To(const Endpoint& endpoint);

  explicit Connection(const Endpoint& endpoint);

  const Endpoint& endpoint() const { return endpoint_; }
  Pace& pace() { return pace_; }

  /// base_url without a slash at its end.
  const std::string& base() const { return base_; }
  /// The same without "/v1": where servers have what is not OpenAI's.
  const std::string& root() const { return root_; }
  /// "localhost:8000", and what of base_url follows it but "/v1": "gateway/serving/int4".
  std::string address() const { return root_.substr(root_.find("://") + 3); }
  /// "localhost:8000".
  const std::string& host() const { return host_; }

  /// The API key, from its variable; empty: the endpoint has none. Throws Error(kInvalidArgument)
  /// when the variable is not set, or holds what cannot be a key.
  std::string Key() const;

  /// The text without the key.
  std::string WithoutKey(std::string text) const;

  /// Notes that the server answered `asked` as `answered`. Why that cannot be, where it has
  /// answered another name in the same way: a server that looks at no name serves one model,
  /// whatever is asked for. Empty: it can.
  std::string NoteServed(const std::string& asked, const std::string& answered);

  /// Transfers for one thread, which go back when the lease ends, with their connections.
  class Lease {
   public:
    explicit Lease(Connection& connection);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Transfers& transfers() { return *transfers_; }

   private:
    Connection& connection_;
    const std::string key_;
    std::unique_ptr<Transfers> transfers_;
  };

 private:
  const Endpoint endpoint_;
  std::string base_;
  std::string root_;
  std::string host_;
  Pace pace_;
  std::mutex mutex_;
  std::map<std::string, std::string> served_;  ///< The name asked for, by that of the answer.
  std::vector<std::pair<std::string, std::unique_ptr<Transfers>>> idle_;  ///< By their key.
};

/// As it stands in the query of an address.
std::string InQuery(const std::string& text);

/// "localhost" of "localhost:8000", "::1" of "[::1]:8000".
std::string WithoutPort(const std::string& host);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_CONNECTION_H_
