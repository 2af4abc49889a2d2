#include "src/http/pace.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace gatetest::internal {
namespace {

using std::chrono::milliseconds;
using Clock = Pace::Clock;

const Clock::time_point kStart = Clock::time_point(std::chrono::hours(1));

Clock::time_point At(int ms) { return kStart + milliseconds(ms); }

int TakeAll(Pace& pace, Clock::time_point now) {
  int taken = 0;
  while (pace.Take(now)) ++taken;
  return taken;
}

TEST(Pace, HasSoManyPlaces) {
  Pace pace(3);
  EXPECT_EQ(pace.places(), 3);
  EXPECT_EQ(TakeAll(pace, At(0)), 3);
  pace.Return();
  EXPECT_EQ(TakeAll(pace, At(0)), 1);
  EXPECT_FALSE(pace.paused_until(At(0)));
  EXPECT_FALSE(pace.last_success());
}

TEST(Pace, HalvesOnceForAllThatWasUnderWay) {
  Pace pace(16);
  pace.SlowDown(At(0), At(10), milliseconds(0));
  EXPECT_EQ(pace.places(), 8);
  pace.SlowDown(At(5), At(11), milliseconds(0));
  pace.SlowDown(At(9), At(12), milliseconds(0));
  EXPECT_EQ(pace.places(), 8) << "begun before it slowed down";
  pace.SlowDown(At(10), At(20), milliseconds(0));
  EXPECT_EQ(pace.places(), 4);
  for (int i = 1; i < 10; ++i) pace.SlowDown(At(20 * i), At(20 * i + 10), milliseconds(0));
  EXPECT_EQ(pace.places(), 1) << "never none";
  EXPECT_EQ(TakeAll(pace, At(1000)), 1);
}

TEST(Pace, PausesAsLongAsTheLongestAsks) {
  Pace pace(4);
  pace.SlowDown(At(0), At(10), milliseconds(100));
  pace.SlowDown(At(0), At(20), milliseconds(10));
  EXPECT_EQ(pace.paused_until(At(20)), At(110));
  EXPECT_FALSE(pace.Take(At(109)));
  EXPECT_FALSE(pace.paused_until(At(110)));
  EXPECT_EQ(TakeAll(pace, At(110)), 2);
  EXPECT_EQ(pace.paused_until(At(109)), At(110));
}

TEST(Pace, WhoIsUnderWayWhenItSlowsDownStays) {
  Pace pace(8);
  EXPECT_EQ(TakeAll(pace, At(0)), 8);
  pace.SlowDown(At(0), At(1), milliseconds(0));
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(pace.Take(At(2))) << i;
    pace.Return();
  }
  EXPECT_FALSE(pace.Take(At(2)));
  pace.Return();
  EXPECT_TRUE(pace.Take(At(2)));
}

TEST(Pace, GrowsBackByOneARoundUpToTheMost) {
  Pace pace(8);
  pace.SlowDown(At(0), At(1), milliseconds(0));
  ASSERT_EQ(pace.places(), 4);
  int rounds = 0;
  while (pace.places() < 8 && rounds < 100) {
    const int before = pace.places();
    for (int i = 0; i < before; ++i) pace.Answered(At(2));
    EXPECT_LE(pace.places(), before + 1);
    ++rounds;
  }
  EXPECT_GE(rounds, 4);
  EXPECT_LE(rounds, 8);
  for (int i = 0; i < 100; ++i) pace.Answered(At(3));
  EXPECT_EQ(pace.places(), 8);
  EXPECT_EQ(pace.last_answer(), At(3));
}

TEST(Pace, IsSharedByThreads) {
  Pace pace(3);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int left = 200; left > 0;) {
        if (!pace.Take(At(0))) continue;
        const int now = ++inside;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
        --inside;
        pace.Answered(At(0));
        pace.Return();
        --left;
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 1600);
  EXPECT_LE(most, 3);
  EXPECT_EQ(TakeAll(pace, At(0)), 3);
}

}  // namespace
}  // namespace gatetest::internal
