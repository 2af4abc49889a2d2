#include "src/ladder/configurations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <string_view>

#include "gatetest/error.h"
#include "src/text/show.h"

namespace gatetest::internal {

void CheckNamesDiffer(const char* where, std::span<const Configuration> configurations) {
  std::set<std::string_view> seen;
  for (const Configuration& configuration : configurations) {
    if (seen.insert(configuration.name).second) continue;
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: two configurations are named {}; give each model of the ladder "
                            "once, under a name of its own",
                            where, Quote(configuration.name)));
  }
}

std::string JoinNames(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string WithLeftOut(const std::vector<std::string>& left_out) {
  return left_out.empty() ? "" : "; left out: " + JoinNames(left_out);
}

}  // namespace gatetest::internal
