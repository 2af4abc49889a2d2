// What speed is measured in, and how it is shown.
#ifndef GATETEST_SRC_SPEED_UNIT_H_
#define GATETEST_SRC_SPEED_UNIT_H_

#include <string>
#include <vector>

namespace gatetest::internal {

enum class Unit {
  kSeconds,
  kTokensPerSecond,
  kRequestsPerSecond,
  kBytes,
  kNumber,  ///< A ratio, or a counter of one's own.
};

/// Values of one unit on one scale (all in ms, say), so that they can be compared at a glance.
class Scale {
 public:
  /// Fit for values about as large as this one.
  Scale(Unit unit, double typical);

  /// Without its unit: four significant digits. "infinite", "none" for infinities.
  std::string Show(double value) const;
  /// As many digits more as it takes not to look like `other` when it is not.
  std::string ShowBeside(double value, double other) const;
  /// Each with as many digits more as it takes for no two neighbours to look alike.
  std::vector<std::string> ShowApart(const std::vector<double>& values) const;
  /// " ms", " tokens/s", or nothing.
  const std::string& suffix() const { return suffix_; }

 private:
  double factor_ = 1.0;
  std::string suffix_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_UNIT_H_
