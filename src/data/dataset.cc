#include "gatetest/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "gatetest/error.h"
#include "src/data/csv.h"
#include "src/data/hash.h"
#include "src/text/utf8.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;
using internal::CountCodePoints;
using internal::CutUtf8;
using internal::FindInvalidUtf8;

constexpr std::size_t kNone = std::string::npos;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// ---------------------------------------------------------------------------------------- messages

[[noreturn]] void FailData(const std::string& message) {
  throw Error(ErrorCode::kInvalidData, message);
}

[[noreturn]] void FailLine(const std::string& path, std::size_t line, const std::string& what) {
  FailData(fmt::format("{}:{}: {}", path, line, what));
}

/// `text` in quotes for a message: not too long, and with line breaks and the like escaped.
std::string Quoted(std::string_view text) {
  const std::string_view cut = CutUtf8(text, 60);
  const auto replace = nlohmann::json::error_handler_t::replace;
  return nlohmann::json(cut).dump(-1, ' ', false, replace) +
         (cut.size() < text.size() ? "..." : "");
}

/// "id, prompt, answer", quoted only where that would mislead, and not without end.
template <typename Names>
std::string Listed(const Names& names) {
  constexpr std::size_t kMost = 12;
  std::string list;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (++count > kMost) break;
    const std::string quoted = Quoted(name);
    const bool plain = !name.empty() && quoted.size() == name.size() + 2 && name.front() != ' ' &&
                       name.back() != ' ' && name.find(',') == kNone;
    list += (list.empty() ? "" : ", ") + (plain ? name : quoted);
  }
  if (names.size() > kMost) list += fmt::format(" and {} more", names.size() - kMost);
  return list.empty() ? "nothing" : list;
}

/// The position of the first byte that no text file has: not UTF-8, or NUL (a binary file, UTF-16).
std::size_t FindBadByte(std::string_view text) {
  const std::size_t invalid = FindInvalidUtf8(text);
  return std::min(invalid, text.substr(0, invalid).find('\0'));
}

[[noreturn]] void FailBadByte(const std::string& path, std::size_t line, std::string_view text,
                              std::size_t at) {
  const std::size_t line_start = text.substr(0, at).rfind('\n') + 1;  // npos + 1 is 0.
  const std::size_t column = CountCodePoints(text.substr(line_start, at - line_start)) + 1;
  FailLine(path, line,
           fmt::format("byte 0x{:02X} at column {} is not UTF-8 text; save the file as UTF-8",
                       static_cast<unsigned char>(text[at]), column));
}

// ------------------------------------------------------------------------------------ reading
// files

/// UTF-8 on every platform, which path::string() is not.
std::string PathText(const fs::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

[[noreturn]] void FailUnreadable(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::kNotFound, fmt::format("{}: {}", path, why));
}

[[noreturn]] void FailMissing(const fs::path& path) {
  std::error_code ignored;
  std::string message = "no such file";
  if (path.is_relative()) {
    const fs::path here = fs::current_path(ignored);
    message += fmt::format(
        " (looked for {}); a relative path starts at the working directory: run the test from "
        "another one, or set it in CMake with gtest_discover_tests(... WORKING_DIRECTORY ...)",
        PathText(here / path));
  } else {
    message += "; check the path";
  }
  FailUnreadable(PathText(path), message);
}

/// Opens a regular file, and nothing else: a pipe without a writer would wait for ever.
std::ifstream OpenFile(const fs::path& path) {
  const std::string name = PathText(path);
  if (path.empty()) FailUnreadable("LoadDataset", "the path is empty; name a file");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) FailMissing(path);
  if (!fs::status_known(status)) {
    FailUnreadable(name, fmt::format("cannot be read: {}", error.message()));
  }
  if (fs::is_directory(status)) FailUnreadable(name, "is a directory; name a file in it");
  if (!fs::is_regular_file(status)) FailUnreadable(name, "is not a regular file; copy it to one");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (file) return file;
  FailUnreadable(name, fmt::format("cannot be opened: {}; check that this user may read it",
                                   std::generic_category().message(errno)));
}

