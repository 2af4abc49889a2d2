// TimeLimit, RateLimit, SizeLimit, NumberLimit: what a limit on speed or memory has to be, with its
// particulars. A plain value will do: 50ms, TokensPerSecond(1000), MiB(64), 1.05.
//
//   EXPECT_LATENCY_P95_BELOW(model, 50ms);
//   EXPECT_LATENCY_P95_BELOW(model, TimeLimit(50ms).On("skills").Repetitions(400));
//   EXPECT_THROUGHPUT_ABOVE(model, TokensPerSecond(1000).Concurrency(16));
//
// What is wrong with a limit is NOT MEASURED when it is judged; nothing is thrown here.
#ifndef GATETEST_SPEED_LIMIT_H_
#define GATETEST_SPEED_LIMIT_H_

#include <chrono>
#include <optional>
#include <string>

namespace gatetest {

/// What a limit says beside its value. Each returns the limit with that changed.
template <typename Derived>
class SpeedParticulars {
 public:
  /// Only the prompts of this task ("skills"), or of this group of its samples ("skills/add").
  /// Default: the gate's prompts for generated text; where it has none, the texts it scores.
  Derived On(const std::string& task) const {
    return With([&](SpeedParticulars& it) { it.task_ = task; });
  }
  /// The probability that a PASSED is wrong, and that a FAILED is; in (0, 0.5). Default: the
  /// gate's.
  Derived Alpha(double alpha) const {
    return With([&](SpeedParticulars& it) { it.alpha_ = alpha; });
  }
  /// How often what is measured is repeated. Default: for a percentile three times the requests
  /// that it needs for an upper bound at alpha (p50 5, p95 59, p99 299 at 0.05), and at least 30;
  /// 10 runs of the workload for a throughput; up to 160 pairs for a ratio; 10 repetitions of a
  /// benchmark; 5 loads.
  Derived Repetitions(int repetitions) const {
    return With([&](SpeedParticulars& it) { it.repetitions_ = repetitions; });
  }
  /// How many requests are under way at a time. Default: the workload's.
  Derived Concurrency(int concurrency) const {
    return With([&](SpeedParticulars& it) { it.concurrency_ = concurrency; });
  }

  const std::string& task() const { return task_; }                       ///< From On(), or empty.
  const std::optional<double>& alpha() const { return alpha_; }           ///< None: the gate's.
  const std::optional<int>& repetitions() const { return repetitions_; }  ///< None: the default.
  const std::optional<int>& concurrency() const { return concurrency_; }  ///< None: the workload's.

 private:
  template <typename Change>
  Derived With(const Change& change) const {
    Derived changed = static_cast<const Derived&>(*this);
    change(static_cast<SpeedParticulars&>(changed));
    return changed;
  }

  std::string task_;
  std::optional<double> alpha_;
  std::optional<int> repetitions_;
  std::optional<int> concurrency_;
};

/// A time. Of a benchmark it is the wall clock's, unless it is made by CpuTime.
class TimeLimit : public SpeedParticulars<TimeLimit> {
 public:
  /// Any duration of std::chrono: 50ms, 2us, std::chrono::duration<double>(0.05).
  template <typename Rep, typename Period>
  TimeLimit(std::chrono::duration<Rep, Period> time)  // NOLINT: implicit, so that 50ms will do
      : seconds_(std::chrono::duration<double>(time).count()) {}

  double seconds() const { return seconds_; }  ///< As it was given.
  bool of_cpu() const { return of_cpu_; }      ///< Whether CpuTime made it.

 private:
  template <typename Rep, typename Period>
  friend TimeLimit CpuTime(std::chrono::duration<Rep, Period> time);

  double seconds_;
  bool of_cpu_ = false;
};

/// Of a benchmark: the time that its thread was on a processor. What else the machine does
/// lengthens it less than the wall clock's.
template <typename Rep, typename Period>
TimeLimit CpuTime(std::chrono::duration<Rep, Period> time) {
  TimeLimit limit(time);
  limit.of_cpu_ = true;
  return limit;
}

/// A throughput: TokensPerSecond or RequestsPerSecond makes it.
class RateLimit : public SpeedParticulars<RateLimit> {
 public:
  double per_second() const { return per_second_; }  ///< As it was given.
  bool of_tokens() const { return of_tokens_; }      ///< Generated tokens; else requests.

 private:
  friend RateLimit TokensPerSecond(double rate);
  friend RateLimit RequestsPerSecond(double rate);
  RateLimit(double per_second, bool of_tokens) : per_second_(per_second), of_tokens_(of_tokens) {}

  double per_second_;
  bool of_tokens_;
};

/// Generated tokens (Response::usage) over the wall time of a run.
inline RateLimit TokensPerSecond(double rate) { return {rate, true}; }
/// Answered requests over the wall time of a run.
inline RateLimit RequestsPerSecond(double rate) { return {rate, false}; }

/// An amount of memory: KiB, MiB or GiB makes it.
class SizeLimit : public SpeedParticulars<SizeLimit> {
 public:
  explicit SizeLimit(double bytes) : bytes_(bytes) {}  ///< In bytes.
  double bytes() const { return bytes_; }              ///< As it was given.

 private:
  double bytes_;
};

inline SizeLimit KiB(double n) { return SizeLimit(n * 1024.0); }           ///< 1,024 bytes.
inline SizeLimit MiB(double n) { return SizeLimit(n * 1024.0 * 1024.0); }  ///< 2^20 bytes.
inline SizeLimit GiB(double n) { return SizeLimit(n * 1024.0 * 1024.0 * 1024.0); }  ///< 2^30 bytes.

/// A number: a ratio of times, or the value of a benchmark's counter.
class NumberLimit : public SpeedParticulars<NumberLimit> {
 public:
  /// 1.05, or 900 of whatever is counted.
  NumberLimit(double value) : value_(value) {}  // NOLINT: implicit, so that a number will do
  double value() const { return value_; }       ///< As it was given.

 private:
  double value_;
};

}  // namespace gatetest

#endif  // GATETEST_SPEED_LIMIT_H_
