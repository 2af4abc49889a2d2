// What a client of the HTTP benchmark is measured by.
#ifndef GATETEST_TESTS_BENCHMARKS_HTTP_RUN_H_
#define GATETEST_TESTS_BENCHMARKS_HTTP_RUN_H_

#include <cstddef>
#include <functional>
#include <string>

namespace gatetest::benchmarks {

/// Of every client, kept alive.
inline constexpr int kConnections = 32;

struct HttpRun {
  double requests_per_second = 0;
  double cpu_seconds = 0;  ///< The client's, for as many requests as it was asked for.
  double peak_rss_growth =
      0;  ///< Bytes, from a tenth of the requests to all; of this process only.
};

/// Runs a client that lives in this process: `ask(n)` asks n times, and is called for the first
/// tenth of `requests` and for the rest.
HttpRun MeasureHere(std::size_t requests, const std::function<void(std::size_t)>& ask);

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_HTTP_RUN_H_
