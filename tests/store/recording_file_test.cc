// What the files of a recording look like, and that they change only when they must: people review
// them as diffs.
#include "src/store/recording_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "src/model/request_key.h"
#include "src/store/recording_store.h"
#include "tests/store/recording_testing.h"

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;
using testing_support::AnswerOf;
using testing_support::FileNames;
using testing_support::Finds;
using testing_support::kDay;
using testing_support::KeysOf;
using testing_support::LinesOf;
using testing_support::ModelNamed;
using testing_support::QuestionOf;
using testing_support::ReadText;
using testing_support::Record;
using testing_support::RecordingOf;
using testing_support::TemporaryFolder;
using testing_support::TextOf;
using testing_support::WithoutSeal;
using testing_support::WriteText;

class RecordingFileTest : public ::testing::Test {
 protected:
  std::string Text() const { return ReadText(file_); }
  /// The samples of the answers, as they are in the file.
  std::vector<std::string> Samples() const {
    std::vector<std::string> samples;
    std::vector<std::string> lines = LinesOf(Text());
    for (std::size_t i = 1; i < lines.size(); ++i) {
      constexpr std::string_view kBefore = R"({"sample": ")";
      EXPECT_THAT(lines[i], StartsWith(std::string(kBefore)));
      samples.push_back(
          lines[i].substr(kBefore.size(), lines[i].find('"', kBefore.size()) - kBefore.size()));
    }
    return samples;
  }
  std::string Day() const {
    constexpr std::string_view kBefore = R"("recorded": ")";
    return Text().substr(Text().find(kBefore) + kBefore.size(), 10);
  }

  const TemporaryFolder test_folder_;
  const std::filesystem::path folder_ = test_folder_ / "recordings";
  const std::filesystem::path file_ = folder_ / "tiny.skills.jsonl";
};

