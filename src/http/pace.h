// Pace: how many requests an endpoint is asked at a time. A server that says "too many" (HTTP 429)
// slows all of them down, not the one it said it to.
#ifndef GATETEST_SRC_HTTP_PACE_H_
#define GATETEST_SRC_HTTP_PACE_H_

#include <chrono>
#include <mutex>
#include <optional>

namespace gatetest::internal {

/// Additive increase, multiplicative decrease, as TCP does. Safe to use from several threads.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Pace(int most);

  /// Takes a place if there is one now; Return gives it back.
  bool Take(Clock::time_point now);
  void Return();

  /// An answer with a good status came.
  void Answered(Clock::time_point now);
  /// What came then has been read, and is an answer.
  void Succeeded(Clock::time_point came);

  /// Too many, said to what was started then. Halves the places, once for all that was under way;
  /// nothing is started before `pause` is over.
  void SlowDown(Clock::time_point started, Clock::time_point now, std::chrono::milliseconds pause);

  /// When Take may succeed again, as far as it depends on the time; none: it does not.
  std::optional<Clock::time_point> paused_until(Clock::time_point now) const;

  /// How many may be under way.
  int places() const;

  /// Nothing has succeeded for as long as one waits: until something does, is_away().
  void SetAway();
  bool is_away() const;

  /// When the last of these came; none: none yet.
  /// @{
  std::optional<Clock::time_point> last_answer() const;
  std::optional<Clock::time_point> last_success() const;
  /// @}

 private:
  const double most_;
  mutable std::mutex mutex_;
  double places_;
  int taken_ = 0;
  Clock::time_point slowed_ = Clock::time_point::min();
  Clock::time_point pause_ = Clock::time_point::min();
  std::optional<Clock::time_point> last_answer_;
  std::optional<Clock::time_point> last_success_;
  bool is_away_ = false;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_PACE_H_
