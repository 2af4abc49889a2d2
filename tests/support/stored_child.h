// Runs of the child program `stored`, in a folder of their own.
#ifndef GATETEST_TESTS_SUPPORT_STORED_CHILD_H_
#define GATETEST_TESTS_SUPPORT_STORED_CHILD_H_

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace gatetest::testing_support {

inline std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Its store and its log are in the folder, which is removed at the end.
class StoredChild {
 public:
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::string place() const { return "sqlite:" + (folder_ / "store.sqlite").string(); }

  /// The command line, for a shell of its own, which the program replaces.
  std::string Command(const std::string& arguments, const std::string& environment = "",
                      const std::string& program = "child_stored") const {
    const bool names_a_store = arguments.find("--gatetest_store=") != std::string::npos;
    return "cd '" + folder().string() + "' && exec env -u CI CHILD_LOG='" +
           (folder_ / "log").string() + "' CHILD_ACCEPTED=accepted " + environment +
           " '" GATETEST_CHILDREN_DIR "/" + program + "' " +
           (names_a_store ? "" : "--gatetest_store=" + place() + " ") + arguments;
  }
  ProcessResult Run(const std::string& arguments, const std::string& environment = "") const {
    return RunProcess(Command(arguments, environment));
  }

  /// What models were asked since the last call, one request a line.
  std::vector<std::string> TakeAsked() {
    std::istringstream in(ReadAll(folder_ / "log"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::filesystem::remove(folder_ / "log");
    return lines;
  }

 private:
  const TemporaryFolder folder_;
};

/// "DATE" in place of each day.
inline std::string WithoutDates(const std::string& text) {
  return std::regex_replace(text, std::regex(R"(20\d\d-\d\d-\d\d)"), "DATE");
}

/// The first failure's text: from "Expected:" to the line before "[  FAILED  ]", without the
/// folders of this machine and without today's date.
inline std::string MessageIn(const std::string& output) {
  const std::size_t begin = output.find("Expected: ");
  if (begin == std::string::npos) return output;
  std::string text = output.substr(begin, output.find("[  FAILED  ]", begin) - begin);
  text = std::regex_replace(text, std::regex("cd [^ ]+ && [^ ]*/child_"), "cd DIR && child_");
  text = std::regex_replace(text, std::regex(R"((sqlite|recording):/[^ ]*/)"), "$1:DIR/");
  return WithoutDates(text);
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_STORED_CHILD_H_
