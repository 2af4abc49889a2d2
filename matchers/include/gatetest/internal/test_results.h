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

/// How many INCONCLUSIVE judgements did not fail their test (IfInconclusive); the same one in the
/// same test counts once.
std::atomic<std::size_t>& ToleratedCount();

/// How many releases were accepted (--gatetest_accept).
std::atomic<std::size_t>& AcceptedCount();

/// Forgets which judgements the running test has tolerated: another one starts.
void ForgetTolerated();

/// Why a test was skipped by --gatetest_plan, and by --gatetest_slice.
inline constexpr char kOnlyPlanned[] = "only planned, not evaluated (--gatetest_plan)";
inline constexpr char kOnlySlice[] =
    "only a slice of the samples was evaluated, and nothing judged (--gatetest_slice)";

/// Marks the running test as skipped, at the line where it is declared.
void SkipTest(const std::string& why);

}  // namespace gatetest::internal

#endif  // GATETEST_INTERNAL_TEST_RESULTS_H_
