// Runs of the child program `speed`, in a folder of their own.
#ifndef GATETEST_TESTS_SUPPORT_SPEED_CHILD_H_
#define GATETEST_TESTS_SUPPORT_SPEED_CHILD_H_

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace gatetest::testing_support {

/// Without a store, unless the arguments name one. Its log is in the folder.
class SpeedChild {
 public:
  const TemporaryFolder& folder() const { return folder_; }

  /// The command line, for a shell of its own.
  std::string Command(const std::string& arguments, const std::string& environment = "") const {
    const bool names_a_store = arguments.find("--gatetest_store=") != std::string::npos;
    return "cd '" + folder_.path().string() + "' && exec env CHILD_LOG='" +
           (folder_ / "log").string() + "' " + environment +
           " '" GATETEST_CHILDREN_DIR "/child_speed' " +
           (names_a_store ? "" : "--gatetest_store=none ") + arguments;
  }
  ProcessResult Run(const std::string& arguments, const std::string& environment = "") const {
    return RunProcess(Command(arguments, environment));
  }

  std::string Read(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  /// Since the last call: how many requests, or loads, of the model began with that.
  std::size_t TakeLogged(const std::string& begin) {
    std::istringstream in(Read("log"));
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);) count += line.starts_with(begin) ? 1 : 0;
    std::filesystem::remove(folder_ / "log");
    return count;
  }

 private:
  const TemporaryFolder folder_;
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_SPEED_CHILD_H_
