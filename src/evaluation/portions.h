// How far samples are asked in turns.
#ifndef GATETEST_SRC_EVALUATION_PORTIONS_H_
#define GATETEST_SRC_EVALUATION_PORTIONS_H_

#include <algorithm>
#include <cstddef>

namespace gatetest::internal {

/// Models and tasks take turns in portions that grow, so that none is asked much more than the
/// verdict needs, or than another one can be asked within the budget.
class Portions {
 public:
  explicit Portions(std::size_t most) : most_(most), end_(std::min(kFirst, most)) {}

  std::size_t end() const { return end_; }  ///< Samples to be asked so far.
  bool Grow() {
    if (end_ == most_) return false;
    end_ = std::min(most_, end_ + std::max(kFirst / 2, end_ / 2));
    return true;
  }

 private:
  static constexpr std::size_t kFirst = 32;
  const std::size_t most_;
  std::size_t end_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_PORTIONS_H_
