#include "gatetest/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/error.h"
#include "src/data/hash.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

/// Runs in a directory of its own, so that messages name files as a test of a user's would.
class DatasetTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = fs::temp_directory_path() /
                 ("gatetest-dataset-" + std::to_string(getpid()) + "-" + info->name());
    fs::create_directories(directory_);
    before_ = fs::current_path();
    fs::current_path(directory_);
  }

  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(directory_);
  }

  static void Write(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  static Dataset Load(const fs::path& path, std::string_view text, const Fields& fields = {}) {
    Write(path, text);
    return LoadDataset(path, fields);
  }

  static std::string ErrorOf(const fs::path& path, const Fields& fields = {},
                             ErrorCode code = ErrorCode::kInvalidData) {
    try {
      LoadDataset(path, fields);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "no error";
  }

  static std::string ErrorIn(const fs::path& path, std::string_view text,
                             const Fields& fields = {}) {
    Write(path, text);
    return ErrorOf(path, fields);
  }

  fs::path directory_;

 private:
  fs::path before_;
};

// --------------------------------------------------------------------------------------------
// JSONL

TEST_F(DatasetTest, LoadsJsonl) {
  const Dataset data = Load("facts.jsonl",
                            "{\"id\":\"a\",\"input\":\"1+1=\",\"answer\":\"2\",\"group\":\"add\"}\n"
                            "{\"id\":\"b\",\"input\":\"?\",\"choices\":[\"yes\",\"no\"]}\n");
  EXPECT_EQ(data.name(), "facts");
  EXPECT_EQ(data.source(), "facts.jsonl");
  ASSERT_EQ(data.size(), 2U);
  const Sample& first = data.samples()[0];
  EXPECT_EQ(first.id, "a");
  EXPECT_EQ(first.input, "1+1=");
  EXPECT_EQ(first.answer, "2");
  EXPECT_EQ(first.group, "add");
  EXPECT_THAT(first.choices, ElementsAre());
  EXPECT_THAT(data.samples()[1].choices, ElementsAre("yes", "no"));
  EXPECT_EQ(data.samples()[1].answer, "");
}

TEST_F(DatasetTest, TakesOtherFieldNames) {
  const Dataset data = Load(
      "x.jsonl", "{\"q\":\"1+1=\",\"a\":\"2\",\"o\":[\"2\"],\"key\":\"k\",\"topic\":\"sums\"}\n",
      {.input = "q", .answer = "a", .choices = "o", .id = "key", .group = "topic"});
  const Sample& sample = data.samples()[0];
  EXPECT_EQ(sample.id + sample.input + sample.answer + sample.group, "k1+1=2sums");
  EXPECT_THAT(sample.choices, ElementsAre("2"));
  EXPECT_THAT(sample.extra, ElementsAre());
}

TEST_F(DatasetTest, OneFieldMayBeIdAndInput) {
  const Dataset data = Load("x.jsonl", "{\"q\":\"1+1=\"}\n", {.input = "q", .id = "q"});
  EXPECT_EQ(data.samples()[0].id, data.samples()[0].input);
}

TEST_F(DatasetTest, AnEmptyFieldNameIsAFieldTheFileDoesNotHave) {
  const Dataset data =
      Load("x.jsonl", "{\"id\":\"same\",\"input\":\"a\",\"\":\"b\"}\n", {.answer = "", .id = ""});
  EXPECT_EQ(data.samples()[0].id, "1");
  EXPECT_EQ(data.samples()[0].answer, "");
}

TEST_F(DatasetTest, NumbersBecomeTheirText) {
  const Dataset data =
      Load("x.jsonl",
           "{\"id\":7,\"input\":\"a\",\"answer\":-12}\n"
           "{\"id\":18446744073709551615,\"input\":\"a\",\"answer\":1.50}\n"
           "{\"id\":123456789012345678901234567890,\"input\":3,\"answer\":true}\n"
           "{\"id\":0,\"input\":\"a\",\"answer\":1e-5,\"choices\":[1,2.50,\"x\"]}\n"
           "{\"id\":\"n\",\"input\":\"a\",\"answer\":null}\n");
  const std::vector<Sample>& samples = data.samples();
  EXPECT_EQ(samples[0].id, "7");
  EXPECT_EQ(samples[0].answer, "-12");
  EXPECT_EQ(samples[1].id, "18446744073709551615");
  EXPECT_EQ(samples[1].answer, "1.50");
  EXPECT_EQ(samples[2].id, "123456789012345678901234567890");
  EXPECT_EQ(samples[2].input, "3");
  EXPECT_EQ(samples[2].answer, "true");
  EXPECT_EQ(samples[3].id, "0");
  EXPECT_EQ(samples[3].answer, "1e-5");
  EXPECT_THAT(samples[3].choices, ElementsAre("1", "2.50", "x"));
  EXPECT_EQ(samples[4].answer, "");
}

TEST_F(DatasetTest, NumbersKeepTheirPointWhateverTheLocale) {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  if (std::setlocale(LC_NUMERIC, "de_DE.UTF-8") == nullptr) {
    GTEST_SKIP() << "the locale de_DE.UTF-8 is not installed";
  }
  const Dataset data = Load("x.jsonl", "{\"input\":\"a\",\"answer\":1.50}\n");
  std::setlocale(LC_NUMERIC, before.c_str());
  EXPECT_EQ(data.samples()[0].answer, "1.50");
}

TEST_F(DatasetTest, KeepsAllOtherFields) {
  const Dataset data = Load(
      "x.jsonl",
      "{\"input\":\"a\",\"text\":\"t\\u00e9\\n\",\"n\":1.0,\"yes\":true,\"nothing\":null,"
      "\"list\":[ 1, \"[\", [], {}, null ],\"map\":{\"b\": {\"c\":[2,\"\\n\"]}, \"a\": 1 }}\n");
  EXPECT_THAT(data.samples()[0].extra,
              ElementsAre(Pair("list", R"([1,"[",[],{},null])"),
                          Pair("map", R"({"b":{"c":[2,"\n"]},"a":1})"), Pair("n", "1.0"),
                          Pair("text", "t\xC3\xA9\n"), Pair("yes", "true")));
}

TEST_F(DatasetTest, WithoutIdsTheLineIsTheId) {
  const Dataset data =
      Load("x.jsonl", "\xEF\xBB\xBF{\"input\":\"a\"}\r\n\r\n \t\n{\"input\":\"b\"}");
  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data.samples()[0].id, "1");
  EXPECT_EQ(data.samples()[1].id, "4");
}

TEST_F(DatasetTest, EndingsMayBeInCapitals) {
  EXPECT_EQ(Load("x.JSONL", "{\"input\":\"a\"}\n").samples()[0].input, "a");
  EXPECT_EQ(Load("x.ndjson", "{\"input\":\"a\"}\n").samples()[0].input, "a");
  EXPECT_EQ(Load("x.Csv", "input\na\n").samples()[0].input, "a");
}

TEST_F(DatasetTest, NamesTheFieldThatIsMissing) {
  fs::create_directory("data");
  EXPECT_EQ(
      ErrorIn("data/x.jsonl", "\n{\"id\":1,\"prompt\":\"a\",\"answer\":2}\n"),
      "data/x.jsonl:2: field \"input\" is missing (the row has: id, prompt, answer); name the "
      "field that holds it with Fields{.input = \"...\"}");
  EXPECT_EQ(
      ErrorIn("x.jsonl", "{}\n"),
      "x.jsonl:1: field \"input\" is missing (the row has: nothing); name the field that holds "
      "it with Fields{.input = \"...\"}");
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":null}\n"),
              StartsWith("x.jsonl:1: field \"input\" is null (the row has: input)"));
}