TEST_F(RecordingFileTest, Golden) {
  const RecordedModel model = {
      .identity = R"({"name":"tinylm","quantization":"int4","weights":"xxh3:1"})",
      .info = {.name = "tinylm",
               .quantization = "int4",
               .weights = "xxh3:1",
               .api_key_variable = "SECRET_KEY"},
      .capabilities = {.score = true, .generate = true}};
  {
    const RecordingOf recording(folder_, model);
    const auto put = [&](const std::string& sample, std::size_t turn, std::uint8_t key,
                         const Response& response) {
      recording->Put({.key = WithModel({key}, ModelKey(model.identity)),
                      .sample = sample,
                      .turn = turn,
                      .request = R"({"kind":"generate","prompt":"47+93=","stop":["\n"]})"},
                     {.response = response, .recorded = 1'795'000'000});
    };
    put("sum-10", 0, 3, Response::Text("140", FinishReason::kStop));
    put("sum-2", 1, 1, Response::Text("five", FinishReason::kLength));
    put("sum-2", 0, 2, Response::Logprobs({-0.5, -1e-9}));
  }
  EXPECT_EQ(
      ReadText(folder_ / "tinylm-int4.skills.jsonl"),
      R"({"gatetest_recording": 1, "task": "skills", "recorded": "2026-11-18", "answers": "3:8f9cd0823289a04e", "model": {"can":["generate","score"],"identity":{"name":"tinylm","quantization":"int4","weights":"xxh3:1"},"info":{"name":"tinylm","quantization":"int4","weights":"xxh3:1"}}}
{"sample": "sum-2", "request": {"kind":"generate","prompt":"47+93=","stop":["\n"]}, "answer": {"logprobs":[-0.5,-1e-09]}, "key": "02000000000000000000000000000000", "check": "b616c9b34c042deb"}
{"sample": "sum-2", "turn": 1, "request": {"kind":"generate","prompt":"47+93=","stop":["\n"]}, "answer": {"text":"five","finish_reason":"length"}, "key": "01000000000000000000000000000000", "check": "bc04dc800200341d"}
{"sample": "sum-10", "request": {"kind":"generate","prompt":"47+93=","stop":["\n"]}, "answer": {"text":"140","finish_reason":"stop"}, "key": "03000000000000000000000000000000", "check": "7345e6101f518aa1"}
)");
}

TEST_F(RecordingFileTest, IsInNaturalOrder) {
  Record(folder_, {10, 2, 33, 1});
  EXPECT_THAT(Samples(), ElementsAre("1", "2", "10", "33"));
  Record(folder_, {3, 20, 0});
  EXPECT_THAT(Samples(), ElementsAre("0", "1", "2", "3", "10", "20", "33"));
  EXPECT_THAT(FileNames(folder_), ElementsAre("tiny.skills.jsonl")) << "and nothing else is left";
}

TEST_F(RecordingFileTest, IsCompleteBeforeItIsInOrder) {
  const RecordingOf recording(folder_);
  for (const std::uint64_t number : {2U, 1U, 2U}) {
    recording->Put(QuestionOf(number), AnswerOf(number));
  }
  recording->Put(QuestionOf(2), AnswerOf(7));
  EXPECT_THAT(Samples(), ElementsAre("2", "1", "2"));
  const RecordingOf reader(folder_);
  EXPECT_EQ(reader->Find(KeysOf(3))[2].value().response.text, "answer 7") << "the later one counts";
  EXPECT_EQ(reader.store->Holdings().at(0).answers, 2U);
}

TEST_F(RecordingFileTest, WhatAKilledProcessLeftIsCleanedUp) {
  Record(folder_, {2});
  WriteText(folder_ / ".gatetest.tmp", "half");
  Record(folder_, {1});
  EXPECT_THAT(FileNames(folder_), ElementsAre("tiny.skills.jsonl"));
  EXPECT_THAT(Samples(), ElementsAre("1", "2"));
}

TEST_F(RecordingFileTest, TheSameAnswersGiveTheSameBytesInWhateverOrder) {
  Record(folder_, {3, 1, 4, 15, 9, 2, 6});
  const std::string text = Text();
  std::vector<std::uint64_t> numbers = {1, 2, 3, 4, 6, 9, 15};
  for (int round = 0; round < 20; ++round) {
    std::filesystem::remove(file_);
    const std::size_t first_part = static_cast<std::size_t>(round) % numbers.size();
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(first_part);
    Record(folder_, {numbers.begin(), middle});
    Record(folder_, {middle, numbers.end()});
    EXPECT_EQ(Text(), text);
    std::next_permutation(numbers.begin(), numbers.end());
  }
}

TEST_F(RecordingFileTest, ReadingChangesNothing) {
  Record(folder_, {1, 2});
  std::vector<std::string> lines = LinesOf(Text());
  std::swap(lines[1], lines[2]);  // As people merge.
  WriteText(file_, TextOf(lines));
  {
    const RecordingOf recording(folder_);
    EXPECT_TRUE(Finds(*recording.shelf, 1));
    EXPECT_FALSE(Finds(*recording.shelf, 3));
    recording->Claim(KeysOf(5));
    recording.store->Prune(0);
  }
  EXPECT_EQ(Text(), TextOf(lines));
  Record(folder_, {3});
  EXPECT_THAT(Samples(), ElementsAre("1", "2", "3"));
}

TEST_F(RecordingFileTest, ARefreshThatFindsTheSameChangesNothing) {
  Record(folder_, {1, 2, 3});
  const std::string text = Text();
  struct stat before = {};
  ASSERT_EQ(::stat(file_.c_str(), &before), 0);
  Record(folder_, {3, 1, 2}, ModelNamed("tiny"), "skills", 100 * kDay);
  EXPECT_EQ(Text(), text);
  struct stat after = {};
  ASSERT_EQ(::stat(file_.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino) << "it is not even written";

  RecordingOf(folder_)->Put(QuestionOf(2), AnswerOf(7, 100 * kDay));
  EXPECT_EQ(Day(), "1970-01-01") << "of the oldest";
  std::vector<std::string> lines = LinesOf(text);
  std::vector<std::string> changed = LinesOf(Text());
  ASSERT_EQ(changed.size(), 4U);
  EXPECT_NE(changed[0], lines[0]) << "which says what is below it";
  EXPECT_EQ(WithoutSeal(changed[0]), WithoutSeal(lines[0]));
  EXPECT_NE(changed[2], lines[2]);
  changed[0] = lines[0];
  changed[2] = lines[2];
  EXPECT_EQ(changed, lines) << "only one answer is another";
  RecordingOf(folder_)->Put(QuestionOf(2), AnswerOf(2, 100 * kDay));
  EXPECT_EQ(Text(), text) << "and back";
}

TEST_F(RecordingFileTest, TheDayIsThatOfTheOldest) {
  Record(folder_, {1}, ModelNamed("tiny"), "skills", 20 * kDay + 7);
  EXPECT_EQ(Day(), "1970-01-21");
  Record(folder_, {2}, ModelNamed("tiny"), "skills", 30 * kDay);
  EXPECT_EQ(Day(), "1970-01-21");
  {
    const RecordingOf recording(folder_);
    recording->Put(QuestionOf(3), AnswerOf(3, 10 * kDay));
    EXPECT_EQ(Day(), "1970-01-11") << "at once: it is never younger than its answers";
    recording->Put(QuestionOf(1), AnswerOf(7, 40 * kDay));
    recording->Put(QuestionOf(2), AnswerOf(7, 40 * kDay));
    recording->Put(QuestionOf(3), AnswerOf(7, 41 * kDay));
  }
  EXPECT_EQ(Day(), "1970-02-10");
}

TEST_F(RecordingFileTest, WhereAnswersGetOldTheirDayCounts) {
  RecordedModel model = ModelNamed("tiny");
  model.info.provider = "somebody";
  model.info.max_age = std::chrono::hours(24);
  Record(folder_, {1, 2}, model, "skills", 20 * kDay);
  const std::vector<std::string> lines = LinesOf(Text());
  {
    const RecordingOf recording(folder_, model, "skills", 30 * kDay);
    EXPECT_FALSE(Finds(*recording.shelf, 1));
    recording->Put(QuestionOf(1), AnswerOf(1, 30 * kDay));
    EXPECT_TRUE(Finds(*recording.shelf, 1));
    EXPECT_FALSE(Finds(*recording.shelf, 2));
    // Another adds to the file meanwhile, which is read again.
    RecordingOf(folder_, model)->Put(QuestionOf(0), AnswerOf(0, 30 * kDay));
    EXPECT_TRUE(Finds(*recording.shelf, 1));
    recording->Put(QuestionOf(2), AnswerOf(2, 31 * kDay));
    recording->Put(QuestionOf(0), AnswerOf(0, 31 * kDay));
  }
  EXPECT_EQ(Day(), "1970-01-31");
  std::vector<std::string> after = LinesOf(Text());
  ASSERT_EQ(after.size(), 4U);
  EXPECT_THAT(after, ElementsAre(::testing::_, ::testing::_, lines[1], lines[2]));
}

TEST_F(RecordingFileTest, BuildsOfOneModelNeverShare) {
  RecordedModel other = ModelNamed("tiny");
  other.identity = R"({"build":"2","name":"tiny"})";
  Record(folder_, {1});
  Record(folder_, {2}, other);
  Record(folder_, {3});
  Record(folder_, {4}, other);
  const std::vector<std::string> names = FileNames(folder_);
  ASSERT_EQ(names.size(), 2U);
  const std::string hash = Hasher().Add(other.identity).Add("skills").Hex().substr(0, 8);
  EXPECT_THAT(names, ElementsAre("tiny.skills." + hash + ".jsonl", "tiny.skills.jsonl"));
  const RecordingOf one(folder_);
  const RecordingOf two(folder_, other);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    EXPECT_EQ(Finds(*one.shelf, i), i % 2 == 1) << i;
    EXPECT_EQ(Finds(*two.shelf, i), i % 2 == 0) << i;
  }
}

TEST_F(RecordingFileTest, IsKnownByItsHeaderNotItsName) {
  Record(folder_, {1});
  std::filesystem::rename(file_, folder_ / "mine.jsonl");
  Record(folder_, {2});
  EXPECT_THAT(FileNames(folder_), ElementsAre("mine.jsonl"));
  EXPECT_TRUE(Finds(*RecordingOf(folder_).shelf, 2));

  const RecordingOf recording(folder_);
  EXPECT_TRUE(Finds(*recording.shelf, 1));
  std::filesystem::rename(folder_ / "mine.jsonl", folder_ / "other.jsonl");
  EXPECT_TRUE(Finds(*recording.shelf, 1));
  std::filesystem::create_directory(folder_ / "sub.jsonl");
  std::filesystem::rename(folder_ / "other.jsonl", folder_ / "sub.jsonl/x.jsonl");
  EXPECT_FALSE(Finds(*recording.shelf, 1)) << "a folder in it is not looked into";
}

TEST_F(RecordingFileTest, ACopyInTheFolderIsReadAsOne) {
  Record(folder_, {1, 2}, ModelNamed("tiny"), "skills", 20 * kDay);
  std::filesystem::rename(file_, folder_ / "b.jsonl");
  {
    const TemporaryFolder elsewhere;
    const RecordingOf recording(elsewhere.path());
    recording->Put(QuestionOf(1), AnswerOf(7, 10 * kDay));
    recording->Put(QuestionOf(3), AnswerOf(3, 10 * kDay));
    std::filesystem::copy(elsewhere / "tiny.skills.jsonl", folder_ / "a.jsonl");
  }
  const RecordingOf recording(folder_);
  EXPECT_TRUE(Finds(*recording.shelf, 1)) << "the later";
  EXPECT_TRUE(Finds(*recording.shelf, 3));
  ASSERT_EQ(recording.store->Holdings().size(), 1U);
  EXPECT_EQ(recording.store->Holdings()[0].answers, 3U);
  recording->Put(QuestionOf(1), AnswerOf(8, 30 * kDay));
  EXPECT_EQ(RecordingOf(folder_)->Find(KeysOf(2))[1].value().response.text, "answer 8");
}

TEST_F(RecordingFileTest, NamesAreGoodForEveryFileSystem) {
  const auto name = [&](const std::string& model, const std::string& quantization,
                        const std::string& task) {
    std::filesystem::remove_all(folder_);
    RecordedModel recorded = ModelNamed(model);
    recorded.info.quantization = quantization;
    Record(folder_, {1}, recorded, task);
    EXPECT_TRUE(Finds(*RecordingOf(folder_, recorded, task).shelf, 1));
    return FileNames(folder_).at(0);
  };
  EXPECT_EQ(name("tiny", "f16", "skills"), "tiny-f16.skills.jsonl");
  EXPECT_EQ(name("org/tiny:7b", "", "a b\xC3\xA4\n"), "org_tiny_7b.a_b__.jsonl");
  EXPECT_EQ(name("..", "", "/"), "_.._.jsonl");
  EXPECT_EQ(name("--help", "", ""), "_-help..jsonl");
  const std::string longest = name(std::string(150, 'm'), "q", std::string(150, 't'));
  EXPECT_EQ(longest, std::string(150, 'm') + "-q." + std::string(27, 't') + ".jsonl");
}

TEST_F(RecordingFileTest, NamesThatAreCutMayBeTheSame) {
  for (const std::string end : {"1", "2"}) {
    Record(folder_, {1}, ModelNamed(std::string(250, 'm') + end));
  }
  EXPECT_EQ(FileNames(folder_).size(), 2U);
  for (const std::string& name : FileNames(folder_)) EXPECT_LT(name.size(), 200U);
  EXPECT_EQ(OpenRecording(folder_)->Holdings().size(), 2U);
}

TEST_F(RecordingFileTest, KeepsItsPermissions) {
  Record(folder_, {1});
  ASSERT_EQ(::chmod(file_.c_str(), 0640), 0);
  Record(folder_, {0});
  struct stat status = {};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(RecordingFileTest, LineEndsOfAnotherSystemAreRead) {
  Record(folder_, {1, 2});
  const std::string text = Text();
  std::string with_returns;
  for (const std::string& line : LinesOf(text)) with_returns += line + "\r\n";
  WriteText(file_, with_returns + "\r\n");
  Record(folder_, {1});
  EXPECT_EQ(Text(), with_returns + "\r\n") << "the same answer";
  Record(folder_, {2, 3});
  EXPECT_THAT(Samples(), ElementsAre("1", "2", "3"));
  const std::vector<std::string> before = LinesOf(text);
  const std::vector<std::string> lines = LinesOf(Text());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[1], before[1]);
  EXPECT_EQ(lines[2], before[2]);
}

}  // namespace
}  // namespace gatetest::internal
