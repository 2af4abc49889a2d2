#include "src/model/build_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace gatetest::internal {
namespace {

TEST(ExecutableBuildId, IsHexadecimal) {
  EXPECT_GE(ExecutableBuildId().size(), 16U);
  EXPECT_EQ(ExecutableBuildId().find_first_not_of("0123456789abcdef"), std::string::npos);
}

#ifdef __linux__
TEST(ExecutableBuildId, StandsInTheExecutable) {
  const std::string& id = ExecutableBuildId();
  // The note before it: sizes of name and descriptor, NT_GNU_BUILD_ID, "GNU".
  std::string note = {4, 0, 0, 0, static_cast<char>(id.size() / 2), 0, 0, 0, 3, 0, 0, 0};
  note += std::string("GNU\0", 4);
  for (std::size_t i = 0; i + 1 < id.size(); i += 2) {
    note += static_cast<char>(std::strtol(id.substr(i, 2).c_str(), nullptr, 16));
  }
  std::ostringstream executable;
  executable << std::ifstream("/proc/self/exe", std::ios::binary).rdbuf();
  const std::string bytes = executable.str();
  if (bytes.find(std::string("\3\0\0\0GNU\0", 8)) == std::string::npos) {
    GTEST_SKIP() << "this linker writes no build id";
  }
  EXPECT_NE(bytes.find(note), std::string::npos) << id;
}
#endif

}  // namespace
}  // namespace gatetest::internal
