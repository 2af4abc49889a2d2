// Files that people, merges and killed processes have changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gatetest/error.h"
#include "src/store/recording_store.h"
#include "tests/store/recording_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

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

class RecordingDamageTest : public ::testing::Test {
 protected:
  RecordingDamageTest() {
    Record(folder_.path(), {1, 2, 3});
    lines_ = LinesOf(ReadText(file_));
  }

  /// With one line replaced, and what that makes the first Find say.
  std::string ErrorOfFind(std::size_t line, const std::string& text) const {
    WriteText(file_, TextOf(lines_));
    const RecordingOf recording(folder_.path());
    std::vector<std::string> lines = lines_;
    lines.at(line - 1) = text;
    WriteText(file_, TextOf(lines));
    const std::string error = ErrorOf([&] { recording->Find(KeysOf(2)); }, ErrorCode::kStoreFailed);
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { recording->Claim(KeysOf(2)); }, [&] { recording->Filed("1", 0); },
             [&] { recording.store->Holdings(); }, [&] { RecordingOf(folder_.path()); },
             [&] { recording->Put(QuestionOf(1), AnswerOf(1)); }}) {
      EXPECT_EQ(ErrorOf(call, ErrorCode::kStoreFailed), error);
    }
    EXPECT_EQ(ReadText(file_), TextOf(lines)) << "nothing is made worse";
    return Short(error);
  }
  std::string ErrorOfOpening(const std::string& header) const {
    std::vector<std::string> lines = lines_;
    lines[0] = header;
    WriteText(file_, TextOf(lines));
    return Short(ErrorOf([&] { OpenRecording(folder_.path()); }, ErrorCode::kStoreFailed));
  }
  /// With FILE for the path.
  std::string Short(std::string text) const {
    for (std::size_t at = 0; (at = text.find(file_.string())) != std::string::npos;) {
      text.replace(at, file_.string().size(), "FILE");
    }
    return text;
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "tiny.skills.jsonl";
  std::vector<std::string> lines_;
};

TEST_F(RecordingDamageTest, ADamagedLineIsNamed) {
  const std::string repair =
      "; restore the line (git checkout FILE), or delete the file to record its answers anew";
  EXPECT_EQ(
      ErrorOfFind(3, lines_[2].substr(0, 30)),
      "FILE:3: not valid JSON: syntax error while parsing object key - invalid string: missing "
      "closing quote; last read: '\"k'; expected string literal at column 31; an answer is "
      "one object on one line" +
          repair);
  EXPECT_EQ(ErrorOfFind(4, "{}"), "FILE:4: field \"sample\" is missing" + repair);
  EXPECT_EQ(ErrorOfFind(2, "[]"),
            "FILE:2: expected an object, but found an array; an answer is one object on one line" +
                repair);
  std::string not_utf8 = lines_[1];
  not_utf8.replace(not_utf8.find("answer 1"), 8, "answer \xFF");
  EXPECT_EQ(ErrorOfFind(2, not_utf8), "FILE:2: byte 0xFF at column 88 is not UTF-8 text" + repair);
}

TEST_F(RecordingDamageTest, AMergeConflictIsNamed) {
  const std::string repair =
      "git left a merge conflict here; take one side (git checkout --ours FILE, or --theirs), and "
      "record what is then missing";
  EXPECT_EQ(ErrorOfFind(3, "<<<<<<< HEAD"), "FILE:3: " + repair);
  EXPECT_EQ(ErrorOfOpening("<<<<<<< HEAD"), "FILE:1: " + repair);
}

TEST_F(RecordingDamageTest, ASecondHeaderIsNamed) {
  EXPECT_EQ(ErrorOfFind(3, lines_[0]),
            "FILE:3: a second header; put it and the answers below it into a file of their own, "
            "or restore the file (git checkout FILE)");
}

