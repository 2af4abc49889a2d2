// What the documents say is compiled and run: snippets stand in examples, messages in golden tests
// or in what a program prints (check_output.cmake), commands in ./dev, and links lead somewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = GATETEST_SOURCE_DIR;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// All files below the folders whose endings are in `extensions`.
std::vector<fs::path> FilesBelow(const std::vector<std::string>& folders,
                                 const std::set<std::string>& extensions) {
  std::vector<fs::path> files;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      if (extensions.contains(entry.path().extension().string())) files.push_back(entry.path());
    }
  }
  return files;
}

std::vector<fs::path> Documents() {
  std::vector<fs::path> documents = FilesBelow({"docs", "examples", "tests", "vcpkg"}, {".md"});
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  }
  std::sort(documents.begin(), documents.end());
  return documents;
}

/// What stands between ```language and ```.
struct Block {
  std::string language;
  std::string text;
  std::string line_before;
};

struct Parts {
  std::vector<Block> blocks;
  std::string prose;
};

Parts Split(const std::string& markdown) {
  Parts parts;
  bool in_block = false;
  std::string before;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(line.starts_with(" ") && line.find("```") != std::string::npos) << line;
    if (line.starts_with("```")) {
      in_block = !in_block;
      if (in_block) parts.blocks.push_back({line.substr(3), "", before});
    } else if (in_block) {
      parts.blocks.back().text += line + "\n";
    } else {
      parts.prose += line + "\n";
    }
    before = line;
  }
  EXPECT_FALSE(in_block) << "a block without an end";
  return parts;
}

/// A snippet may leave things out where it has an empty line.
std::vector<std::string> Paragraphs(const std::string& text) {
  std::vector<std::string> paragraphs;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", begin), text.size() - 1);
    paragraphs.push_back(text.substr(begin, end - begin + 1));
    begin = end + 2;
  }
  return paragraphs;
}

class Sources {
 public:
  Sources(const std::vector<std::string>& folders, const std::set<std::string>& extensions) {
    for (const fs::path& file : FilesBelow(folders, extensions)) {
      if (file.filename() != "documents_test.cc") texts_.push_back("\n" + ReadFile(file));
    }
  }

  /// Whole lines of one file.
  bool Have(const std::string& paragraph) const {
    return std::any_of(texts_.begin(), texts_.end(), [&](const std::string& text) {
      return text.find("\n" + paragraph) != std::string::npos ||
             text.find("(" + paragraph) != std::string::npos;  // R"(...: the first of a golden text
    });
  }

 private:
  std::vector<std::string> texts_;
};

class Document : public ::testing::TestWithParam<fs::path> {
 protected:
  Parts parts() const { return Split(ReadFile(GetParam())); }
};

TEST_P(Document, QuotesWhatIsCompiledAndRun) {
  static const Sources examples(
      {"examples", "tests/consumer", "tests/engine", "tests/fixtures", "tests/http"},
      {".cc", ".h", ".txt", ".json", ".jsonl", ".csv"});
  static const Sources goldens({"tests"}, {".cc"});
  for (const Block& block : parts().blocks) {
    if (block.language == "sh") continue;  // See NamesCommandsThatAreThere.
    if (block.language == "text") {
      // check_output.cmake compares these with what the program prints.
      const bool printed = block.line_before == "<!-- output of quickstart -->" ||
                           block.line_before == "<!-- output of ladder_demo -->" ||
                           block.line_before == "<!-- output of early_demo -->";
      EXPECT_TRUE(printed || goldens.Have(block.text)) << block.text;
      continue;
    }
    EXPECT_THAT(block.language, ::testing::AnyOf("cpp", "cmake", "json", "csv")) << block.text;
    for (const std::string& paragraph : Paragraphs(block.text)) {
      EXPECT_TRUE(examples.Have(paragraph)) << paragraph;
    }
  }
}

TEST_P(Document, NamesCommandsThatAreThere) {
  static const std::string dev = ReadFile(kRoot / "dev");
  const std::string text = ReadFile(GetParam());
  constexpr std::string_view kDev = "./dev ";
  for (std::size_t at = 0; (at = text.find(kDev, at)) != std::string::npos;) {
    at += kDev.size();
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at);
    const std::string command = text.substr(at, end - at);
    EXPECT_NE(dev.find("\n  " + command + " "), std::string::npos) << command;
    EXPECT_FALSE(command.empty());
  }
}

/// As on GitHub: lower case, blanks become hyphens, punctuation goes.
std::string AnchorOf(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
      anchor += static_cast<char>(std::tolower(byte));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

std::set<std::string> AnchorsOf(const fs::path& document) {
  std::set<std::string> anchors;
  std::istringstream lines(Split(ReadFile(document)).prose);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of('#');
    if (begin != 0 && begin != std::string::npos && line[begin] == ' ') {
      anchors.insert(AnchorOf(line.substr(begin + 1)));
    }
  }
  return anchors;
}

TEST_P(Document, LinksLeadSomewhere) {
  const std::string prose = parts().prose;
  for (std::size_t at = 0; (at = prose.find("](", at)) != std::string::npos;) {
    at += 2;
    const std::string link = prose.substr(at, prose.find(')', at) - at);
    if (link.starts_with("https://")) continue;
    const std::size_t hash = std::min(link.find('#'), link.size());
    const fs::path target =
        hash == 0 ? GetParam() : GetParam().parent_path() / link.substr(0, hash);
    EXPECT_TRUE(fs::exists(target)) << link;
    if (hash < link.size()) {
      EXPECT_TRUE(AnchorsOf(target).contains(link.substr(hash + 1))) << link;
    }
  }
}

std::string NameOf(const ::testing::TestParamInfo<fs::path>& document) {
  std::string name = fs::relative(document.param, kRoot).replace_extension().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(, Document, ::testing::ValuesIn(Documents()), NameOf);

/// The line to paste has to bring what ./dev brings.
TEST(Documents, NameEveryPackage) {
  const std::string dev = ReadFile(kRoot / "dev");
  const std::string first_gate = ReadFile(kRoot / "docs/first_gate.md");
  const std::size_t begin = dev.find("for package in ") + 15;
  std::istringstream packages(dev.substr(begin, dev.find("; do", begin) - begin));
  std::size_t count = 0;
  for (std::string package; packages >> package;) {
    if (package == "\\") continue;
    // ./dev bench alone needs these.
    if (package == "libbenchmark-dev") continue;
    ++count;
    EXPECT_NE(first_gate.find(" " + package), std::string::npos) << package;
  }
  EXPECT_GE(count, 8U);
}

TEST(Documents, AreAllThere) { EXPECT_GE(Documents().size(), 10U); }

}  // namespace