/// Fills up to `size` bytes; fewer only at the file's end.
std::size_t ReadSome(std::ifstream& file, const std::string& path, char* to, std::size_t size) {
  errno = 0;
  file.read(to, static_cast<std::streamsize>(size));
  if (!file.bad()) return static_cast<std::size_t>(file.gcount());
  FailUnreadable(path, fmt::format("reading failed: {}; is the disk or the network share still "
                                   "there?",
                                   std::generic_category().message(errno)));
}

/// The lines of a file, checked to be UTF-8, and never more than kMaxLineBytes of it in memory.
class LineReader {
 public:
  explicit LineReader(const fs::path& path) : path_(PathText(path)), file_(OpenFile(path)) {}

  std::size_t number() const { return number_; }

  /// Without its line feed (a carriage return stays: it may belong to a quoted cell).
  bool Next(std::string& line) {
    line.clear();
    if (!Refill()) return false;
    ++number_;
    while (Refill()) {
      const std::size_t end = rest_.find('\n');
      Append(line, rest_.substr(0, end));
      rest_.remove_prefix(end == kNone ? rest_.size() : end + 1);
      if (end != kNone) break;
    }
    if (number_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    const std::size_t bad = FindBadByte(line);
    if (bad != kNone) FailBadByte(path_, number_, line, bad);
    return true;
  }

 private:
  bool Refill() {
    if (!rest_.empty()) return true;
    rest_ = {chunk_.data(), ReadSome(file_, path_, chunk_.data(), chunk_.size())};
    return !rest_.empty();
  }

  void Append(std::string& line, std::string_view part) const {
    if (part.size() > kMaxLineBytes - line.size()) {
      FailLine(path_, number_,
               fmt::format("the line is longer than {} bytes; JSONL and CSV hold one sample a line "
                           "(a long text can be a .txt file of its own)",
                           kMaxLineBytes));
    }
    line += part;
  }

  const std::string path_;
  std::ifstream file_;
  std::vector<char> chunk_ = std::vector<char>(std::size_t{64} << 10U);
  std::string_view rest_;  ///< What of the chunk has not been given out.
  std::size_t number_ = 0;
};

// ---------------------------------------------------------------------------------------------
// JSON

enum class Kind { kNull, kBool, kNumber, kText, kArray, kObject };

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "true or false";
    case Kind::kNumber:
      return "a number";
    case Kind::kText:
      return "text";
    case Kind::kArray:
      return "an array";
    case Kind::kObject:
      return "an object";
  }
  return "unknown";
}

/// A field of a row, or an item of an array (then without a name).
struct Member {
  std::string name;
  Kind kind = Kind::kNull;
  std::string text;  ///< Text as it is, anything else as compact JSON.
};

struct Members {
  std::vector<Member> list;
  std::string problem;  ///< Why there are none; empty when there are.
};