TEST_F(DatasetTest, QuotesFieldNamesThatWouldMislead) {
  EXPECT_THAT(ErrorIn("x.jsonl", "{\" input\":1,\"\":2,\"a,b\":3,\"new\\nline\":4}\n"),
              HasSubstr(R"(the row has: " input", "", "a,b", "new\nline"))"));
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"" + std::string(1000, 'x') + "\":1}\n"),
              HasSubstr("has: \"" + std::string(60, 'x') + "\"...)"));
  std::string row = "{";
  for (int i = 0; i < 20; ++i) row += "\"f" + std::to_string(i) + "\":1,";
  row.back() = '}';
  EXPECT_THAT(ErrorIn("x.jsonl", row), HasSubstr("f10, f11 and 8 more)"));
}

TEST_F(DatasetTest, RefusesFieldsOfTheWrongKind) {
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\"}\n\n{\"input\":\"a\",\"answer\":[1]}\n"),
            "x.jsonl:3: field \"answer\" must be text or a number, but is an array");
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":{\"a\":1}}\n"),
            "x.jsonl:1: field \"input\" must be text or a number, but is an object");
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\",\"id\":[]}\n"),
            "x.jsonl:1: field \"id\" must be text or a number, but is an array");
}

TEST_F(DatasetTest, RefusesChoicesThatAreNoTexts) {
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\",\"choices\":\"[1]\"}\n"),
            "x.jsonl:1: field \"choices\": expected an array of texts, but found text");
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\",\"choices\":[]}\n"),
            "x.jsonl:1: field \"choices\": is an empty array; list the choices, or leave the field "
            "out");
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\",\"choices\":[\"x\",[\"y\"]]}\n"),
            "x.jsonl:1: field \"choices\": expected an array of texts, but item 1 (counted from 0) "
            "is an array");
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":\"a\",\"choices\":[null]}\n"),
              EndsWith("item 0 (counted from 0) is null"));
}

