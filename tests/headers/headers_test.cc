// Public headers of the core include the standard library and each other, and nothing else. (That
// each compiles on its own is checked by the build: all_verify_interface_header_sets.)
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;

TEST(PublicHeaders, OfTheCoreAreFreeOfOtherLibraries) {
  int headers = 0;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(GATETEST_SOURCE_DIR "/include/gatetest")) {
    ++headers;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      constexpr std::string_view kInclude = "#include ";
      if (!line.starts_with(kInclude)) continue;
      const std::string path = line.substr(kInclude.size() + 1, line.size() - kInclude.size() - 2);
      const bool own = path.starts_with("gatetest/");
      const bool standard = path.find_first_of("./") == std::string::npos;
      EXPECT_TRUE(own || standard) << entry.path() << ": " << line;
    }
  }
  EXPECT_GT(headers, 10);
}

}  // namespace
