// What the header of a recording says of the lines below it.
#include "src/store/recording_seal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "gatetest/error.h"
#include "src/store/recording_file.h"
#include "src/store/recording_store.h"
#include "tests/store/recording_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using ::testing::HasSubstr;
using testing_support::AnswerOf;
using testing_support::ErrorOf;
using testing_support::Finds;
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

TEST(RecordingSealTest, IsTheSameInWhateverOrder) {
  RecordingSeal one;
  one.Add("aa", "1");
  one.Add("bb", "2");
  RecordingSeal other;
  other.Add("bb", "2");
  EXPECT_FALSE(one == other);
  other.Add("aa", "1");
  EXPECT_TRUE(one == other);
  RecordingSeal exchanged;
  exchanged.Add("aa", "2");
  exchanged.Add("bb", "1");
  EXPECT_FALSE(one == exchanged);
}

TEST(RecordingSealTest, AsText) {
  EXPECT_EQ(SealToText({.answers = 120, .digest = 0x00AB}), "120:00000000000000ab");
  RecordingSeal seal;
  EXPECT_TRUE(SealFromText("120:f0000000000000ab", seal));
  EXPECT_TRUE((seal == RecordingSeal{.answers = 120, .digest = 0xF000'0000'0000'00AB}));
  for (const std::string text :
       {"", ":", "120", "120:ab", ":00000000000000ab", "-1:00000000000000ab",
        "120:00000000000000ab ", "120:0000000000000xab", "12x:00000000000000ab"}) {
    EXPECT_FALSE(SealFromText(text, seal)) << text;
  }
}

class SealedRecordingTest : public ::testing::Test {
 protected:
  std::string Text() const { return ReadText(file_); }
  bool IsSealed() const { return LinesOf(Text()).at(0).find("\"answers\": ") != std::string::npos; }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "tiny.skills.jsonl";
};

TEST_F(SealedRecordingTest, IsOpenWhileItIsWrittenTo) {
  {
    const RecordingOf recording(folder_.path());
    recording->Put(QuestionOf(1), AnswerOf(1));
    EXPECT_FALSE(IsSealed());
  }
  EXPECT_TRUE(IsSealed());
  const std::vector<std::string> sealed = LinesOf(Text());
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 1));
  recording->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_EQ(Text(), TextOf(sealed)) << "nothing is written";
  recording->Put(QuestionOf(2), AnswerOf(2));
  std::vector<std::string> open = LinesOf(Text());
  ASSERT_EQ(open.size(), 3U);
  EXPECT_EQ(open[0], WithoutSeal(sealed[0]));
  EXPECT_EQ(open[1], sealed[1]);
  recording->Put(QuestionOf(3), AnswerOf(3));
  EXPECT_EQ(Text().substr(0, TextOf(open).size()), TextOf(open)) << "the others are added only";
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(Finds(*recording.shelf, i)) << i;
}

TEST_F(SealedRecordingTest, OneThatIsOpenIsReadAsItIs) {
  Record(folder_.path(), {1, 2});
  const std::string sealed = Text();
  std::vector<std::string> lines = LinesOf(sealed);
  lines[0] = WithoutSeal(lines[0]);
  lines.push_back(lines[1]);
  WriteText(file_, TextOf(lines));
  {
    const RecordingOf recording(folder_.path());
    EXPECT_TRUE(Finds(*recording.shelf, 1));
    recording->Claim(KeysOf(4));
    recording->Put(QuestionOf(2), AnswerOf(2));
    EXPECT_EQ(recording.store->Holdings().at(0).answers, 2U);
  }
  EXPECT_EQ(Text(), TextOf(lines)) << "and stays open";
  Record(folder_.path(), {3});
  Record(folder_.path(), {2});
  EXPECT_TRUE(IsSealed());
}

TEST_F(SealedRecordingTest, FitsHoweverItsLinesLook) {
  Record(folder_.path(), {1, 2, 3});
  std::vector<std::string> lines = LinesOf(Text());
  std::reverse(lines.begin() + 1, lines.end());
  lines.push_back(lines[1]);
  std::string text;
  for (std::string line : lines) {
    for (std::size_t at = 0; (at = line.find("\": ", at)) != std::string::npos;) {
      line.replace(at, 3, "\" :\t");
    }
    text += line + "\r\n";
  }
  WriteText(file_, text);
  const RecordingOf recording(folder_.path());
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(Finds(*recording.shelf, i)) << i;
}

TEST_F(SealedRecordingTest, IsOfTheLinesThatCount) {
  Record(folder_.path(), {1, 2, 3});
  const std::string text = Text();
  Record(folder_.path(), {4});
  RecordingOf(folder_.path())->Put(QuestionOf(4), AnswerOf(7));
  EXPECT_NE(Text(), text);
  const auto answer = RecordingOf(folder_.path())->Find(KeysOf(5)).at(4);
  EXPECT_EQ(answer.value().response.text, "answer 7");
}

class MergedRecordingTest : public SealedRecordingTest {
 protected:
  /// What all that reads or writes says of it, with FILE for the path.
  std::string ErrorOfAll(const std::vector<std::string>& lines) const {
    WriteText(file_, TextOf({lines_[0], lines_[1], lines_[2]}));
    const RecordingOf opened_before(folder_.path());
    WriteText(file_, TextOf(lines));
    const auto error_of = [](const std::function<void()>& call) {
      return ErrorOf(call, ErrorCode::kStoreFailed);
    };
    std::string error = error_of([&] { RecordingOf(folder_.path()); });
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { opened_before->Find(KeysOf(2)); }, [&] { opened_before->Claim(KeysOf(2)); },
             [&] { opened_before->Filed("1", 0); }, [&] { opened_before.store->Holdings(); },
             [&] { opened_before->Put(QuestionOf(1), AnswerOf(1)); },
             [&] { opened_before->Put(QuestionOf(5), AnswerOf(5)); }}) {
      EXPECT_EQ(error_of(call), error);
    }
    EXPECT_EQ(Text(), TextOf(lines)) << "nothing is mixed";
    for (std::size_t at = 0; (at = error.find(file_.string())) != std::string::npos;) {
      error.replace(at, file_.string().size(), "FILE");
    }
    return error;
  }

  void SetUp() override {
    Record(folder_.path(), {1, 2});
    lines_ = LinesOf(Text());
    RecordingOf(folder_.path())->Put(QuestionOf(1), AnswerOf(7));
    changed_ = LinesOf(Text());
    Record(folder_.path(), {3});
    longer_ = LinesOf(Text());
  }

  std::vector<std::string> lines_;
  std::vector<std::string> changed_;  ///< Another answer to 1.
  std::vector<std::string> longer_;   ///< And one to 3.
};

