#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/fingerprints.h"
#include "src/data/hash.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

struct Output {
  std::string text;
  int status = -1;
};

Output Run(const std::string& command) {
  Output output;
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.text.append(buffer.data(), size);
  }
  output.status = ::pclose(pipe);
  return output;
}

/// What git prints; throws when it fails. Neither the user's settings nor a prompt can change it,
/// nor the repository of a hook that this is run by.
std::string Git(const std::filesystem::path& folder, const std::string& arguments) {
  const std::string command = fmt::format(
      "unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX; "
      "LC_ALL=C GIT_OPTIONAL_LOCKS=0 git -C {} {}",
      internal::ShellQuoted(folder.string()), arguments);
  // Its warnings are no part of what it says.
  const Output output = Run(command + " 2>/dev/null");
  if (output.status == 0) return output.text;
  std::string why = Run(command + " 2>&1 >/dev/null").text;
  why.erase(why.find_last_not_of('\n') + 1);
  throw Error(ErrorCode::kNotFound,
              fmt::format("the git commit of {} cannot be told: {}", folder.string(),
                          why.empty() ? "git does not run" : why));
}

/// Of a list in which each is ended by a NUL.
std::vector<std::string> Entries(const std::string& list) {
  std::vector<std::string> entries;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find('\0', begin), list.size());
    entries.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return entries;
}

/// What an untracked file holds. A repository within the work tree is listed as a folder.
std::string ContentOf(const std::filesystem::path& file) {
  if (std::filesystem::is_symlink(file)) return std::filesystem::read_symlink(file).string();
  return std::filesystem::is_directory(file) ? GitCommit(file) : FileHash(file);
}

}  // namespace

std::string GitCommit(const std::filesystem::path& folder) {
  std::string commit = Git(folder, "rev-parse --verify HEAD");
  commit.erase(commit.find_last_not_of('\n') + 1);
  const std::string changes = Git(
      folder,
      "status --porcelain=v1 -z --no-renames --untracked-files=all --ignore-submodules=none -- .");
  if (changes.empty()) return "git:" + commit;
  internal::Hasher hasher;
  hasher.Add(changes).Add(
      Git(folder,
          "diff --no-ext-diff --no-textconv --no-color --no-renames --full-index --binary "
          "--submodule=short --ignore-submodules=none --src-prefix=a/ --dst-prefix=b/ "
          "--diff-algorithm=myers --unified=3 "
          "HEAD -- ."));
  for (const std::string& name :
       Entries(Git(folder, "ls-files --others --exclude-standard -z -- ."))) {
    hasher.Add(name).Add(ContentOf(folder / name));
  }
  // Of a submodule the difference says no more than that it has changes.
  for (const std::string& entry : Entries(Git(folder, "ls-files --stage -z -- ."))) {
    constexpr std::string_view kSubmodule = "160000 ";
    if (!entry.starts_with(kSubmodule)) continue;
    const std::string name = entry.substr(entry.find('\t') + 1);
    if (std::filesystem::exists(folder / name / ".git")) {
      hasher.Add(name).Add(GitCommit(folder / name));
    }
  }
  return fmt::format("git:{}+changes:{}", commit, hasher.Hex().substr(0, 16));
}

}  // namespace gatetest
