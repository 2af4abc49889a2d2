#include "src/store/recording_line.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <system_error>
#include <tuple>
#include <vector>

#include "gatetest/error.h"
#include "src/data/hash.h"
#include "src/data/json_row.h"
#include "src/data/text_file.h"
#include "src/model/request_key.h"
#include "src/store/json_fields.h"
#include "src/store/json_text.h"
#include "src/store/model_json.h"
#include "src/store/natural_order.h"
#include "src/store/response_json.h"
#include "src/store/store_error.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

constexpr std::string_view kVersionField = "gatetest_recording";
constexpr std::int64_t kRecordingVersion = 1;

/// With the key, so that an answer cannot be moved to another question unseen.
std::string CheckOf(const AnswerKey& key, std::string_view answer) {
  return Hasher().Add(ToHex(key)).Add(answer).Hex().substr(0, 16);
}

template <typename Integer>
bool ReadInteger(std::string_view text, Integer& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

bool ReadDay(std::string_view text, std::int64_t& seconds) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !ReadInteger(text.substr(0, 4), year) || !ReadInteger(text.substr(5, 2), month) ||
      !ReadInteger(text.substr(8, 2), day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return false;
  seconds = std::chrono::seconds(std::chrono::sys_days(date).time_since_epoch()).count();
  return true;
}

bool ReadKey(std::string_view json, AnswerKey& key) {
  if (json.size() != 2 * key.size() + 2 || json.front() != '"') return false;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::size_t high = kDigits.find(json[1 + 2 * i]);
    const std::size_t low = kDigits.find(json[2 + 2 * i]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    key[i] = static_cast<std::uint8_t>(16 * high + low);
  }
  return true;
}

[[noreturn]] void ThrowBadField(const RecordingPlace& place, std::string_view name,
                                std::string_view expected, std::string_view found) {
  ThrowDamagedLine(
      place, fmt::format("field \"{}\" should be {}, but is {}", name, expected, Quote(found)));
}

void RefuseConflict(std::string_view text, const RecordingPlace& place) {
  if (!text.starts_with("<<<<<<<") && !text.starts_with("=======") &&
      !text.starts_with(">>>>>>>") && !text.starts_with("|||||||")) {
    return;
  }
  ThrowAtLine(place, fmt::format("git left a merge conflict here; take one side (git checkout "
                                 "--ours {0}, or --theirs), and record what is then missing",
                                 PathText(place.file)));
}

}  // namespace

void ThrowAtLine(const RecordingPlace& place, const std::string& what) {
  throw Error(ErrorCode::kStoreFailed,
              fmt::format("{}:{}: {}", PathText(place.file), place.line, what));
}

void ThrowDamagedLine(const RecordingPlace& place, const std::string& what) {
  ThrowAtLine(place, fmt::format("{}; restore the line (git checkout {}), or delete the file to "
                                 "record its answers anew",
                                 what, PathText(place.file)));
}

void ThrowNoRecording(const RecordingPlace& place) {
  ThrowAtLine(place,
              "is no recording: its first line is no header; keep recordings in a folder of their "
              "own");
}

std::string HeaderToText(const RecordingHeader& header) {
  const std::string answers =
      header.answers ? fmt::format(R"("answers": "{}", )", SealToText(*header.answers)) : "";
  return fmt::format(R"({{"{}": {}, "task": {}, "recorded": "{}", {}{}"model": {}}})",
                     kVersionField, kRecordingVersion, TextToJson(header.task),
                     ShowDay(header.recorded), header.accepted ? R"("accepted": true, )" : "",
                     answers, ModelToJson(header.model));
}

RecordingSeal SealOf(const std::vector<std::string_view>& lines) {
  const auto without_quotes = [](std::string_view text) { return text.substr(1, text.size() - 2); };
  RecordingSeal seal;
  for (const std::string_view line : lines) {
    std::string_view key;
    std::string_view check;
    for (JsonFields fields(line); fields.Next();) {
      if (fields.name() == "key") key = without_quotes(fields.value());
      if (fields.name() == "check") check = without_quotes(fields.value());
    }
    seal.Add(key, check);
  }
  return seal;
}

