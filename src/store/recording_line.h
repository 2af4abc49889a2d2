// The lines of a recording: the header that its file begins with, then one line an answer.
#ifndef GATETEST_SRC_STORE_RECORDING_LINE_H_
#define GATETEST_SRC_STORE_RECORDING_LINE_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/store.h"
#include "src/store/recording_seal.h"

namespace gatetest::internal {

/// Where a line is; for messages.
struct RecordingPlace {
  const std::filesystem::path& file;
  std::size_t line;  ///< Counted from 1.
};

/// "PATH:LINE: `what`". Throws Error(kStoreFailed).
[[noreturn]] void ThrowAtLine(const RecordingPlace& place, const std::string& what);
/// The same, and how to repair the line. (It cannot be deleted: the header counts it.)
[[noreturn]] void ThrowDamagedLine(const RecordingPlace& place, const std::string& what);

struct RecordingHeader {
  std::string task = {};
  std::int64_t recorded = 0;  ///< The day of the oldest answer, at 00:00 UTC.
  /// None while the file is open: lines are being added, or were when a process was killed.
  std::optional<RecordingSeal> answers = {};
  /// A release that later ones are compared with: nothing else is recorded into its file.
  bool accepted = false;
  RecordedModel model = {};
};

/// Where a line stands among others: by sample in natural order, then by turn, then by key. (The
/// key without the model, so that the order stays from one build to the next.)
struct LineOrder {
  std::string_view sample;
  std::size_t turn = 0;
  AnswerKey request_key = {};
};
bool operator<(const LineOrder& a, const LineOrder& b);

struct RecordingLine {
  std::string sample = {};
  std::size_t turn = 0;
  AnswerKey key = {};          ///< Of the answer.
  AnswerKey request_key = {};  ///< The same without its model: what the line says.
  std::string text = {};       ///< All of it, as it is in the file.
  std::string_view request;    ///< Parts of `text`...
  std::string_view answer;     ///< ... as JSON...
  std::string_view check;      ///< ... without its quotes.
  std::int64_t recorded = 0;   ///< Of one from a file: its header's.
  std::size_t number = 0;      ///< Of the line in its file, counted from 1.

  RecordingLine() = default;
  RecordingLine(RecordingLine&&) = delete;  // It is where its parts point to.
  RecordingLine& operator=(RecordingLine&&) = delete;
  ~RecordingLine() = default;

  LineOrder order() const { return {.sample = sample, .turn = turn, .request_key = request_key}; }
};

/// Without a line feed, as all that follow.
std::string HeaderToText(const RecordingHeader& header);
/// `model`: its key. The line has the key without it, so that lines of one model's builds differ
/// where answers do.
std::string AnswerToText(const Question& question, const Response& response,
                         const AnswerKey& model);

/// Of all answers of a file: lines as AnswerToText writes them.
RecordingSeal SealOf(const std::vector<std::string_view>& lines);

/// Throws Error(kStoreFailed) for a line that is no header, or that of a newer version.
RecordingHeader HeaderFromText(std::string_view text, const RecordingPlace& place);

/// Whether it looks like a header at all.
bool IsHeader(std::string_view text);

/// Throws for the first line of a file that is not ours: it may be somebody's data set.
[[noreturn]] void ThrowNoRecording(const RecordingPlace& place);

/// Fills `line`, of the model with this key, except for `recorded`. Throws Error(kStoreFailed) for
/// a damaged line. The answer itself is not looked into: of most nobody asks.
void LineFromText(std::string_view text, const AnswerKey& model, const RecordingPlace& place,
                  RecordingLine& line);

Question QuestionOfLine(const RecordingLine& line);

/// An answer that was edited by hand is a failure that says so. Throws Error(kStoreFailed) for one
/// that is no response.
RecordedAnswer AnswerOfLine(const RecordingLine& line, const std::filesystem::path& file);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RECORDING_LINE_H_
