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

// ================================================================================================
// TO BE DEFINED, in a file of its own, as soon as there is OpenAiModel; Clients() in http_cost.cc
// then lists it. Constructs the model, and returns MeasureHere(requests, ...) around asking it for
// a chat completion `n` times over kConnections. `base_url` ends in /v1. The second asks for the
// log-probabilities of a prompt, and reads PromptLogprobsAnswer.
HttpRun OursAgainst(const std::string& base_url, std::size_t requests);
HttpRun OursScoringAgainst(const std::string& base_url, std::size_t requests);
// ================================================================================================

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_HTTP_RUN_H_
