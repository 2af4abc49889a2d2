// The README quotes compiled code only: each of its C++ and CMake snippets stands in a source of
// the examples.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The text between ```language and ```, split at its empty lines: a snippet may leave things out
/// there.
std::vector<std::string> PartsOfSnippets(const std::string& text, const std::string& language) {
  const std::string begin_mark = "```" + language + "\n";
  std::vector<std::string> parts;
  for (std::size_t at = 0; (at = text.find(begin_mark, at)) != std::string::npos;) {
    at += begin_mark.size();
    const std::string snippet = text.substr(at, text.find("```", at) - at);
    for (std::size_t begin = 0; begin < snippet.size();) {
      const std::size_t end = std::min(snippet.find("\n\n", begin), snippet.size() - 1);
      parts.push_back(snippet.substr(begin, end - begin + 1));
      begin = end + 2;
    }
  }
  return parts;
}

bool StandsInAnExample(const std::string& part) {
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(GATETEST_SOURCE_DIR "/examples")) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cc" && extension != ".txt") continue;
    if (ReadFile(entry.path()).find(part) != std::string::npos) return true;
  }
  return false;
}

TEST(Readme, QuotesCompiledCodeOnly) {
  const std::string readme = ReadFile(GATETEST_SOURCE_DIR "/README.md");
  for (const std::string language : {"cpp", "cmake"}) {
    const std::vector<std::string> parts = PartsOfSnippets(readme, language);
    EXPECT_FALSE(parts.empty());
    for (const std::string& part : parts) EXPECT_TRUE(StandsInAnExample(part)) << part;
  }
}

}  // namespace