TEST_F(RecordingDamageTest, ADamagedHeaderIsNamedAtOnce) {
  const std::string repair =
      "; restore the line (git checkout FILE), or delete the file to record its answers anew";
  EXPECT_EQ(ErrorOfOpening("{\"gatetest_recording\": 1}"),
            "FILE:1: field \"task\" of the header is missing" + repair);
  EXPECT_EQ(ErrorOfOpening("{\"gatetest_recording\": 2}"),
            "FILE:1: was written by a newer GateTest (recording version 2; this one reads up to "
            "1); use that, or choose another folder");
  EXPECT_EQ(ErrorOfOpening("{\"gatetest_recording\": "),
            "FILE:1: not valid JSON: syntax error while parsing value - unexpected end of input; "
            "expected '[', '{', or a literal at column 24; it is the header of a recording" +
                repair);
  EXPECT_EQ(ErrorOfOpening("{\"gatetest_recording\": \xFF"),
            "FILE:1: byte 0xFF at column 24 is not UTF-8 text" + repair);
  for (const std::string answers : {"3", "3:12", ":0123456789abcdef", "3:0123456789abcdeg"}) {
    std::string header = lines_[0];
    header.replace(header.find("3:"), 18, answers);
    EXPECT_EQ(ErrorOfOpening(header),
              "FILE:1: field \"answers\" should be a number, a colon and 16 digits of 0-9 and a-f, "
              "but is \"" +
                  answers + "\"" + repair);
  }
}

TEST_F(RecordingDamageTest, AFileThatIsNoRecordingIsNamedAndNotToBeDeleted) {
  const std::string error =
      "FILE:1: is no recording: its first line is no header; keep recordings in a folder of their "
      "own";
  EXPECT_EQ(ErrorOfOpening(lines_[1]), error);
  EXPECT_EQ(ErrorOfOpening(R"({"id": "1", "text": "a data set"})"), error);
  EXPECT_EQ(ErrorOfOpening(""), error);
  EXPECT_EQ(ErrorOfOpening("\xFF"), error);
  WriteText(file_, "");
  EXPECT_EQ(Short(ErrorOf([&] { OpenRecording(folder_.path()); }, ErrorCode::kStoreFailed)), error);
}

TEST_F(RecordingDamageTest, AFormatterMayPutTheHeaderInAnotherOrder) {
  const std::size_t comma = lines_[0].find(", ");
  const std::string header = "{" + lines_[0].substr(comma + 2, lines_[0].size() - comma - 3) +
                             ", \"gatetest_recording\":1}";
  WriteText(file_, TextOf({header, lines_[1], lines_[2], lines_[3]}));
  EXPECT_TRUE(Finds(*RecordingOf(folder_.path()).shelf, 3));
}

TEST_F(RecordingDamageTest, DamageWhileItIsOpenIsNamed) {
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 1));
  std::vector<std::string> lines = lines_;
  lines[0] = "{}";
  WriteText(file_, TextOf(lines));
  EXPECT_EQ(
      Short(ErrorOf([&] { recording->Find(KeysOf(2)); }, ErrorCode::kStoreFailed)).substr(0, 8),
      "FILE:1: ");
  WriteText(file_, TextOf(lines_));
  EXPECT_TRUE(Finds(*recording.shelf, 1)) << "and it is found again once it is repaired";
}

TEST_F(RecordingDamageTest, DamageElsewhereIsInNobodysWay) {
  Record(folder_.path(), {5}, ModelNamed("other"));
  const std::filesystem::path other = folder_ / "other.skills.jsonl";
  WriteText(other, ReadText(other) + "damaged\n");
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 1));
  EXPECT_FALSE(Finds(*recording.shelf, 5));
  recording->Put(QuestionOf(5), AnswerOf(5));
}

TEST_F(RecordingDamageTest, AnAnswerThatWasEditedSaysSo) {
  std::string edited = lines_[2];
  edited.replace(edited.find("answer 2"), 8, "answer 3");
  std::vector<std::string> lines = lines_;
  lines[2] = edited;
  WriteText(file_, TextOf(lines));
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 1));
  const auto found = recording->Find(KeysOf(3));
  ASSERT_TRUE(found[2]);
  EXPECT_EQ(Short(found[2]->response.failure),
            "its recorded answer was edited by hand (FILE:3: the answer does not fit its "
            "\"check\"); restore it, or record it anew with --gatetest_mode=refresh");
  EXPECT_EQ(found[2]->response.text, "");
  recording->Put(QuestionOf(2), AnswerOf(2));
  EXPECT_TRUE(Finds(*recording.shelf, 2));
}

