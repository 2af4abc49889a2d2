#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/fingerprints.h"
#include "tests/support/errors.h"
#include "tests/support/scoped_variable.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::ErrorOf;
using testing_support::ScopedVariable;
using testing_support::TemporaryFolder;

/// A folder of files, and one for what is remembered of them.
class FileHashTest : public testing::Test {
 protected:
  /// The files in which hashes are remembered.
  std::vector<fs::path> Notes() const {
    std::vector<fs::path> notes;
    if (!fs::exists(cache_ / "gatetest")) return notes;
    for (const auto& entry : fs::recursive_directory_iterator(cache_ / "gatetest")) {
      if (entry.is_regular_file()) notes.push_back(entry.path());
    }
    return notes;
  }

  static void SetAge(const fs::path& file, std::chrono::seconds age) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - age);
  }

  /// A file that counts as just changed, however long this test takes.
  fs::path WriteFresh(const std::string& name, const std::string& content) const {
    fs::path file = folder_.Write(name, content);
    SetAge(file, std::chrono::hours(-1));
    return file;
  }

  /// Has the remembered hash say something that no file's is.
  static void Forge(const fs::path& note) {
    std::string line;
    std::ifstream in(note);
    std::getline(in, line);
    const std::size_t hash = line.find("xxh3:");
    ASSERT_NE(hash, std::string::npos) << line;
    std::ofstream(note) << line.substr(0, hash) << "xxh3:forged\n";
  }

  /// What FileHash says in a process that knows nothing but what was noted.
  std::string InAnotherProcess(const fs::path& file) const {
    const fs::path said = folder_ / "said";
    const pid_t child = ::fork();
    if (child == 0) {
      int result = 1;
      try {
        std::ofstream(said) << FileHash(file) << std::flush;
        result = 0;
      } catch (const Error&) {
        result = 2;
      }
      ::_exit(result);
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    std::ifstream in(said);
    std::string text;
    std::getline(in, text);
    return text;
  }

  const TemporaryFolder folder_;
  const TemporaryFolder cache_;
  const ScopedVariable variable_{"XDG_CACHE_HOME", cache_.path().string()};
};

TEST_F(FileHashTest, IsOfTheContent) {
  // XXH3_128bits of "abc", from a C program.
  EXPECT_EQ(FileHash(folder_.Write("a", "abc")), "xxh3:06b05ab6733a618578af5f94892f3950");
  EXPECT_EQ(FileHash(folder_.Write("b", "abc")), FileHash(folder_ / "a"));
  EXPECT_NE(FileHash(folder_.Write("c", "abd")), FileHash(folder_ / "a"));
  EXPECT_NE(FileHash(folder_.Write("d", "")), FileHash(folder_ / "a"));
  const std::string long_content(std::size_t{3} << 20U, 'x');
  EXPECT_NE(FileHash(folder_.Write("e", long_content)),
            FileHash(folder_.Write("f", long_content + "y")));
}

TEST_F(FileHashTest, FollowsLinks) {
  const fs::path file = folder_.Write("a", "abc");
  fs::create_symlink(file, folder_ / "link");
  EXPECT_EQ(FileHash(folder_ / "link"), FileHash(file));
}

TEST_F(FileHashTest, OfAFileThatWasJustChangedIsNotRemembered) {
  const fs::path file = WriteFresh("a", "abc");
  const std::string before = FileHash(file);
  EXPECT_THAT(Notes(), IsEmpty());
  // Within the clock's resolution a change may leave all else as it was.
  const auto time = fs::last_write_time(file);
  std::ofstream(file) << "abd";
  fs::last_write_time(file, time);
  EXPECT_NE(FileHash(file), before);
}

