#include "src/model/build_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gatetest/fingerprints.h"

#ifdef __linux__
#include <link.h>
#endif

namespace gatetest::internal {
namespace {

#ifdef __linux__

/// The name of libc's file, and where it is.
std::filesystem::path PathOfLibc() {
  std::filesystem::path found;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        const std::filesystem::path file = info->dlpi_name;
        if (file.filename().string().starts_with("libc.so")) {
          *static_cast<std::filesystem::path*>(result) = file;
        }
        return 0;
      },
      &found);
  return found;
}

std::string ContentOf(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

/// The file has a note with that id, or none and the id is the hash of its content.
void ExpectIdOf(const std::filesystem::path& file, const std::string& id) {
  const std::string bytes = ContentOf(file);
  if (bytes.find(std::string("\3\0\0\0GNU\0", 8)) == std::string::npos) {
    EXPECT_EQ(id, FileHash(file));
    return;
  }
  EXPECT_GE(id.size(), 16U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  // Before it: sizes of name and descriptor, NT_GNU_BUILD_ID, "GNU".
  std::string note = {4, 0, 0, 0, static_cast<char>(id.size() / 2), 0, 0, 0, 3, 0, 0, 0};
  note += std::string("GNU\0", 4);
  for (std::size_t i = 0; i + 1 < id.size(); i += 2) {
    note += static_cast<char>(std::strtol(id.substr(i, 2).c_str(), nullptr, 16));
  }
  EXPECT_NE(bytes.find(note), std::string::npos) << file << " has no note of " << id;
}

TEST(LinkedBuildIds, HoldTheExecutable) {
  ASSERT_TRUE(LinkedBuildIds().contains("executable"));
  ExpectIdOf("/proc/self/exe", LinkedBuildIds().at("executable"));
}

TEST(LinkedBuildIds, HoldTheLibraries) {
  const std::filesystem::path libc = PathOfLibc();
  if (libc.empty()) GTEST_SKIP() << "this program is linked statically";
  const std::string name = libc.filename().string();
  ASSERT_TRUE(LinkedBuildIds().contains(name)) << name;
  ExpectIdOf(libc, LinkedBuildIds().at(name));
}

TEST(LinkedBuildIds, NameFilesWithoutFolders) {
  for (const auto& [file, id] : LinkedBuildIds()) {
    EXPECT_EQ(file.find('/'), std::string::npos) << file;
    EXPECT_NE(file, "");
    EXPECT_NE(id, "") << file;
    EXPECT_FALSE(file.starts_with("linux-vdso")) << "the kernel's";
  }
}

#endif

TEST(LinkedBuildIds, AreTheSameEveryTime) { EXPECT_EQ(&LinkedBuildIds(), &LinkedBuildIds()); }

}  // namespace
}  // namespace gatetest::internal
