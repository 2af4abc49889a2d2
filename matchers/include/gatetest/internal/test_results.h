// What assertions about models have come to in this process: a test that makes none has gated
// nothing.
#ifndef GATETEST_INTERNAL_TEST_RESULTS_H_
#define GATETEST_INTERNAL_TEST_RESULTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace gatetest::internal {

/// Of all threads and gates: an assertion may be made in a helper thread with a scope of its own.
std::atomic<std::uint64_t>& AssertionCount();

/// How often an INCONCLUSIVE verdict did not fail its test (IfInconclusive).
std::atomic<std::size_t>& ToleratedCount();

/// Marks the running test as skipped, at the line where it is declared.
void SkipTest(const std::string& why);

}  // namespace gatetest::internal

#endif  // GATETEST_INTERNAL_TEST_RESULTS_H_