TEST_F(FileHashTest, OfAnOldFileIsRememberedByThisProcess) {
  const fs::path file = folder_.Write("a", "abc");
  SetAge(file, std::chrono::hours(1));
  const std::string hash = FileHash(file);
  ASSERT_THAT(Notes(), SizeIs(1));
  fs::remove(Notes()[0]);
  EXPECT_EQ(FileHash(file), hash);
  EXPECT_THAT(Notes(), IsEmpty()) << "it was hashed again";
}

TEST_F(FileHashTest, OfAnOldFileIsRememberedForOtherProcesses) {
  const fs::path file = folder_.Write("a", "abc");
  SetAge(file, std::chrono::hours(1));
  EXPECT_EQ(InAnotherProcess(file), FileHash(WriteFresh("same", "abc")));
  ASSERT_THAT(Notes(), SizeIs(1));
  Forge(Notes()[0]);
  EXPECT_EQ(FileHash(file), "xxh3:forged");
  SetAge(file, std::chrono::hours(2));
  EXPECT_EQ(FileHash(file), FileHash(folder_ / "same")) << "the note is of another time";
}

TEST_F(FileHashTest, OfAFileThatWasJustChangedIsNotTakenFromANote) {
  const fs::path file = folder_.Write("a", "abc");
  SetAge(file, std::chrono::hours(1));
  InAnotherProcess(file);
  ASSERT_THAT(Notes(), SizeIs(1));
  Forge(Notes()[0]);
  WriteFresh("a", "abd");
  EXPECT_EQ(FileHash(file), FileHash(WriteFresh("same", "abd")));
}

TEST_F(FileHashTest, OfAFileThatWasChangedAndGivenItsOldTimeIsTakenAgain) {
  const fs::path file = folder_.Write("a", "abc");
  SetAge(file, std::chrono::hours(1));
  const auto time = fs::last_write_time(file);
  const std::string before = FileHash(file);
  // Build systems that clamp times do this; quantized files are often of equal size.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::ofstream(file) << "abd";
  fs::last_write_time(file, time);
  EXPECT_NE(FileHash(file), before);
  EXPECT_NE(InAnotherProcess(file), before);
}

TEST_F(FileHashTest, OfAFileWithAnotherTimeIsTakenAgain) {
  const fs::path file = folder_.Write("a", "abc");
  SetAge(file, std::chrono::hours(2));
  const std::string before = FileHash(file);
  std::ofstream(file) << "abd";
  SetAge(file, std::chrono::hours(1));
  EXPECT_NE(FileHash(file), before);
}

TEST_F(FileHashTest, OfAFileWithAnotherSizeIsTakenAgain) {
  const fs::path file = folder_.Write("a", "abc");
  SetAge(file, std::chrono::hours(2));
  const auto time = fs::last_write_time(file);
  const std::string before = FileHash(file);
  std::ofstream(file) << "abcd";
  fs::last_write_time(file, time);
  EXPECT_NE(FileHash(file), before);
}

TEST_F(FileHashTest, NeedsNoPlaceToRememberIt) {
  const fs::path file = folder_.Write("a", "abc");
  SetAge(file, std::chrono::hours(1));
  // No folder can be made below a file, whoever runs this.
  const ScopedVariable unwritable("XDG_CACHE_HOME", folder_.Write("blocker", "").string());
  EXPECT_EQ(FileHash(file), "xxh3:06b05ab6733a618578af5f94892f3950");
}

TEST_F(FileHashTest, OfWhatIsNoFileIsAnError) {
  EXPECT_EQ(ErrorOf([&] { FileHash("/no/such/file"); }, ErrorCode::kNotFound),
            "/no/such/file cannot be read, so its content cannot be told from another's: No such "
            "file or directory. (ModelInfo::weights_file and libraries are read to know whose "
            "answers are recorded; ModelInfo::weights is a revision that you state instead.)");
  EXPECT_THAT(ErrorOf([&] { FileHash(folder_.path()); }, ErrorCode::kNotFound),
              AllOf(HasSubstr(folder_.path().string()), HasSubstr("Is a directory")));
}

}  // namespace
}  // namespace gatetest