/// Takes one JSON object or array apart. As a SAX reader, because the tree nlohmann/json builds has
/// forgotten what matters here: a name given twice, how a number was written, the fields' order.
class MemberReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  /// `hint` says what `json` should have been.
  static Members Read(std::string_view json, Kind expected, std::string_view hint) {
    MemberReader reader(json, expected, hint);
    const bool complete = nlohmann::json::sax_parse(json, &reader);
    if (!complete && reader.result_.problem.empty()) reader.result_.problem = "not valid JSON";
    return std::move(reader.result_);
  }

  bool null() override { return Value(Kind::kNull, "null"); }
  bool boolean(bool value) override { return Value(Kind::kBool, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return Value(Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Value(Kind::kNumber, std::to_string(value));
  }
  bool number_float(number_float_t /*value*/, const std::string& written) override {
    std::string text = written;  // With the locale's decimal point, which may be a comma.
    for (char& c : text) {
      if (std::string_view("0123456789+-eE").find(c) == kNone) c = '.';
    }
    return Value(Kind::kNumber, std::move(text));
  }
  bool string(std::string& value) override { return Value(Kind::kText, std::move(value)); }
  bool binary(binary_t& /*value*/) override { return Refuse("binary data"); }  // Not in text.

  bool start_object(std::size_t /*size*/) override { return Open(Kind::kObject); }
  bool start_array(std::size_t /*size*/) override { return Open(Kind::kArray); }
  bool end_object() override { return Close('}'); }
  bool end_array() override { return Close(']'); }

  bool key(std::string& name) override {
    if (!names_.back().insert(name).second) {
      return Refuse(fmt::format("field {} appears twice; remove one", Quoted(name)));
    }
    if (names_.size() == 1) {
      name_ = std::move(name);
    } else {
      WriteNested(nlohmann::json(name).dump());
      result_.list.back().text += ':';
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error ...": only
    // the last part is about the user's file.
    std::string_view what = error.what();
    if (what.starts_with('[')) what.remove_prefix(std::min(what.find(' '), what.size() - 1) + 1);
    if (what.starts_with("parse error at")) what.remove_prefix(what.find(": ") + 2);
    const std::size_t before = std::min(std::max(position, std::size_t{1}) - 1, json_.size());
    return Refuse(fmt::format("not valid JSON: {}{} at column {}; {}", CutUtf8(what, 200),
                              what.size() > 200 ? "..." : "",
                              CountCodePoints(json_.substr(0, before)) + 1, hint_));
  }

 private:
  /// More than any data has; what is nested deeper is an attack or a mistake.
  static constexpr std::size_t kMaxDepth = 100;

  MemberReader(std::string_view json, Kind expected, std::string_view hint)
      : json_(json), expected_(expected), hint_(hint) {}

  bool Refuse(std::string problem) {
    result_.problem = std::move(problem);
    return false;
  }

  bool Expect(Kind found) {
    if (found == expected_) return true;
    return Refuse(
        fmt::format("expected {}, but found {}; {}", KindName(expected_), KindName(found), hint_));
  }

  bool Value(Kind kind, std::string text) {
    if (names_.empty()) return Expect(kind);
    if (names_.size() == 1) {
      result_.list.push_back({std::exchange(name_, {}), kind, std::move(text)});
    } else {
      WriteNested(kind == Kind::kText ? nlohmann::json(text).dump() : text);
    }
    return true;
  }

  bool Open(Kind kind) {
    if (names_.size() >= kMaxDepth) {
      return Refuse(fmt::format("nested deeper than {} levels", kMaxDepth));
    }
    if (names_.empty() ? !Expect(kind) : !Value(kind, "")) return false;
    if (!names_.empty()) result_.list.back().text += kind == Kind::kObject ? '{' : '[';
    names_.emplace_back();
    return true;
  }

  bool Close(char bracket) {
    names_.pop_back();
    if (!names_.empty()) result_.list.back().text += bracket;
    return true;
  }

  void WriteNested(const std::string& json) {
    std::string& text = result_.list.back().text;
    // A text within ends in a quote, so these three are always structure.
    const bool first = text.ends_with('[') || text.ends_with('{') || text.ends_with(':');
    if (!first) text += ',';
    text += json;
  }

  const std::string_view json_;
  const Kind expected_;
  const std::string_view hint_;
  Members result_;
  std::string name_;                          ///< Of the row's field whose value comes next.
  std::vector<std::set<std::string>> names_;  ///< Those seen at each level; its size is the depth.
};

// ---------------------------------------------------------------------------------- rows to
// samples

struct Row {
  std::size_t line = 0;
  std::vector<Member> members;

  /// Null when it is not there. A field whose value is null is as good as missing.
  const Member* Find(const std::string& name) const {
    const auto at = std::ranges::find(members, name, &Member::name);
    return name.empty() || at == members.end() || at->kind == Kind::kNull ? nullptr : &*at;
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const Member& member : members) names.push_back(member.name);
    return names;
  }
};

/// The positions of the first sample that has an earlier one's id, and of that one.
std::optional<std::pair<std::size_t, std::size_t>> FindDuplicate(
    const std::vector<Sample>& samples) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto [at, is_new] = seen.try_emplace(samples[i].id, i);
    if (!is_new) return std::pair(at->second, i);
  }
  return std::nullopt;
}

