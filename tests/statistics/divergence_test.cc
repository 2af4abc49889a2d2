#include "gatetest/divergence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectClose;
using testing_support::ExpectError;

using Counts = std::vector<std::int64_t>;

TEST(JensenShannonBits, Ends) {
  EXPECT_EQ(JensenShannonBits(Counts{1, 2, 3}, Counts{10, 20, 30}), 0.0);
  EXPECT_EQ(JensenShannonBits(Counts{5, 0}, Counts{0, 7}), 1.0);
  EXPECT_EQ(JensenShannonBits(Counts{1}, Counts{1}), 0.0);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(JensenShannonBits(Counts{huge, huge, 0}, Counts{1, 1, 0}), 0.0);
}

TEST(JensenShannonBits, IsSymmetricInRangeAndFreeOfOrder) {
  std::mt19937 random(1991);
  for (int repeat = 0; repeat < 100; ++repeat) {
    const std::size_t kinds = 2 + random() % 300;
    Counts p(kinds, 0);
    Counts q(kinds, 0);
    for (int i = 0; i < 500; ++i) {
      ++p[random() % kinds];
      ++q[random() % (1 + random() % kinds)];
    }
    const double bits = JensenShannonBits(p, q);
    EXPECT_GE(bits, 0.0);
    EXPECT_LE(bits, 1.0);
    EXPECT_EQ(JensenShannonBits(q, p), bits);
    // H(m) - (H(p) + H(q))/2.
    double entropies = 0.0;
    for (std::size_t i = 0; i < kinds; ++i) {
      const double a = static_cast<double>(p[i]) / 500.0;
      const double b = static_cast<double>(q[i]) / 500.0;
      const auto term = [](double share) { return share > 0.0 ? share * std::log2(share) : 0.0; };
      entropies += (term(a) + term(b)) / 2.0 - term((a + b) / 2.0);
    }
    EXPECT_NEAR(bits, entropies, 1e-12);
    std::reverse(p.begin(), p.end());
    std::reverse(q.begin(), q.end());
    EXPECT_EQ(JensenShannonBits(p, q), bits);
  }
}

TEST(JensenShannonBits, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "p_counts has 2 entries but q_counts has 1", [] {
    JensenShannonBits(Counts{1, 2}, Counts{1});
  });
  ExpectError(code, "p_counts[1] is -2", [] { JensenShannonBits(Counts{1, -2}, Counts{1, 1}); });
  ExpectError(code, "q_counts[0] is -1", [] { JensenShannonBits(Counts{1, 2}, Counts{-1, 1}); });
  ExpectError(ErrorCode::kUndefined, "p_counts has no counts", [] { JensenShannonBits({}, {}); });
  ExpectError(ErrorCode::kUndefined, "q_counts has no counts", [] {
    JensenShannonBits(Counts{1, 2}, Counts{0, 0});
  });
}

}  // namespace
}  // namespace gatetest