TEST_F(DatasetTest, RefusesWhatIsNotJson) {
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":\"a\"}\n{\"input\":\"b\"}\n{\"input\" \"c\"}\n"),
              AllOf(StartsWith("x.jsonl:3: not valid JSON: syntax error"),
                    EndsWith(" at column 12; JSONL holds one whole object a line")));
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":\"\xC3\xA9\"x}\n"), HasSubstr(" at column 13;"))
      << "columns count characters";
  EXPECT_THAT(ErrorIn("x.jsonl", "{\n  \"input\": \"a\"\n}\n"),
              AllOf(StartsWith("x.jsonl:1: not valid JSON"), HasSubstr(" at column 2;")));
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":\"a\"} {\"input\":\"b\"}\n"),
              StartsWith("x.jsonl:1: not valid JSON"));
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":1e999}\n"),
              StartsWith("x.jsonl:1: not valid JSON: number overflow parsing '1e999' at column "));
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":\"\\ud800\"}\n"),
              StartsWith("x.jsonl:1: not valid JSON"));
}

TEST_F(DatasetTest, JsonErrorsDoNotQuoteTheWholeLine) {
  const std::string message = ErrorIn("x.jsonl", "{\"input\":\"" + std::string(100000, 'x') + "\n");
  EXPECT_THAT(message, HasSubstr("... at column 100011;"));
  EXPECT_LT(message.size(), 400U);
}

TEST_F(DatasetTest, RefusesRowsThatAreNotObjects) {
  EXPECT_EQ(
      ErrorIn("x.jsonl", "[{\"input\":\"a\"},\n{\"input\":\"b\"}]\n"),
      "x.jsonl:1: expected an object, but found an array; JSONL holds one whole object a line");
  EXPECT_THAT(ErrorIn("x.jsonl", "\"a\"\n"), HasSubstr("but found text;"));
  EXPECT_THAT(ErrorIn("x.jsonl", "1.5\n"), HasSubstr("but found a number;"));
  EXPECT_THAT(ErrorIn("x.jsonl", "null\n"), HasSubstr("but found null;"));
}

TEST_F(DatasetTest, RefusesAFieldThatAppearsTwice) {
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\",\"answer\":\"1\",\"answer\":\"2\"}\n"),
            "x.jsonl:1: field \"answer\" appears twice; remove one");
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\",\"more\":{\"x\":1,\"y\":{\"x\":1},\"x\":2}}\n"),
            "x.jsonl:1: field \"x\" appears twice; remove one");
}

TEST_F(DatasetTest, RefusesDeepNestingWithoutAStackOverflow) {
  const std::string open(1'000'000, '[');
  EXPECT_THAT(ErrorIn("x.jsonl", open), HasSubstr("expected an object, but found an array"));
  EXPECT_EQ(ErrorIn("x.jsonl", "{\"input\":\"a\",\"deep\":" + open + "}"),
            "x.jsonl:1: nested deeper than 100 levels");
  EXPECT_EQ(ErrorIn("x.csv", "input,choices\na," + open),
            "x.csv:2: field \"choices\": nested deeper than 100 levels");
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"input\":\"a\",\"deep\":" + open.substr(0, 100)),
              HasSubstr("nested deeper"));
  const std::string deep = std::string(99, '[') + std::string(99, ']');
  EXPECT_EQ(
      Load("x.jsonl", "{\"input\":\"a\",\"deep\":" + deep + "}").samples()[0].extra.at("deep"),
      deep);
}