TEST_F(RecordingDamageTest, LinesMayBeReorderedAndDoubled) {
  WriteText(file_, TextOf({lines_[0], lines_[3], lines_[2], lines_[1], lines_[2], ""}));
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(Finds(*RecordingOf(folder_.path()).shelf, i));

  RecordingOf(folder_.path())->Put(QuestionOf(1), AnswerOf(7));
  const std::string sealed = LinesOf(ReadText(file_))[0];
  const std::string newer = LinesOf(ReadText(file_))[1];
  WriteText(file_, TextOf({WithoutSeal(sealed), lines_[3], lines_[1], lines_[2], newer, ""}));
  {
    const RecordingOf recording(folder_.path());
    EXPECT_EQ(recording->Find(KeysOf(2))[1].value().response.text, "answer 7");
    EXPECT_TRUE(Finds(*recording.shelf, 2));
    EXPECT_TRUE(Finds(*recording.shelf, 3));
    recording->Put(QuestionOf(2), AnswerOf(8));
    recording->Put(QuestionOf(2), AnswerOf(2));
  }
  EXPECT_EQ(ReadText(file_), TextOf({sealed, newer, lines_[2], lines_[3]}));
}

TEST_F(RecordingDamageTest, ALastLineThatWasCutOffIsIgnored) {
  const std::string sealed = TextOf(lines_);
  lines_[0] = WithoutSeal(lines_[0]);  // As while it is written to.
  const std::string whole = TextOf(lines_);
  for (const std::size_t cut : {std::size_t{2}, lines_[3].size() / 2, lines_[3].size()}) {
    WriteText(file_, whole.substr(0, whole.size() - cut));
    {
      const RecordingOf recording(folder_.path());
      EXPECT_TRUE(Finds(*recording.shelf, 2));
      EXPECT_FALSE(Finds(*recording.shelf, 3));
      EXPECT_EQ(ReadText(file_), whole.substr(0, whole.size() - cut)) << "reading changes nothing";
      recording->Put(QuestionOf(3), AnswerOf(3));
      EXPECT_EQ(ReadText(file_), whole) << "before it is put in order";
      EXPECT_TRUE(Finds(*recording.shelf, 3));
    }
    EXPECT_EQ(ReadText(file_), sealed);
  }
}

TEST_F(RecordingDamageTest, ALastLineThatOnlyLacksItsEndCounts) {
  lines_[0] = WithoutSeal(lines_[0]);
  const std::string whole = TextOf(lines_);
  const std::string cut = whole.substr(0, whole.size() - 1);
  WriteText(file_, cut);
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 3));
  recording->Put(QuestionOf(3), AnswerOf(3));
  EXPECT_EQ(ReadText(file_), cut) << "the same";
  recording->Put(QuestionOf(4), AnswerOf(4));
  const std::string text = ReadText(file_);
  EXPECT_EQ(text.substr(0, whole.size()), whole);
  EXPECT_EQ(LinesOf(text).size(), 5U);
  for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_TRUE(Finds(*recording.shelf, i)) << i;
}

TEST_F(RecordingDamageTest, LinesAreCountedRightWhateverIsAdded) {
  const std::string whole = TextOf(lines_);
  WriteText(file_, whole.substr(0, whole.size() - 1));
  const RecordingOf recording(folder_.path());
  EXPECT_TRUE(Finds(*recording.shelf, 3));
  WriteText(file_, whole + "{}\n");
  EXPECT_EQ(
      Short(ErrorOf([&] { recording->Find(KeysOf(2)); }, ErrorCode::kStoreFailed)).substr(0, 8),
      "FILE:5: ");
}

TEST_F(RecordingDamageTest, ALineThatIsReadInTwoPieces) {
  lines_[0] = WithoutSeal(lines_[0]);
  const std::string whole = TextOf(lines_);
  const RecordingOf recording(folder_.path());
  for (std::size_t size = TextOf({lines_[0]}).size(); size <= whole.size(); ++size) {
    WriteText(file_, whole.substr(0, size));
    std::size_t lines = 0;
    for (const auto& answer : recording->Find(KeysOf(5))) lines += answer ? 1 : 0;
    std::size_t expected = 0;
    for (std::size_t i = 2; i <= lines_.size(); ++i) {
      const std::string to_here = TextOf({lines_.begin(), lines_.begin() + std::ptrdiff_t(i)});
      expected += size + 1 >= to_here.size() ? 1 : 0;
    }
    ASSERT_EQ(lines, expected) << size;
  }
}

}  // namespace
}  // namespace gatetest::internal
