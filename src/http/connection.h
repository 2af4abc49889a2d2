// Connection: what all models of one endpoint share: its connections, its pace, its key.
#ifndef GATETEST_SRC_HTTP_CONNECTION_H_
#define GATETEST_SRC_HTTP_CONNECTION_H_

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
  /// "localhost:8000".
  const std::string& host() const { return host_; }

  /// The API key, from its variable; empty: the endpoint has none. Throws Error(kInvalidArgument)
  /// when the variable is not set, or holds what cannot be a key.
  std::string Key() const;

  /// The text without the key.
  std::string WithoutKey(std::string text) const;

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
  std::vector<std::pair<std::string, std::unique_ptr<Transfers>>> idle_;  ///< By their key.
};

/// As it stands in the query of an address.
std::string InQuery(const std::string& text);

/// "localhost" of "localhost:8000", "::1" of "[::1]:8000".
std::string WithoutPort(const std::string& host);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_CONNECTION_H_