// ----------------------------------------------------------------------------------------------
// ids

TEST_F(DatasetTest, DuplicateIdsNameBothLines) {
  EXPECT_EQ(ErrorIn("x.jsonl",
                    "{\"id\":\"a\",\"input\":\"1\"}\n{\"id\":\"b\",\"input\":\"2\"}\n\n"
                    "{\"id\":\"a\",\"input\":\"3\"}\n"),
            "x.jsonl:4: field \"id\": line 1 has the id \"a\" already; ids must differ, because "
            "comparisons pair samples by them");
  EXPECT_THAT(ErrorIn("x.csv", "key,input\n1,\"a\nb\"\n1,c\n", {.id = "key"}),
              StartsWith("x.csv:4: field \"key\": line 2 has the id \"1\" already"));
}

TEST_F(DatasetTest, RefusesIdsInSomeRowsOnly) {
  EXPECT_EQ(
      ErrorIn("x.jsonl", "{\"id\":\"a\",\"input\":\"1\"}\n\n{\"input\":\"2\"}\n"),
      "x.jsonl:3: field \"id\" is missing or empty, but line 1 has one; give every row an id, "
      "or none");
  EXPECT_THAT(ErrorIn("x.jsonl", "{\"id\":null,\"input\":\"1\"}\n{\"id\":2,\"input\":\"2\"}\n"),
              StartsWith("x.jsonl:1: field \"id\" is missing or empty, but line 2 has one"));
  EXPECT_THAT(ErrorIn("x.csv", "id,input\na,1\n,2\n"),
              StartsWith("x.csv:3: field \"id\" is missing or empty, but line 2 has one"));
}

// ------------------------------------------------------------------------------------- misspelt
// names

TEST_F(DatasetTest, RefusesAFieldNameThatNoRowHas) {
  const std::string rows = "{\"input\":\"1\",\"subject\":\"x\"}\n{\"input\":\"2\"}\n";
  EXPECT_EQ(ErrorIn("x.jsonl", rows, {.group = "topic"}),
            "x.jsonl: no row has a field \"topic\", which Fields{.group = \"topic\"} asks for; the "
            "rows have: input, subject");
  EXPECT_THAT(ErrorIn("x.jsonl", rows, {.answer = "x"}), HasSubstr("Fields{.answer = \"x\"}"));
  EXPECT_THAT(ErrorIn("x.jsonl", rows, {.choices = "x"}), HasSubstr("Fields{.choices = \"x\"}"));
  EXPECT_THAT(ErrorIn("x.jsonl", rows, {.id = "x"}), HasSubstr("Fields{.id = \"x\"}"));
  EXPECT_THAT(ErrorIn("x.jsonl", rows, {.input = "x"}), HasSubstr("field \"x\" is missing"));
  EXPECT_THAT(ErrorIn("x.csv", "input,subject\n1,\n", {.group = "topic"}),
              StartsWith("x.csv: no row has a field \"topic\""));
}

TEST_F(DatasetTest, OneRowWithTheNamedFieldIsEnough) {
  const std::string rows = "{\"input\":\"1\"}\n{\"input\":\"2\",\"subject\":\"x\"}\n";
  EXPECT_EQ(Load("x.jsonl", rows, {.group = "subject"}).samples()[1].group, "x");
}

// ----------------------------------------------------------------------------------------------
// CSV

TEST_F(DatasetTest, LoadsCsv) {
  const Dataset data = Load("x.csv",
                            "\xEF\xBB\xBFinput,answer,choices,note\r\n"
                            "\"a, b\nc\",0,\"[\"\"yes\"\", 2]\",\r\n"
                            "d,,,n\r\n");
  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data.samples()[0].id, "2");
  EXPECT_EQ(data.samples()[0].input, "a, b\nc");
  EXPECT_THAT(data.samples()[0].choices, ElementsAre("yes", "2"));
  EXPECT_THAT(data.samples()[0].extra, ElementsAre(Pair("note", "")));
  EXPECT_EQ(data.samples()[1].id, "4");
  EXPECT_EQ(data.samples()[1].answer, "");
  EXPECT_THAT(data.samples()[1].choices, ElementsAre());
}

