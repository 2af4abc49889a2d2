// Courier: carries exchanges to an endpoint and back: many at a time, again where they fail, at the
// pace that the endpoint bears.
#ifndef GATETEST_SRC_HTTP_COURIER_H_
#define GATETEST_SRC_HTTP_COURIER_H_

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "gatetest/model.h"
#include "src/http/connection.h"
#include "src/http/exchange.h"

namespace gatetest::internal {

struct Deliveries {
  std::size_t count = 0;
  std::size_t at_a_time = std::numeric_limits<std::size_t>::max();  ///< At most so many.
  /// Makes an exchange when it is its turn: few are alive at a time, however many there are.
  std::function<std::unique_ptr<Exchange>(std::size_t index)> make = {};
  /// Takes answers that are there at the same time, in a thread of its own. What it has not taken
  /// yet keeps others from being asked: memory stays bounded.
  std::function<void(std::vector<ResponseSink::Answer> answers)> receive = {};
};

/// Returns when all is answered, or cancelled. Throws Error(kModelFailed) when all requests would
/// fail alike (see OpenAiModel), and what Connection::Key throws.
void Deliver(Connection& connection, const Deliveries& deliveries, const Cancel& cancel);

/// The same for one exchange. Throws Error(kModelFailed) where it fails, or the run is interrupted
/// (Cancel::RequestAll).
Response DeliverOne(Connection& connection, Exchange& exchange);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_COURIER_H_
