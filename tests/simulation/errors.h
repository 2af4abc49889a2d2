// How often an interval is wrong, and the tables of docs/statistics.md that say so.
#ifndef GATETEST_TESTS_SIMULATION_ERRORS_H_
#define GATETEST_TESTS_SIMULATION_ERRORS_H_

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gatetest/estimate.h"

namespace gatetest::simulation {

inline constexpr double kAlpha = 0.05;
/// What a bound that promises kAlpha may miss: the promise, and what draws and discreteness add.
inline constexpr double kPromise = 0.055;

/// Probabilities that a bound is on the wrong side of the truth.
struct Errors {
  double high = 0.0;  ///< The lower bound is above the truth.
  double low = 0.0;   ///< The upper bound is below it.

  void Count(const Interval& interval, double truth) {
    Count(interval.lower > truth, interval.upper < truth);
  }
  void Count(bool above, bool below) {
    high += above ? 1.0 : 0.0;
    low += below ? 1.0 : 0.0;
  }
  Errors Of(int draws) const { return {high / draws, low / draws}; }
};

/// The larger of each error over all settings, and where it was.
class Worst {
 public:
  void Add(const Errors& errors, const std::string& setting) {
    Keep(high_, errors.high, setting);
    Keep(low_, errors.low, setting);
  }

  struct Case {
    double error = 0.0;
    std::string setting = "none";
  };
  const Case& high() const { return high_; }
  const Case& low() const { return low_; }

 private:
  static void Keep(Case& kept, double error, const std::string& setting) {
    constexpr double kRounding = 1e-6;  // Of settings that are equally bad the first, everywhere.
    if (error > kept.error + kRounding) kept = {error, setting};
  }

  Case high_, low_;
};

inline constexpr std::string_view kOperatingTable = "operating table";
inline constexpr std::string_view kErrorTable = "worst errors";
inline constexpr std::string_view kSequentialErrorTable = "errors of the sequential gate";
inline constexpr std::string_view kSavingsTable = "samples that are asked";

/// The lines in docs/statistics.md between <!-- name --> and <!-- end -->.
inline std::vector<std::string> DocumentedTable(std::string_view name) {
  std::ifstream file(GATETEST_SOURCE_DIR "/docs/statistics.md");
  std::vector<std::string> lines;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "<!-- end -->") inside = false;
    if (inside && !line.empty()) lines.push_back(line);
    if (line == fmt::format("<!-- {} -->", name)) inside = true;
  }
  return lines;
}

/// Checks that docs/statistics.md has this table, word for word.
inline void CheckTable(std::string_view name, const std::vector<std::string>& rows) {
  std::string table;
  for (const std::string& row : rows) table += row + "\n";
  std::cout << table;
  EXPECT_EQ(DocumentedTable(name), rows)
      << "the \"" << name << "\" in docs/statistics.md has to be\n"
      << table;
}

/// Which error lets a bad model pass: of accuracy and retention a lower bound that is above the
/// truth, of what shall be small an upper bound that is below it.
enum class Passes { kAboveLimit, kBelowLimit };

/// What the method may miss; more than kPromise only where docs/statistics.md says why.
struct Allowed {
  double pass = kPromise;
  double fail = kPromise;
};

/// Checks the errors against what is allowed, and that the table of worst errors has this row.
inline void CheckErrors(const std::string& method, const Worst& worst, Passes passes,
                        const Allowed& allowed = {}) {
  const bool above = passes == Passes::kAboveLimit;
  const Worst::Case& pass = above ? worst.high() : worst.low();
  const Worst::Case& fail = above ? worst.low() : worst.high();
  EXPECT_LE(pass.error, allowed.pass) << method << " at " << pass.setting;
  EXPECT_LE(fail.error, allowed.fail) << method << " at " << fail.setting;
  const std::string row = fmt::format("| {} | {:.3f} | {} | {:.3f} | {} |", method, pass.error,
                                      pass.setting, fail.error, fail.setting);
  std::cout << row << "\n";
  const std::vector<std::string> table = DocumentedTable(kErrorTable);
  EXPECT_TRUE(std::find(table.begin(), table.end(), row) != table.end())
      << "the table \"" << kErrorTable << "\" in docs/statistics.md wants this row:\n"
      << row;
}

}  // namespace gatetest::simulation

#endif  // GATETEST_TESTS_SIMULATION_ERRORS_H_