/// Turns rows into samples by `Fields`, whatever kind of file they are from.
class SampleBuilder {
 public:
  SampleBuilder(std::string path, const Fields& fields) : path_(std::move(path)), fields_(fields) {}

  void Add(const Row& row) {
    for (const Member& member : row.members) names_.insert(member.name);
    if (row.Find(fields_.input) == nullptr) FailWithoutInput(row.line, row.Names());
    Sample sample;
    sample.id = Text(row, fields_.id);
    sample.input = Text(row, fields_.input);
    sample.answer = Text(row, fields_.answer);
    sample.group = Text(row, fields_.group);
    sample.choices = Choices(row);
    sample.extra = Extra(row);
    (sample.id.empty() ? without_id_ : with_id_).push_back(row.line);
    if (sample.id.empty()) sample.id = std::to_string(row.line);
    samples_.push_back(std::move(sample));
    lines_.push_back(row.line);
  }

  [[noreturn]] void FailWithoutInput(std::size_t line,
                                     const std::vector<std::string>& names) const {
    const bool is_null = std::ranges::find(names, fields_.input) != names.end();
    FailLine(path_, line,
             fmt::format("field {} is {} (the row has: {}); name the field that holds it with "
                         "Fields{{.input = \"...\"}}",
                         Quoted(fields_.input), is_null ? "null" : "missing", Listed(names)));
  }

  /// Checks what only all rows together show.
  std::vector<Sample> Finish() {
    if (samples_.empty()) {
      FailData(fmt::format("{}: no samples: the file is empty or has only blank lines", path_));
    }
    CheckName("answer", fields_.answer, Fields{}.answer);
    CheckName("choices", fields_.choices, Fields{}.choices);
    CheckName("id", fields_.id, Fields{}.id);
    CheckName("group", fields_.group, Fields{}.group);
    CheckIds();
    return std::move(samples_);
  }

 private:
  std::string Text(const Row& row, const std::string& name) const {
    const Member* member = row.Find(name);
    if (member == nullptr) return {};
    if (member->kind != Kind::kArray && member->kind != Kind::kObject) return member->text;
    FailLine(path_, row.line,
             fmt::format("field {} must be text or a number, but is {}", Quoted(name),
                         KindName(member->kind)));
  }

  std::vector<std::string> Choices(const Row& row) const {
    const Member* member = row.Find(fields_.choices);
    if (member == nullptr) return {};
    const auto fail = [&](const std::string& what) {
      FailLine(path_, row.line, fmt::format("field {}: {}", Quoted(fields_.choices), what));
    };
    if (member->kind != Kind::kArray) {
      fail(fmt::format("expected an array of texts, but found {}", KindName(member->kind)));
    }
    Members items = MemberReader::Read(member->text, Kind::kArray,
                                       "the choices are a JSON array such as [\"yes\", \"no\"]");
    if (!items.problem.empty()) fail(items.problem);
    if (items.list.empty()) fail("is an empty array; list the choices, or leave the field out");
    std::vector<std::string> choices;
    for (Member& item : items.list) {
      if (item.kind != Kind::kText && item.kind != Kind::kNumber && item.kind != Kind::kBool) {
        fail(fmt::format("expected an array of texts, but item {} (counted from 0) is {}",
                         choices.size(), KindName(item.kind)));
      }
      choices.push_back(std::move(item.text));
    }
    return choices;
  }

  std::map<std::string, std::string> Extra(const Row& row) const {
    std::map<std::string, std::string> extra;
    for (const Member& member : row.members) {
      const std::string& name = member.name;
      if (member.kind == Kind::kNull || name == fields_.id || name == fields_.input ||
          name == fields_.answer || name == fields_.choices || name == fields_.group) {
        continue;
      }
      extra[name] = member.text;
    }
    return extra;
  }

