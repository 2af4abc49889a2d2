// What GateTest itself reaches over HTTP.
#ifndef GATETEST_TESTS_BENCHMARKS_OUR_CLIENT_H_
#define GATETEST_TESTS_BENCHMARKS_OUR_CLIENT_H_

#include <cstddef>
#include <string>

#include "tests/benchmarks/http_run.h"

namespace gatetest::benchmarks {

/// With everything on: each answer is read, scored and recorded in a SQLite store, and there is a
/// verdict at the end. `base_url` ends in /v1.
HttpRun OursAgainst(const std::string& base_url, std::size_t requests);

/// The same without a store, and without a task: Model::Run alone.
HttpRun OurModelAgainst(const std::string& base_url, std::size_t requests);

/// Reads the log-probabilities of a prompt (PromptLogprobsAnswer).
HttpRun OursScoringAgainst(const std::string& base_url, std::size_t requests);

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_OUR_CLIENT_H_