TEST_F(DatasetTest, CsvErrorsNameFileAndLine) {
  EXPECT_THAT(
      ErrorIn("x.csv", "prompt,answer\na,b\n"),
      StartsWith("x.csv:1: field \"input\" is missing (the row has: prompt, answer); name"));
  EXPECT_THAT(ErrorIn("x.csv", "input,input\na,b\n"),
              StartsWith("x.csv:1: two columns are named \"input\""));
  EXPECT_THAT(ErrorIn("x.csv", "input,answer\na,b,c\n"),
              StartsWith("x.csv:2: the row has 3 cells, but the header has 2;"));
  EXPECT_THAT(ErrorIn("x.csv", "input\n\"a\n"), StartsWith("x.csv:2: a quoted cell begins here"));
}

TEST_F(DatasetTest, CsvChoicesMustBeAJsonArray) {
  EXPECT_THAT(ErrorIn("x.csv", "input,choices\na,yes|no\n"),
              AllOf(StartsWith("x.csv:2: field \"choices\": not valid JSON: "),
                    EndsWith("; the choices are a JSON array such as [\"yes\", \"no\"]")));
  EXPECT_EQ(ErrorIn("x.csv", "input,choices\na,{}\n"),
            "x.csv:2: field \"choices\": expected an array, but found an object; the choices are a "
            "JSON array such as [\"yes\", \"no\"]");
}

// --------------------------------------------------------------------------------------- plain
// text

TEST_F(DatasetTest, PlainTextIsOneSample) {
  const Dataset data = Load("prose.txt", "\xEF\xBB\xBFOne.\r\n\nTwo.\n");
  EXPECT_EQ(data.name(), "prose");
  ASSERT_EQ(data.size(), 1U);
  EXPECT_EQ(data.samples()[0].id, "prose.txt");
  EXPECT_EQ(data.samples()[0].input, "One.\r\n\nTwo.\n");
  EXPECT_EQ(Load("README", "x").samples()[0].id, "README");
}

TEST_F(DatasetTest, PlainTextMayHaveLinesOfAnyLength) {
  const std::string text(kMaxLineBytes + 1, 'x');
  EXPECT_EQ(Load("x.txt", text).samples()[0].input.size(), text.size());
}

TEST_F(DatasetTest, RefusesPlainTextBeyondAGibibyte) {
  Write("x.txt", "");
  fs::resize_file("x.txt", (std::uintmax_t{1} << 30U) + 1);  // Takes no space on the disk.
  EXPECT_EQ(
      ErrorOf("x.txt"),
      "x.txt: the file is longer than 1 GiB; a plain text is read whole: split it, or make it "
      "JSONL with one document a line");
}

// -------------------------------------------------------------------------------- files of any
// kind

TEST_F(DatasetTest, RefusesFilesWithoutSamples) {
  const std::string blank = "x.jsonl: no samples: the file is empty or has only blank lines";
  EXPECT_EQ(ErrorIn("x.jsonl", ""), blank);
  EXPECT_EQ(ErrorIn("x.jsonl", "\n \t\r\n\n"), blank);
  EXPECT_EQ(ErrorIn("x.jsonl", "\xEF\xBB\xBF\n"), blank);
  EXPECT_THAT(ErrorIn("x.csv", ""), StartsWith("x.csv: no samples: the file is empty"));
  EXPECT_EQ(ErrorIn("x.csv", "input,answer\n\n"),
            "x.csv: no samples: the file has no row after its header");
  const std::string white = "x.txt: no samples: the file is empty or has only white space";
  EXPECT_EQ(ErrorIn("x.txt", ""), white);
  EXPECT_EQ(ErrorIn("x.txt", "\xEF\xBB\xBF \t\r\n\v\f"), white);
}

