// The ways in which endpoints fail, one by one and drawn at random for a share of the calls:
//
//   const FaultPlan plan{.share = 0.3, .seed = 17};
//   FaultServer server(WithFaults(Honest, plan));
//   ...
//   EXPECT_GT(plan.tally->failures(), 0U);
#ifndef GATETEST_TESTS_SUPPORT_SCRIPTED_FAULTS_H_
#define GATETEST_TESTS_SUPPORT_SCRIPTED_FAULTS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/fault_server.h"

namespace gatetest {

/// What becomes of an honest answer. Those that answer something else do not look at it.
/// @{
Answer LimitedWithMilliseconds(const Answer& honest = {});  ///< 429, "retry-after-ms: 20".
Answer LimitedWithZero(const Answer& honest = {});          ///< 429, "Retry-After: 0".
Answer LimitedWithFraction(const Answer& honest = {});      ///< 429, "Retry-After: 0.02".
Answer LimitedWithDate(const Answer& honest = {});     ///< 429, "Retry-After:" now + 1 s, a date.
Answer LimitedWithoutTime(const Answer& honest = {});  ///< 429.
Answer InternalError(const Answer& honest = {});       ///< 500, an error in JSON.
Answer BadGateway(const Answer& honest = {});          ///< 502, an error page.
Answer Unavailable(const Answer& honest = {});         ///< 503, an error in JSON.
Answer ResetBeforeStatus(Answer honest = {});
Answer CloseBeforeStatus(Answer honest = {});
Answer ResetInBody(Answer honest = {.body = "{}"});
Answer CloseInBody(Answer honest = {.body = "{}"});    ///< Content-Length promises more.
Answer TruncatedJson(Answer honest = {.body = "{}"});  ///< Half of it, with that Content-Length.
Answer InvalidJson(const Answer& honest = {});         ///< 200, {"choices": [,]}.
Answer WrongContentType(const Answer& honest = {});    ///< 200, octets that are no text.
Answer HtmlWithSuccess(const Answer& honest = {});     ///< 200, an error page.
Answer JsonNull(const Answer& honest = {});            ///< 200, null.
Answer ErrorWithSuccess(const Answer& honest = {});    ///< 200, {"error": {...}}.
Answer EmptyBody(const Answer& honest = {});           ///< 200, nothing.
Answer SlowBody(Answer honest = {.body = "{}"});       ///< In four pieces, 15 ms in all.
Answer ChunksOfOneByte(Answer honest = {.body = "{}"});
/// @}

struct FaultMaker {
  std::string name;  ///< As it is counted.
  std::function<Answer(Answer honest)> make;
  /// Whether the honest answer still arrives as a whole, so that no client should ask again.
  bool is_harmless = false;
};

/// All of the above, by the names of their functions.
std::vector<FaultMaker> AllFaults();
/// Those of AllFaults() with these names; throws std::invalid_argument for an unknown one.
std::vector<FaultMaker> FaultsNamed(const std::vector<std::string>& names);

/// How often what happened. For any thread.
class FaultTally {
 public:
  void Count(const FaultMaker& fault);
  void CountHonest();

  std::map<std::string, std::size_t> by_name() const;
  std::size_t honest() const;    ///< Calls without a fault.
  std::size_t harmless() const;  ///< Calls with a harmless one.
  std::size_t failures() const;  ///< Calls with another.

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> by_name_;
  std::size_t honest_ = 0;
  std::size_t harmless_ = 0;
  std::size_t failures_ = 0;
};

struct FaultPlan {
  double share = 0.1;  ///< Of the calls; less where `most_in_a_row` says so.
  std::uint64_t seed = 0;
  std::vector<FaultMaker> faults = AllFaults();  ///< Each as often as the others.
  /// The same request fails at most so often before it is answered well.
  int most_in_a_row = 3;
  std::shared_ptr<FaultTally> tally = std::make_shared<FaultTally>();  ///< Shared with copies.
};

/// Answers like `honest`, but for the faults. Which call gets which depends on the seed, the
/// request's target and body and how often that request came before: not on the order of different
/// requests.
FaultServer::Handler WithFaults(FaultServer::Handler honest, FaultPlan plan);

}  // namespace gatetest

#endif  // GATETEST_TESTS_SUPPORT_SCRIPTED_FAULTS_H_
