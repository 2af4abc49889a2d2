#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "gatetest/error.h"
#include "gatetest/fingerprints.h"
#include "tests/support/errors.h"
#include "tests/support/run_process.h"
#include "tests/support/scoped_variable.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using testing_support::ErrorOf;
using testing_support::ProcessResult;
using testing_support::RunProcess;
using testing_support::ScopedVariable;
using testing_support::TemporaryFolder;

/// A repository with engine/kernel.cc and notes.txt, in one commit.
class GitCommitTest : public testing::Test {
 protected:
  void SetUp() override {
    if (RunProcess("git --version").exit_code != 0) GTEST_SKIP() << "there is no git";
    folder_.Write("engine/kernel.cc", "one\n");
    folder_.Write("notes.txt", "one\n");
    Git("init --quiet");
    Git("add .");
    Git("commit --quiet --message=one");
    commit_ = Git("rev-parse HEAD");
    commit_.pop_back();
  }

  std::string Git(const std::string& arguments, const std::string& within = ".") const {
    const ProcessResult result = RunProcess("git -C '" + (folder_ / within).string() +
                                            "' -c user.name=me -c user.email=me@example.com "
                                            "-c commit.gpgsign=false " +
                                            arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
  }

  std::string Commit() const { return GitCommit(folder_.path()); }

  const TemporaryFolder folder_;
  const TemporaryFolder cache_;
  const ScopedVariable notes_{"XDG_CACHE_HOME", cache_.path().string()};
  // So that nobody's settings count, nor a repository around the temporary folder.
  const ScopedVariable home_{"HOME", folder_.path().string()};
  const ScopedVariable ceiling_{"GIT_CEILING_DIRECTORIES", folder_.path().parent_path().string()};
  std::string commit_;
};

TEST_F(GitCommitTest, OfACleanWorkTreeIsItsCommit) {
  EXPECT_THAT(commit_, MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(Commit(), "git:" + commit_);
  EXPECT_EQ(GitCommit(folder_ / "engine"), "git:" + commit_);
}

TEST_F(GitCommitTest, OfChangesIsAHashOfThemToo) {
  folder_.Write("engine/kernel.cc", "two\n");
  const std::string two = Commit();
  EXPECT_THAT(two, MatchesRegex("git:" + commit_ + "\\+changes:[0-9a-f]+"));
  EXPECT_EQ(Commit(), two);
  folder_.Write("engine/kernel.cc", "three\n");
  EXPECT_NE(Commit(), two);
  folder_.Write("engine/kernel.cc", "two\n");
  EXPECT_EQ(Commit(), two);
  folder_.Write("engine/kernel.cc", "one\n");
  EXPECT_EQ(Commit(), "git:" + commit_);
}

TEST_F(GitCommitTest, StagedChangesAreChanges) {
  folder_.Write("engine/kernel.cc", "two\n");
  Git("add .");
  EXPECT_THAT(Commit(), StartsWith("git:" + commit_ + "+changes:"));
}

TEST_F(GitCommitTest, UntrackedFilesAreChanges) {
  std::set<std::string> seen = {Commit()};
  const auto is_new = [&] { return seen.insert(Commit()).second; };
  folder_.Write("engine/new.cc", "one\n");
  EXPECT_TRUE(is_new());
  folder_.Write("engine/new.cc", "two\n");
  EXPECT_TRUE(is_new());
  folder_.Write("engine/it's new.cc", "two\n");
  EXPECT_TRUE(is_new());
  fs::rename(folder_ / "engine/new.cc", folder_ / "engine/renamed.cc");
  EXPECT_TRUE(is_new());
  EXPECT_NE(GitCommit(folder_ / "engine"), "git:" + commit_);
}

TEST_F(GitCommitTest, IgnoredFilesAreNone) {
  folder_.Write(".gitignore", "*.o\n");
  Git("add .");
  Git("commit --quiet --message=ignore");
  const std::string clean = Commit();
  folder_.Write("engine/kernel.o", "binary");
  EXPECT_EQ(Commit(), clean);
}

TEST_F(GitCommitTest, ChangesOutsideOfTheFolderDoNotCount) {
  folder_.Write("notes.txt", "two\n");
  folder_.Write("more.txt", "two\n");
  EXPECT_EQ(GitCommit(folder_ / "engine"), "git:" + commit_);
  EXPECT_NE(Commit(), "git:" + commit_);
}

// Editors leave links that lead nowhere, and dependencies are repositories of their own.
TEST_F(GitCommitTest, UntrackedLinksAndRepositoriesAreChanges) {
  fs::create_symlink("nowhere", folder_ / ".#lock");
  const std::string one = Commit();
  EXPECT_THAT(one, HasSubstr("+changes:"));
  fs::remove(folder_ / ".#lock");
  fs::create_symlink("elsewhere", folder_ / ".#lock");
  EXPECT_NE(Commit(), one);
  fs::remove(folder_ / ".#lock");

  folder_.Write("dependency/a.cc", "one\n");
  Git("init --quiet", "dependency");
  Git("add .", "dependency");
  Git("commit --quiet --message=one", "dependency");
  const std::string with_dependency = Commit();
  EXPECT_THAT(with_dependency, HasSubstr("+changes:"));
  folder_.Write("dependency/a.cc", "two\n");
  EXPECT_NE(Commit(), with_dependency);
}

TEST_F(GitCommitTest, IsNotTouchedByTheUsersSettings) {
  folder_.Write("engine/kernel.cc", "two\n");
  folder_.Write("new.txt", "new\n");
  fs::rename(folder_ / "notes.txt", folder_ / "renamed.txt");
  Git("add --all notes.txt renamed.txt");
  const std::string before = Commit();
  folder_.Write(".gitconfig",
                "[diff]\nnoprefix = true\nrenames = copies\ncontext = 9\nalgorithm = patience\n"
                "external = false\n[status]\nshowUntrackedFiles = no\nrenames = copies\n"
                "[core]\nquotePath = true\nabbrev = 20\npager = false\n[color]\nui = always\n");
  folder_.Write(".git/info/exclude", ".gitconfig\n");
  EXPECT_EQ(Git("config diff.noprefix"), "true\n");
  EXPECT_EQ(Commit(), before);
}

// A gate that a hook runs has the variables of the hook's repository.
TEST_F(GitCommitTest, IsNotTouchedByTheRepositoryOfAHook) {
  const ScopedVariable folder("GIT_DIR", (folder_ / "other/.git").string());
  const ScopedVariable index("GIT_INDEX_FILE", (folder_ / "other/index").string());
  EXPECT_EQ(Commit(), "git:" + commit_);
}

TEST_F(GitCommitTest, WithoutAWorkTreeIsAnError) {
  const TemporaryFolder none;
  const ScopedVariable ceiling("GIT_CEILING_DIRECTORIES", none.path().parent_path().string());
  EXPECT_THAT(ErrorOf([&] { GitCommit(none.path()); }, ErrorCode::kNotFound),
              AllOf(StartsWith("the git commit of " + none.path().string() + " cannot be told: "),
                    HasSubstr("not a git repository")));
  EXPECT_THAT(ErrorOf([&] { GitCommit(none / "it's not there"); }, ErrorCode::kNotFound),
              HasSubstr("it's not there"));
}

TEST_F(GitCommitTest, WithoutACommitIsAnError) {
  const TemporaryFolder empty;
  ASSERT_EQ(RunProcess("git init --quiet '" + empty.path().string() + "'").exit_code, 0);
  EXPECT_THAT(ErrorOf([&] { GitCommit(empty.path()); }, ErrorCode::kNotFound),
              HasSubstr("cannot be told"));
}

TEST_F(GitCommitTest, WithoutGitIsAnError) {
  const ScopedVariable path("PATH", "/no/programs/here");
  EXPECT_THAT(ErrorOf([&] { Commit(); }, ErrorCode::kNotFound), HasSubstr("cannot be told"));
}

TEST_F(GitCommitTest, TellsChangesInASubmoduleApart) {
  const TemporaryFolder library;
  library.Write("kernel.cc", "one\n");
  const std::string git = "git -C '" + library.path().string() +
                          "' -c user.name=me -c user.email=me@example.com -c commit.gpgsign=false ";
  ASSERT_EQ(RunProcess(git + "init --quiet && " + git + "add . && " + git +
                       "commit --quiet --message=one")
                .exit_code,
            0);
  Git("-c protocol.file.allow=always submodule --quiet add '" + library.path().string() +
      "' library");
  Git("commit --quiet --message=library");
  const std::string clean = Commit();
  EXPECT_EQ(clean.find("+changes"), std::string::npos);
  folder_.Write("library/kernel.cc", "two\n");
  const std::string two = Commit();
  folder_.Write("library/kernel.cc", "three\n");
  const std::string three = Commit();
  EXPECT_NE(two, clean);
  EXPECT_NE(two, three);
  Git("config submodule.library.ignore dirty");
  EXPECT_EQ(Commit(), three) << "whatever the user's settings hide";
}

}  // namespace
}  // namespace gatetest