TEST_F(DatasetTest, NamesLineAndColumnOfWhatIsNotUtf8) {
  EXPECT_EQ(ErrorIn("x.jsonl", "\xEF\xBB\xBF{\"input\":1}\n{\"input\":\"\xC3\xA9\xE9\"}\n"),
            "x.jsonl:2: byte 0xE9 at column 12 is not UTF-8 text; save the file as UTF-8");
  EXPECT_EQ(ErrorIn("x.csv", "input\n\"\xC3\xA9 3456789\n01\xE9\"\n"),
            "x.csv:3: byte 0xE9 at column 3 is not UTF-8 text; save the file as UTF-8");
  EXPECT_EQ(ErrorIn("x.txt", "one\n\xC3\xA9 two \xE9\n"),
            "x.txt:2: byte 0xE9 at column 7 is not UTF-8 text; save the file as UTF-8");
  EXPECT_THAT(ErrorIn("x.txt", std::string_view("\xFF\xFEx\0", 4)),
              StartsWith("x.txt:1: byte 0xFF at column 1 is not UTF-8"));
}

TEST_F(DatasetTest, RefusesNulBytes) {
  const std::string tail = ":1: byte 0x00 at column 2 is not UTF-8 text; save the file as UTF-8";
  for (const char* name : {"x.jsonl", "x.csv", "x.txt"}) {
    EXPECT_EQ(ErrorIn(name, std::string_view("a\0b\n", 4)), name + tail);
  }
  EXPECT_EQ(Load("x.jsonl", "{\"input\":\"a\\u0000b\"}").samples()[0].input, std::string("a\0b", 3))
      << "an escaped one is meant";
}