bool IsHeader(std::string_view text) {
  const std::string_view beginning = text.substr(0, text.find(':'));
  return beginning.find(kVersionField) != std::string_view::npos;
}

RecordingHeader HeaderFromText(std::string_view text, const RecordingPlace& place) {
  RefuseConflict(text, place);
  const JsonMembers members = ReadJson(text, JsonKind::kObject, "it is the header of a recording");
  const auto find = [&](std::string_view name) -> const JsonMember* {
    for (const JsonMember& member : members.list) {
      if (member.name == name) return &member;
    }
    return nullptr;
  };
  // A formatter may have put the fields in another order.
  if (!IsHeader(text) && find(kVersionField) == nullptr) ThrowNoRecording(place);
  if (!members.problem.empty()) ThrowDamagedLine(place, members.problem);
  const auto field = [&](std::string_view name) -> const JsonMember& {
    const JsonMember* const member = find(name);
    if (member != nullptr) return *member;
    ThrowDamagedLine(place, fmt::format("field \"{}\" of the header is missing", name));
  };
  std::int64_t version = 0;
  if (!ReadInteger(field(kVersionField).text, version) || version < 1) {
    ThrowDamagedLine(place, fmt::format("field \"{}\" should be {}, but is {}", kVersionField,
                                        kRecordingVersion, Quote(field(kVersionField).text)));
  }
  if (version > kRecordingVersion) {
    ThrowAtLine(place, fmt::format("was written by a newer GateTest (recording version {}; this "
                                   "one reads up to {}); use that, or {}",
                                   version, kRecordingVersion, kAnotherFolder));
  }
  RecordingHeader header;
  const JsonMember& task = field("task");
  header.task = task.text;
  if (task.kind != JsonKind::kText && !TextFromJson(task.text, header.task)) {
    ThrowDamagedLine(place, "field \"task\" should be text, but is " + Quote(task.text));
  }
  if (!ReadDay(field("recorded").text, header.recorded)) {
    ThrowDamagedLine(place, "field \"recorded\" should be a day as 2026-11-20, but is " +
                                Quote(field("recorded").text));
  }
  if (const JsonMember* const accepted = find("accepted")) {
    if (accepted->kind != JsonKind::kBool) {
      ThrowDamagedLine(place, "field \"accepted\" should be true, but is " + Quote(accepted->text));
    }
    header.accepted = accepted->text == "true";
  }
  if (const JsonMember* const answers = find("answers")) {
    if (!SealFromText(answers->text, header.answers.emplace())) {
      ThrowDamagedLine(place,
                       "field \"answers\" should be a number, a colon and 16 digits of 0-9 "
                       "and a-f, but is " +
                           Quote(answers->text));
    }
  }
  try {
    header.model = ModelFromJson(field("model").text);
  } catch (const Error& error) {
    ThrowDamagedLine(place, fmt::format("field \"model\": {}", error.what()));
  }
  return header;
}

bool operator<(const LineOrder& a, const LineOrder& b) {
  const int order = CompareNaturally(a.sample, b.sample);
  if (order != 0) return order < 0;
  return std::tie(a.turn, a.request_key) < std::tie(b.turn, b.request_key);
}

std::string AnswerToText(const Question& question, const Response& response,
                         const AnswerKey& model) {
  const AnswerKey request_key = WithModel(question.key, model);
  // What is no request of ours is kept nevertheless, as text.
  const bool is_object = question.request.starts_with('{') &&
                         question.request.find('\n') == std::string::npos &&
                         nlohmann::json::accept(question.request);
  const std::string answer = ResponseToJson(response);
  return fmt::format(
      R"({{"sample": {}, {}"request": {}, "answer": {}, "key": "{}", "check": "{}"}})",
      TextToJson(question.sample),
      question.turn == 0 ? "" : fmt::format("\"turn\": {}, ", question.turn),
      is_object ? question.request : TextToJson(question.request), answer, ToHex(request_key),
      CheckOf(request_key, answer));
}