  /// A field that was named in code and is in no row is misspelt; one by default just is not there.
  void CheckName(const char* field, const std::string& name, const std::string& by_default) const {
    if (name.empty() || name == by_default || names_.contains(name)) return;
    FailData(
        fmt::format("{}: no row has a field {}, which Fields{{.{} = {}}} asks for; the rows "
                    "have: {}",
                    path_, Quoted(name), field, Quoted(name), Listed(names_)));
  }

  void CheckIds() const {
    if (!without_id_.empty() && !with_id_.empty()) {
      FailLine(
          path_, without_id_.front(),
          fmt::format("field {} is missing or empty, but line {} has one; give every row an id, "
                      "or none",
                      Quoted(fields_.id), with_id_.front()));
    }
    if (const auto same = FindDuplicate(samples_)) {
      FailLine(
          path_, lines_[same->second],
          fmt::format("field {}: line {} has the id {} already; ids must differ, because "
                      "comparisons pair samples by them",
                      Quoted(fields_.id), lines_[same->first], Quoted(samples_[same->first].id)));
    }
  }

  const std::string path_;
  const Fields fields_;
  std::vector<Sample> samples_;
  std::vector<std::size_t> lines_;  ///< Where each sample begins.
  std::vector<std::size_t> with_id_, without_id_;
  std::set<std::string> names_;  ///< Of all fields seen.
};

// ------------------------------------------------------------------------------- the kinds of
// files

std::vector<Sample> ReadJsonl(const fs::path& path, const Fields& fields) {
  const std::string name = PathText(path);
  LineReader lines(path);
  SampleBuilder samples(name, fields);
  for (std::string line; lines.Next(line);) {
    if (line.find_first_not_of(" \t\r") == kNone) continue;
    Members row = MemberReader::Read(line, Kind::kObject, "JSONL holds one whole object a line");
    if (!row.problem.empty()) FailLine(name, lines.number(), row.problem);
    samples.Add({lines.number(), std::move(row.list)});
  }
  return samples.Finish();
}

/// A cell as the field of a row. A cell has no null and no array: an empty one stands for the
/// first, and the one for the choices holds the second as JSON.
Member CellMember(const std::string& name, std::string cell, const Fields& fields) {
  if (name != fields.choices) return {name, Kind::kText, std::move(cell)};
  const Kind kind = cell.empty() ? Kind::kNull : Kind::kArray;
  return {name, kind, std::move(cell)};
}

std::vector<Sample> ReadCsv(const fs::path& path, const Fields& fields) {
  const std::string name = PathText(path);
  LineReader lines(path);
  internal::CsvReader csv(name, [&](std::string& line) { return lines.Next(line); });
  SampleBuilder samples(name, fields);
  const std::vector<std::string>& header = csv.header();
  if (std::ranges::find(header, fields.input) == header.end()) {
    samples.FailWithoutInput(csv.header_line(), header);
  }
  bool any = false;
  for (internal::CsvRow row; csv.Next(row); any = true) {
    Row members{row.line, {}};
    for (std::size_t i = 0; i < header.size(); ++i) {
      members.members.push_back(CellMember(header[i], std::move(row.cells[i]), fields));
    }
    samples.Add(members);
  }
  if (!any) FailData(fmt::format("{}: no samples: the file has no row after its header", name));
  return samples.Finish();
}

std::string ReadWholeFile(const fs::path& path) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;
  const std::string name = PathText(path);
  std::ifstream file = OpenFile(path);
  std::error_code ignored;
  const std::uintmax_t claimed = fs::file_size(path, ignored);
  // The size is only a hint (files in /proc have none, and a log may grow), so the limit also holds
  // for what is really read.
  std::string text;
  bool too_long = !ignored && claimed > kMaxBytes;
  if (!ignored && !too_long) text.reserve(static_cast<std::size_t>(claimed));
  std::vector<char> chunk(std::size_t{1} << 20U);
  while (!too_long) {
    const std::size_t count = ReadSome(file, name, chunk.data(), chunk.size());
    if (count == 0) return text;
    too_long = count > kMaxBytes - text.size();
    if (!too_long) text.append(chunk.data(), count);
  }
  FailData(
      fmt::format("{}: the file is longer than 1 GiB; a plain text is read whole: split it, or "
                  "make it JSONL with one document a line",
                  name));
}