TEST_F(DatasetTest, RefusesALineThatIsTooLongWithoutReadingIt) {
  for (const char* name : {"x.jsonl", "x.csv"}) {
    Write(name, "\n");
    // A hole of 20 GB: reading all of it would take seconds, and more memory than most machines
    // have.
    fs::resize_file(name, std::uintmax_t{20} << 30U);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(ErrorOf(name),
              name + std::string(":2: the line is longer than 67108864 bytes; JSONL "
                                 "and CSV hold one sample a line (a long text can be "
                                 "a .txt file of its own)"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  }
}

TEST_F(DatasetTest, TakesALineOfTheGreatestLength) {
  const std::string row = "{\"input\":\"a\"}";
  const std::string longest = row + std::string(kMaxLineBytes - row.size(), ' ');
  EXPECT_EQ(Load("x.jsonl", longest + "\n" + row).size(), 2U);
  EXPECT_THAT(ErrorIn("x.jsonl", longest + " \n" + row),
              StartsWith("x.jsonl:1: the line is longer than"));
}

TEST_F(DatasetTest, AMissingFileSaysWhereItWasLookedFor) {
  const std::string here = fs::current_path().string();
  EXPECT_EQ(
      ErrorOf("data/x.jsonl", {}, ErrorCode::kNotFound),
      "data/x.jsonl: no such file (looked for " + here +
          "/data/x.jsonl); a relative path starts at the working directory: run the test from "
          "another one, or set it in CMake with gatetest_discover_tests(... WORKING_DIRECTORY "
          "...)");
  EXPECT_EQ(ErrorOf(here + "/x.csv", {}, ErrorCode::kNotFound),
            here + "/x.csv: no such file; check the path");
  EXPECT_EQ(ErrorOf("", {}, ErrorCode::kNotFound), "LoadDataset: the path is empty; name a file");
}

TEST_F(DatasetTest, RefusesWhatIsNoRegularFile) {
  fs::create_directory("data.jsonl");
  EXPECT_EQ(ErrorOf("data.jsonl", {}, ErrorCode::kNotFound),
            "data.jsonl: is a directory; name a file in it");
  ASSERT_EQ(mkfifo("pipe.csv", 0600), 0);
  EXPECT_EQ(ErrorOf("pipe.csv", {}, ErrorCode::kNotFound),
            "pipe.csv: is not a regular file; copy it to one");
  fs::create_symlink("gone.txt", "link.txt");
  EXPECT_THAT(ErrorOf("link.txt", {}, ErrorCode::kNotFound), HasSubstr("no such file"));
  fs::create_symlink("loop.txt", "loop.txt");
  EXPECT_THAT(ErrorOf("loop.txt", {}, ErrorCode::kNotFound),
              StartsWith("loop.txt: cannot be read: "));
}

/// Root may read everything, so a test of permissions runs as somebody else for a while.
class Unprivileged {
 public:
  Unprivileged() : changed_(geteuid() == 0 && seteuid(65534) == 0) {}
  ~Unprivileged() {
    if (changed_ && seteuid(0) != 0) std::abort();
  }

 private:
  bool changed_;
};

TEST_F(DatasetTest, RefusesAFileItMayNotRead) {
  Write("x.jsonl", "{\"input\":\"a\"}\n");
  fs::permissions("x.jsonl", fs::perms::none);
  fs::create_directory("shut");
  fs::permissions("shut", fs::perms::none);
  {
    const Unprivileged user;
    if (geteuid() == 0) GTEST_SKIP() << "root may read every file";
    EXPECT_EQ(ErrorOf("x.jsonl", {}, ErrorCode::kNotFound),
              "x.jsonl: cannot be opened: Permission denied; check that this user may read it");
    EXPECT_EQ(ErrorOf("shut/x.jsonl", {}, ErrorCode::kNotFound),
              "shut/x.jsonl: cannot be read: Permission denied");
  }
  fs::permissions("shut", fs::perms::owner_all);
}

TEST_F(DatasetTest, AFileThatCannotBeReadToItsEndIsAnError) {
  // Linux lets a process open its own memory as a file and fails to read its first page.
  if (!fs::exists("/proc/self/mem")) GTEST_SKIP() << "no file here that fails when it is read";
  for (const char* name : {"x.jsonl", "x.csv", "x.txt"}) {
    fs::create_symlink("/proc/self/mem", name);
    EXPECT_EQ(ErrorOf(name, {}, ErrorCode::kNotFound),
              name + std::string(": reading failed: Input/output error; is the disk or the network "
                                 "share still there?"));
  }
}

TEST_F(DatasetTest, RefusesAFileNameThatIsNotUtf8) {
  EXPECT_THAT(ErrorIn("caf\xE9.txt", "x"), HasSubstr("its name is not UTF-8: byte 0xE9"));
}

// ----------------------------------------------------------------------------------------
// MakeDataset

std::string ErrorOfMaking(std::vector<Sample> samples) {
  try {
    MakeDataset("sums", std::move(samples));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidData);
    return error.what();
  }
  return "no error";
}

TEST(MakeDataset, NumbersSamplesWithoutId) {
  const Dataset data =
      MakeDataset("sums", {{.input = "a"}, {.id = "x", .input = "b"}, {.input = "c"}});
  EXPECT_EQ(data.name(), "sums");
  EXPECT_EQ(data.source(), "");
  EXPECT_EQ(data.samples()[0].id, "1");
  EXPECT_EQ(data.samples()[1].id, "x");
  EXPECT_EQ(data.samples()[2].id, "3");
}

TEST(MakeDataset, RefusesWhatIsNoDataSet) {
  EXPECT_EQ(ErrorOfMaking({}), "data set \"sums\" has no samples; give it at least one");
  EXPECT_EQ(ErrorOfMaking({{.id = "2"}, {.input = "b"}}),
            "data set \"sums\": samples 1 and 2 (counted from 1) have the same id \"2\"; ids must "
            "differ (a sample without one has its number)");
}

TEST(MakeDataset, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(
      ErrorOfMaking({{.id = "a", .input = "caf\xE9"}}),
      "data set \"sums\", sample \"a\": input is not UTF-8: byte 0xE9 at position 3; convert it "
      "first");
  EXPECT_THAT(ErrorOfMaking({{.id = "\xFF"}}),
              StartsWith("data set \"sums\": the id \"\xEF\xBF\xBD\""));
  EXPECT_THAT(ErrorOfMaking({{.answer = "\xFF"}}), HasSubstr("answer is not UTF-8"));
  EXPECT_THAT(ErrorOfMaking({{.choices = {"a", "\xFF"}}}), HasSubstr("a choice is not UTF-8"));
  EXPECT_THAT(ErrorOfMaking({{.group = "\xFF"}}), HasSubstr("group is not UTF-8"));
  EXPECT_THAT(ErrorOfMaking({{.extra = {{"k", "\xFF"}}}}), HasSubstr("extra field \"k\" is not"));
  EXPECT_THAT(ErrorOfMaking({{.extra = {{"\xFF", "v"}}}}),
              HasSubstr("name of an extra field is not"));
  EXPECT_THROW(MakeDataset("\xFF", {{.input = "a"}}), Error);
  EXPECT_THROW(MakeDataset("a", {{.input = "a"}}, "\xFF"), Error);
}

TEST(MakeDataset, CopiesShareTheirSamples) {
  const Dataset data = MakeDataset("sums", {{.input = "a"}});
  const Dataset copy = data;  // NOLINT: the copy is the test
  EXPECT_EQ(&copy.samples(), &data.samples());
}

// ----------------------------------------------------------------------------------------------
// hash

std::string HashOf(std::vector<Sample> samples) {
  return MakeDataset("x", std::move(samples)).hash();
}

TEST(DatasetHash, IsTheSameForEver) {
  // A changed hash would orphan every recorded answer: change the version in HashOf() on purpose
  // only.
  EXPECT_EQ(internal::Hasher().Hex(),
            "99aa06d3014798d86001c324468d497f");  // XXH3-128's own, of "".
  EXPECT_EQ(HashOf({{.id = "a", .input = "1+1=", .answer = "2", .extra = {{"k", "v"}}}}),
            "75a0df5e1699d6378d56f55f41943030");
}

TEST(DatasetHash, DoesNotDependOnTheName) {
  EXPECT_EQ(MakeDataset("x", {{.input = "a"}}, "source").hash(), HashOf({{.input = "a"}}));
}

TEST(DatasetHash, CoversEveryFieldAndTheirBoundaries) {
  const std::vector<std::vector<Sample>> all = {
      {{.id = "a", .input = "bc"}},
      {{.id = "ab", .input = "c"}},
      {{.id = "a", .input = "b", .answer = "c"}},
      {{.id = "a", .input = "b", .group = "c"}},
      {{.id = "a", .input = "b", .cluster = "c"}},
      {{.id = "a", .input = "b", .cluster = "c"}, {.id = "d"}},
      {{.id = "a", .input = "b"}, {.id = "d", .cluster = "c"}},
      {{.id = "a", .input = "b", .choices = {"c"}}},
      {{.id = "a", .input = "b", .choices = {"c", ""}}},
      {{.id = "a", .input = "b", .choices = {"", "c"}}},
      {{.id = "a", .input = "b", .choices = {"c", "d"}}},
      {{.id = "a", .input = "b", .choices = {"cd"}}},
      {{.id = "a", .input = "b", .choices = {"c"}, .extra = {{"d", "e"}}}},
      {{.id = "a", .input = "b", .extra = {{"c", "d"}}}},
      {{.id = "a", .input = "b", .extra = {{"cd", ""}}}},
      {{.id = "a"}, {.id = "b"}},
      {{.id = "b"}, {.id = "a"}},
  };
  std::set<std::string> hashes;
  for (const std::vector<Sample>& samples : all) {
    const std::string hash = HashOf(samples);
    EXPECT_THAT(hash, testing::MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(hash.size(), 32U);
    EXPECT_TRUE(hashes.insert(hash).second) << hash;
  }
}

TEST_F(DatasetTest, TheHashDoesNotDependOnTheFormat) {
  const Dataset made = MakeDataset("x", {{.id = "1",
                                          .input = "a\nb",
                                          .answer = "0",
                                          .choices = {"yes", "no"},
                                          .group = "g",
                                          .cluster = "7",
                                          .extra = {{"note", "n"}}}});
  const Dataset jsonl = Load("x.jsonl",
                             "{\"note\":\"n\",\"choices\":[\"yes\", \"no\"],\"group\":\"g\","
                             "\"cluster\":7,\"answer\":0,\"input\":\"a\\nb\",\"id\":1}\r\n");
  const Dataset csv = Load("y.csv",
                           "group,id,input,answer,choices,cluster,note\n"
                           "g,1,\"a\nb\",0,\"[\"\"yes\"\",\"\"no\"\"]\",7,n\n");
  EXPECT_EQ(jsonl.hash(), made.hash());
  EXPECT_EQ(csv.hash(), made.hash());
}

}  // namespace
}  // namespace gatetest
