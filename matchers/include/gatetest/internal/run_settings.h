// What the command line says of a whole run, for matchers and macros.
#ifndef GATETEST_INTERNAL_RUN_SETTINGS_H_
#define GATETEST_INTERNAL_RUN_SETTINGS_H_

#include <optional>
#include <string>

#include "gatetest/gate.h"
#include "gatetest/limit.h"
#include "gatetest/store.h"

namespace gatetest::internal {

/// gatetest::Init fills it in.
struct RunSettings {
  std::string program = {};  ///< argv[0], for the line that runs one test again.
  /// " --gatetest_alpha=0.01": what of the run's settings changes verdicts, for that line.
  std::string rerun_flags = {};
  std::optional<Claim> claim = {};   ///< Goes before the gate's, not before a limit's own.
  std::optional<double> alpha = {};  ///< Likewise.
  std::optional<Stop> stop = {};     ///< Likewise.
  std::optional<IfInconclusive> if_inconclusive = {};  ///< Goes before the gate's.
  bool plan = false;                   ///< Nothing is evaluated: assertions say what they take.
  std::optional<StoreMode> mode = {};  ///< Goes before the gate's.
  /// This is a child that only loads a model (load_child.h): no other assertion does anything.
  bool only_loads = false;
  bool accept = false;  ///< EXPECT_NO_REGRESSION makes its model the accepted release.

  /// Assertions evaluate nothing, for one of these reasons.
  bool asks_nothing() const { return plan || only_loads; }
};

/// Of this process.
RunSettings& TheRunSettings();

}  // namespace gatetest::internal

#endif  // GATETEST_INTERNAL_RUN_SETTINGS_H_
