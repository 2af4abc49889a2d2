#include "gatetest/speed_limit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <concepts>
#include <ratio>
#include <type_traits>

namespace gatetest {
namespace {

using namespace std::chrono_literals;  // NOLINT: 50ms

// Whoever means milliseconds and writes 50 would have 50 seconds: only durations are times.
static_assert(!std::is_convertible_v<double, TimeLimit>);
static_assert(!std::is_convertible_v<int, TimeLimit>);
static_assert(!std::is_constructible_v<TimeLimit, double>);
static_assert(!std::is_constructible_v<TimeLimit, int>);
static_assert(std::is_convertible_v<std::chrono::nanoseconds, TimeLimit>);
static_assert(std::is_convertible_v<std::chrono::milliseconds, TimeLimit>);
static_assert(std::is_convertible_v<std::chrono::duration<double, std::micro>, TimeLimit>);

// A rate and a size say their unit.
static_assert(!std::is_constructible_v<RateLimit, double>);
static_assert(!std::is_constructible_v<RateLimit, double, bool>);
static_assert(!std::is_convertible_v<double, RateLimit>);
static_assert(!std::is_convertible_v<double, SizeLimit>);
static_assert(!std::is_convertible_v<int, SizeLimit>);
static_assert(std::is_convertible_v<double, NumberLimit>);
static_assert(std::is_convertible_v<int, NumberLimit>);

// No kind of limit becomes another.
static_assert(!std::is_constructible_v<TimeLimit, RateLimit>);
static_assert(!std::is_constructible_v<TimeLimit, SizeLimit>);
static_assert(!std::is_constructible_v<TimeLimit, NumberLimit>);
static_assert(!std::is_constructible_v<RateLimit, TimeLimit>);
static_assert(!std::is_constructible_v<RateLimit, NumberLimit>);
static_assert(!std::is_constructible_v<SizeLimit, NumberLimit>);
static_assert(!std::is_constructible_v<SizeLimit, std::chrono::milliseconds>);
static_assert(!std::is_constructible_v<NumberLimit, TimeLimit>);
static_assert(!std::is_constructible_v<NumberLimit, std::chrono::milliseconds>);

static_assert(std::same_as<decltype(TokensPerSecond(1.0)), RateLimit>);
static_assert(std::same_as<decltype(RequestsPerSecond(1.0)), RateLimit>);
static_assert(std::same_as<decltype(KiB(1.0)), SizeLimit>);
static_assert(std::same_as<decltype(MiB(1.0)), SizeLimit>);
static_assert(std::same_as<decltype(GiB(1.0)), SizeLimit>);
static_assert(std::same_as<decltype(CpuTime(1ms)), TimeLimit>);

// Particulars leave the type as it is.
static_assert(std::same_as<decltype(TimeLimit(1ms).On("a").Alpha(0.1)), TimeLimit>);
static_assert(std::same_as<decltype(TokensPerSecond(1).Concurrency(2)), RateLimit>);
static_assert(std::same_as<decltype(MiB(1).Repetitions(3)), SizeLimit>);
static_assert(std::same_as<decltype(NumberLimit(1.05).On("a")), NumberLimit>);

TEST(TimeLimit, TakesAnyDuration) {
  EXPECT_EQ(TimeLimit(50ms).seconds(), 0.05);
  EXPECT_EQ(TimeLimit(2us).seconds(), 2e-6);
  EXPECT_EQ(TimeLimit(7ns).seconds(), 7e-9);
  EXPECT_EQ(TimeLimit(3min).seconds(), 180.0);
  EXPECT_EQ(TimeLimit(std::chrono::duration<double>(0.0123)).seconds(), 0.0123);
  EXPECT_EQ(TimeLimit(1.5ms).seconds(), 0.0015);
}

TEST(TimeLimit, IsOfTheWallClockUnlessItSaysOtherwise) {
  EXPECT_FALSE(TimeLimit(50ms).of_cpu());
  EXPECT_TRUE(CpuTime(50ms).of_cpu());
  EXPECT_EQ(CpuTime(50ms).seconds(), 0.05);
  EXPECT_TRUE(CpuTime(50ms).Repetitions(7).Alpha(0.01).of_cpu());
}

TEST(RateLimit, KnowsWhatItCounts) {
  EXPECT_TRUE(TokensPerSecond(1000).of_tokens());
  EXPECT_FALSE(RequestsPerSecond(12.5).of_tokens());
  EXPECT_EQ(TokensPerSecond(1000).per_second(), 1000.0);
  EXPECT_EQ(RequestsPerSecond(12.5).per_second(), 12.5);
  EXPECT_TRUE(TokensPerSecond(1000).Concurrency(16).of_tokens());
}

TEST(SizeLimit, CountsInPowersOfTwo) {
  EXPECT_EQ(KiB(1).bytes(), 1024.0);
  EXPECT_EQ(MiB(64).bytes(), 64.0 * 1048576.0);
  EXPECT_EQ(GiB(0.5).bytes(), 536870912.0);
  EXPECT_EQ(SizeLimit(10.0).bytes(), 10.0);
}

TEST(SpeedParticulars, AreNoneUnlessTheyAreSet) {
  const TimeLimit limit = 50ms;
  EXPECT_EQ(limit.task(), "");
  EXPECT_FALSE(limit.alpha().has_value());
  EXPECT_FALSE(limit.repetitions().has_value());
  EXPECT_FALSE(limit.concurrency().has_value());
}

TEST(SpeedParticulars, ChainInAnyOrderAndKeepTheValue) {
  const TimeLimit one = TimeLimit(50ms).On("skills").Alpha(0.01).Repetitions(400).Concurrency(4);
  const TimeLimit other = TimeLimit(50ms).Concurrency(4).Repetitions(400).Alpha(0.01).On("skills");
  for (const TimeLimit& limit : {one, other}) {
    EXPECT_EQ(limit.seconds(), 0.05);
    EXPECT_EQ(limit.task(), "skills");
    EXPECT_EQ(limit.alpha(), 0.01);
    EXPECT_EQ(limit.repetitions(), 400);
    EXPECT_EQ(limit.concurrency(), 4);
  }
  const NumberLimit number = NumberLimit(1.05).On("a").Repetitions(40);
  EXPECT_EQ(number.value(), 1.05);
  EXPECT_EQ(number.repetitions(), 40);
}

TEST(SpeedParticulars, LeaveTheLimitTheyAreTakenOfAsItIs) {
  const NumberLimit limit = 1.05;
  const NumberLimit changed = limit.On("skills").Alpha(0.2);
  EXPECT_EQ(limit.task(), "");
  EXPECT_FALSE(limit.alpha().has_value());
  EXPECT_EQ(changed.task(), "skills");
}

TEST(SpeedParticulars, KeepWhatCannotBeForTheJudgement) {
  EXPECT_EQ(NumberLimit(-1.0).Alpha(7.0).Repetitions(-3).Concurrency(0).alpha(), 7.0);
  EXPECT_EQ(NumberLimit(-1.0).value(), -1.0);
}

}  // namespace
}  // namespace gatetest
