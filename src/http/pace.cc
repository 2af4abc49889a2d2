#include "src/http/pace.h"

#include <algorithm>

namespace gatetest::internal {

Pace::Pace(int most) : most_(most), places_(most) {}

bool Pace::Take(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (now < pause_ || taken_ >= static_cast<int>(places_)) return false;
  ++taken_;
  return true;
}

void Pace::Return() {
  const std::lock_guard lock(mutex_);
  --taken_;
}

void Pace::Answered(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  last_answer_ = now;
  places_ = std::min(most_, places_ + 1.0 / places_);  // About one more when all have answered.
}

void Pace::Succeeded(Clock::time_point came) {
  const std::lock_guard lock(mutex_);
  last_success_ = std::max(last_success_.value_or(came), came);
  is_away_ = false;
}

void Pace::SetAway() {
  const std::lock_guard lock(mutex_);
  is_away_ = true;
}

bool Pace::is_away() const {
  const std::lock_guard lock(mutex_);
  return is_away_;
}

void Pace::SlowDown(Clock::time_point started, Clock::time_point now,
                    std::chrono::milliseconds pause) {
  const std::lock_guard lock(mutex_);
  pause_ = std::max(pause_, now + pause);
  if (started < slowed_) return;
  slowed_ = now;
  places_ = std::max(1.0, places_ / 2.0);
}

std::optional<Pace::Clock::time_point> Pace::paused_until(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  if (now >= pause_) return std::nullopt;
  return pause_;
}

int Pace::places() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(places_);
}

std::optional<Pace::Clock::time_point> Pace::last_answer() const {
  const std::lock_guard lock(mutex_);
  return last_answer_;
}

std::optional<Pace::Clock::time_point> Pace::last_success() const {
  const std::lock_guard lock(mutex_);
  return last_success_;
}

}  // namespace gatetest::internal