constexpr std::string_view kMerged =
    ": the file was merged or edited by hand; take one side whole (git checkout --ours FILE, or "
    "--theirs; after the merge git checkout BRANCH FILE), or delete it to record its answers anew";

TEST_F(MergedRecordingTest, LinesOfAnotherRecording) {
  EXPECT_EQ(ErrorOfAll({lines_[0], changed_[1], lines_[2]}),
            "FILE:1: its header is of 2 other answers" + std::string(kMerged));
}

TEST_F(MergedRecordingTest, MoreLinesOrFewer) {
  EXPECT_EQ(ErrorOfAll({lines_[0], lines_[1], lines_[2], longer_[3]}),
            "FILE:1: its header is of 2 answers, but there are 3" + std::string(kMerged));
  EXPECT_EQ(ErrorOfAll({lines_[0], lines_[2]}),
            "FILE:1: its header is of 2 answers, but there is 1" + std::string(kMerged));
  const std::string cut = lines_[2].substr(0, lines_[2].size() / 2);
  WriteText(file_, TextOf({lines_[0], lines_[1]}) + cut);
  EXPECT_THAT(ErrorOf([&] { RecordingOf(folder_.path()); }, ErrorCode::kStoreFailed),
              HasSubstr(":1: its header is of 2 answers, but there is 1"))
      << "no process of ours leaves that";
}

TEST_F(MergedRecordingTest, ALaterLineOfAKeyCounts) {
  EXPECT_EQ(ErrorOfAll({lines_[0], lines_[1], lines_[2], changed_[1]}),
            "FILE:1: its header is of 2 other answers" + std::string(kMerged));
  WriteText(file_, TextOf({lines_[0], changed_[1], lines_[2], lines_[1]}));
  EXPECT_TRUE(Finds(*RecordingOf(folder_.path()).shelf, 1));
}

TEST_F(MergedRecordingTest, ALineThatIsAddedWhileItIsOpen) {
  WriteText(file_, TextOf(lines_));
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 1));
  WriteText(file_, TextOf(lines_) + longer_[3] + "\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(ErrorOf([&] { recording->Find(KeysOf(4)); }, ErrorCode::kStoreFailed),
                HasSubstr("of 2 answers, but there are 3"));
  }
  WriteText(file_, TextOf(longer_));
  EXPECT_TRUE(Finds(*recording.shelf, 3)) << "a side that was taken whole";
}

TEST_F(MergedRecordingTest, AHeaderThatWasReplacedBeforeItsLinesAreRead) {
  const std::string open = WithoutSeal(lines_[0]);
  RecordingFile file(file_);
  WriteText(file_, TextOf({open, lines_[1]}));
  ASSERT_TRUE(file.Refresh());
  file.Check();
  WriteText(file_, TextOf(lines_));
  ASSERT_TRUE(file.Refresh());
  // Another process records meanwhile, which adds to what is known already.
  WriteText(file_, TextOf({open, lines_[1], lines_[2], longer_[3]}));
  EXPECT_EQ(file.InOrder().size(), 3U);
}

TEST_F(MergedRecordingTest, AnAnswerThatWasEditedIsNamedByItself) {
  std::string edited = lines_[1];
  edited.replace(edited.find("answer 1"), 8, "answer 9");
  WriteText(file_, TextOf({lines_[0], edited, lines_[2]}));
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 2)) << "its line says what was recorded";
  EXPECT_THAT(recording->Find(KeysOf(2)).at(1).value().response.failure,
              HasSubstr(":2: the answer does not fit its \"check\""));
}

TEST_F(MergedRecordingTest, OfAnotherModelIsInNobodysWay) {
  Record(folder_.path(), {5}, ModelNamed("other"));
  WriteText(file_, TextOf({lines_[0], changed_[1], lines_[2]}));
  const RecordingOf other(folder_.path(), ModelNamed("other"));
  EXPECT_TRUE(Finds(*other.shelf, 5));
  other->Put(QuestionOf(6), AnswerOf(6));
}

}  // namespace
}  // namespace gatetest::internal
