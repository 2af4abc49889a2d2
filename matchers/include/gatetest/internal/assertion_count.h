// How many assertions about models this process has made: a test that makes none has gated nothing.
#ifndef GATETEST_INTERNAL_ASSERTION_COUNT_H_
#define GATETEST_INTERNAL_ASSERTION_COUNT_H_

#include <atomic>
#include <cstdint>

namespace gatetest::internal {

/// Of all threads and gates: an assertion may be made in a helper thread with a scope of its own.
std::atomic<std::uint64_t>& AssertionCount();

}  // namespace gatetest::internal

#endif  // GATETEST_INTERNAL_ASSERTION_COUNT_H_