std::vector<Sample> ReadPlainText(const fs::path& path) {
  const std::string name = PathText(path);
  std::string text = ReadWholeFile(path);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  const std::size_t bad = FindBadByte(text);
  if (bad != kNone) {
    const auto line_feeds = std::ranges::count(std::string_view(text).substr(0, bad), '\n');
    FailBadByte(name, static_cast<std::size_t>(line_feeds) + 1, text, bad);
  }
  if (text.find_first_not_of(" \t\r\n\v\f") == kNone) {
    FailData(fmt::format("{}: no samples: the file is empty or has only white space", name));
  }
  return {{.id = PathText(path.filename()), .input = std::move(text)}};
}

// ----------------------------------------------------------------------------- samples to a data
// set

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

void CheckUtf8(const std::string& whose, std::string_view what, const std::string& text) {
  const std::size_t at = FindInvalidUtf8(text);
  if (at == kNone) return;
  FailData(fmt::format("{}: {} is not UTF-8: byte 0x{:02X} at position {}; convert it first", whose,
                       what, static_cast<unsigned char>(text[at]), at));
}

void CheckUtf8(const std::string& data_set, const Sample& sample) {
  CheckUtf8(data_set, fmt::format("the id {}", Quoted(sample.id)), sample.id);
  const std::string whose = fmt::format("{}, sample {}", data_set, Quoted(sample.id));
  CheckUtf8(whose, "input", sample.input);
  CheckUtf8(whose, "answer", sample.answer);
  CheckUtf8(whose, "group", sample.group);
  for (const std::string& choice : sample.choices) CheckUtf8(whose, "a choice", choice);
  for (const auto& [name, value] : sample.extra) {
    CheckUtf8(whose, "the name of an extra field", name);
    CheckUtf8(whose, fmt::format("extra field {}", Quoted(name)), value);
  }
}

std::string HashOf(const std::vector<Sample>& samples) {
  internal::Hasher hasher;
  hasher.Add("gatetest data set 1").AddCount(samples.size());
  for (const Sample& sample : samples) {
    hasher.Add(sample.id).Add(sample.input).Add(sample.answer).Add(sample.group);
    hasher.AddCount(sample.choices.size());
    for (const std::string& choice : sample.choices) hasher.Add(choice);
    hasher.AddCount(sample.extra.size());
    for (const auto& [name, value] : sample.extra) hasher.Add(name).Add(value);
  }
  return hasher.Hex();
}

}  // namespace

Dataset MakeDataset(std::string name, std::vector<Sample> samples, std::string source) {
  const std::string whose = fmt::format("data set {}", Quoted(name));
  CheckUtf8(whose, "its name", name);
  CheckUtf8(whose, "its source", source);
  if (samples.empty()) FailData(fmt::format("{} has no samples; give it at least one", whose));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].id.empty()) samples[i].id = std::to_string(i + 1);
    CheckUtf8(whose, samples[i]);
  }
  if (const auto same = FindDuplicate(samples)) {
    FailData(
        fmt::format("{}: samples {} and {} (counted from 1) have the same id {}; ids must "
                    "differ (a sample without one has its number)",
                    whose, same->first + 1, same->second + 1, Quoted(samples[same->first].id)));
  }
  std::string hash = HashOf(samples);
  return Dataset(std::make_shared<const Dataset::Data>(
      Dataset::Data{std::move(name), std::move(source), std::move(hash), std::move(samples)}));
}

Dataset LoadDataset(const fs::path& path, const Fields& fields) {
  const std::string ending = LowerCase(PathText(path.extension()));
  std::vector<Sample> samples = ending == ".jsonl" || ending == ".ndjson" ? ReadJsonl(path, fields)
                                : ending == ".csv"                        ? ReadCsv(path, fields)
                                                                          : ReadPlainText(path);
  return MakeDataset(PathText(path.stem()), std::move(samples), PathText(path));
}

}  // namespace gatetest