void LineFromText(std::string_view text, const AnswerKey& model, const RecordingPlace& place,
                  RecordingLine& line) {
  RefuseConflict(text, place);
  if (!text.starts_with('{') || !nlohmann::json::accept(text)) {
    const JsonMembers why =
        ReadJson(text, JsonKind::kObject, "an answer is one object on one line");
    ThrowDamagedLine(place, why.problem.empty() ? "an answer begins with a brace" : why.problem);
  }
  line.text = text;
  line.number = place.line;

  struct Field {
    std::string_view name;
    bool may_be_missing = false;
    std::string_view value = {};
  };
  std::array<Field, 6> fields = {Field{"sample"}, {"turn", true}, {"request"},
                                 {"answer"},      {"key"},        {"check"}};
  for (JsonFields found(line.text); found.Next();) {
    for (Field& field : fields) {
      if (field.name != found.name()) continue;
      if (!field.value.empty()) {
        ThrowDamagedLine(place, fmt::format("field \"{}\" is there twice", field.name));
      }
      field.value = found.value();
    }
  }
  for (const Field& field : fields) {
    if (field.value.empty() && !field.may_be_missing) {
      ThrowDamagedLine(place, fmt::format("field \"{}\" is missing", field.name));
    }
  }
  const auto& [sample, turn, request, answer, key, check] = fields;
  if (!TextFromJson(sample.value, line.sample)) {
    ThrowBadField(place, sample.name, "text", sample.value);
  }
  if (!turn.value.empty() && !ReadInteger(turn.value, line.turn)) {
    ThrowBadField(place, turn.name, "a whole number from 0", turn.value);
  }
  if (!request.value.starts_with('{') && !request.value.starts_with('"')) {
    ThrowBadField(place, request.name, "an object", request.value);
  }
  if (!answer.value.starts_with('{')) {
    ThrowBadField(place, answer.name, "an object", answer.value);
  }
  if (!ReadKey(key.value, line.request_key)) {
    ThrowBadField(place, key.name, "32 digits of 0-9 and a-f", key.value);
  }
  if (!check.value.starts_with('"')) ThrowBadField(place, check.name, "text", check.value);
  line.key = WithModel(line.request_key, model);
  line.request = request.value;
  line.answer = answer.value;
  line.check = check.value.substr(1, check.value.size() - 2);
}

Question QuestionOfLine(const RecordingLine& line) {
  Question question = {.key = line.key, .sample = line.sample, .turn = line.turn};
  // An object that stands for bytes is a request that reads so: TextFromJson is for texts.
  if (!line.request.starts_with('"') || !TextFromJson(line.request, question.request)) {
    question.request = line.request;
  }
  return question;
}

RecordedAnswer AnswerOfLine(const RecordingLine& line, const std::filesystem::path& file) {
  RecordedAnswer answer = {.response = {}, .recorded = line.recorded};
  const bool is_as_written = CheckOf(line.request_key, line.answer) == line.check;
  std::string problem;
  try {
    answer.response = ResponseFromJson(line.answer);
    // A formatter may have changed how it looks.
    if (is_as_written || CheckOf(line.request_key, ResponseToJson(answer.response)) == line.check) {
      return answer;
    }
  } catch (const Error& error) {
    problem = error.what();
  }
  if (is_as_written) ThrowDamagedLine({.file = file, .line = line.number}, problem);
  answer.response = Response::Failed(fmt::format(
      "its recorded answer was edited by hand ({}:{}: the answer does not fit its \"check\"); "
      "restore it, or record it anew with --gatetest_mode=refresh",
      PathText(file), line.number));
  return answer;
}

}  // namespace gatetest::internal
