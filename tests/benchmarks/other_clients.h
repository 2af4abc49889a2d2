// Clients that are programs of their own.
#ifndef GATETEST_TESTS_BENCHMARKS_OTHER_CLIENTS_H_
#define GATETEST_TESTS_BENCHMARKS_OTHER_CLIENTS_H_

#include <cstddef>
#include <string>

#include "tests/benchmarks/http_run.h"
#include "tests/benchmarks/temp_folder.h"

namespace gatetest::benchmarks {

/// wrk, which reads an answer only as far as to know where it ends. It runs for `seconds`; its
/// processor time is scaled to `requests`.
HttpRun WrkAgainst(const std::string& program, const TempFolder& folder, const std::string& url,
                   int seconds, std::size_t requests);

/// node_client.js: node's own agent, and JSON.parse of every answer. Neither node's start nor its
/// first requests, which it compiles itself on, are counted.
HttpRun NodeAgainst(const std::string& program, const TempFolder& folder, const std::string& url,
                    std::size_t requests);

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_OTHER_CLIENTS_H_
