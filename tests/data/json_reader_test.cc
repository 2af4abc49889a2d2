#include "src/data/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "gatetest/error.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing_support::ErrorOf;
using testing_support::TemporaryFolder;

class JsonReaderTest : public ::testing::Test {
 protected:
  json Read(const std::string& content) const {
    return ReadJsonFile(folder_.Write("some.json", content).string());
  }

  /// Why the file is refused, without its folder.
  std::string ErrorOfFile(const std::string& content) const {
    const std::string folder = folder_.path().string() + "/";
    std::string error = ErrorOf([&] { Read(content); }, ErrorCode::kInvalidData);
    const std::size_t at = error.find(folder);
    return at == std::string::npos ? error : error.erase(at, folder.size());
  }

  const TemporaryFolder folder_;
};

TEST_F(JsonReaderTest, AllowsCommentsAndAByteOrderMark) {
  EXPECT_EQ(Read("\xEF\xBB\xBF// why\n{\"a\": /* one */ 1}"), json({{"a", 1}}));
}

TEST_F(JsonReaderTest, RefusesAFieldThatIsThereTwice) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"a": 1, "b": 2, "a": 1})", "some.json: file: field \"a\" appears twice; remove one"},
      {R"({"m": {"x": {"a": 1, "a": {}}}})",
       "some.json: m.x: field \"a\" appears twice; remove one"},
      {R"({"m": {"x": 1, "x": 1}})", "some.json: m: field \"x\" appears twice; remove one"},
      {R"({"m": [{"a": 1}, [], {"b": 1, "b": 2}]})",
       "some.json: m: field \"b\" appears twice; remove one"},
      // The same name, written in another way.
      {R"({"a": 1, "\u0061": 2})", "some.json: file: field \"a\" appears twice; remove one"}};
  for (const auto& [content, error] : cases) EXPECT_EQ(ErrorOfFile(content), error);
}

TEST_F(JsonReaderTest, TakesOneNameInSeveralObjects) {
  const std::string content = R"({"a": {"a": 1, "b": {"a": 2}}, "b": [{"a": 1}, {"a": 2}]})";
  EXPECT_EQ(Read(content), json::parse(content));
}

TEST_F(JsonReaderTest, RefusesWhatIsNoJson) {
  for (const std::string content : {"", "{", "{\"a\": 1,}", "{\"a\": 1e999}", "{} {}"}) {
    EXPECT_THAT(ErrorOfFile(content), testing::StartsWith("some.json: is no JSON: ")) << content;
  }
}

/// Headers may hold what nobody wrote on purpose.
TEST_F(JsonReaderTest, ShowsNoTextThatMayBeAKey) {
  EXPECT_EQ(ErrorOfFile("{\"Authorization\": \"Bearer sk-SECRET\n\"}").find("SECRET"),
            std::string::npos);
  const json value = json::parse(R"(["sk-SECRET"])");
  EXPECT_EQ(ErrorOf([&] { JsonPlace{.value = value, .where = "file: headers.key"}.Text(); },
                    ErrorCode::kInvalidData),
            "file: headers.key: should be text, but is an array");
}

/// Whoever shows or frees it would call itself once a level.
TEST_F(JsonReaderTest, RefusesWhatIsNestedTooDeeply) {
  EXPECT_EQ(Read(std::string(60, '[') + std::string(60, ']')).size(), 1U);
  EXPECT_EQ(ErrorOfFile(std::string(300000, '[')), "some.json: is nested more than 64 levels deep");
}

TEST_F(JsonReaderTest, NamesAFileThatIsNotThere) {
  const std::string path = (folder_ / "nowhere.json").string();
  EXPECT_EQ(ErrorOf([&] { ReadJsonFile(path); }, ErrorCode::kNotFound), path + ": cannot be read");
}

TEST(JsonPlace, ReadsValues) {
  const json value = {{"text", "t"}, {"truth", true}, {"number", 2.5}, {"whole", -3}, {"ms", 7}};
  const JsonPlace place{.value = value, .where = "f: x"};
  EXPECT_EQ(place.Required("text", "").Text(), "t");
  EXPECT_TRUE(place.Required("truth", "").Truth());
  EXPECT_EQ(place.Required("number", "").Number(), 2.5);
  EXPECT_EQ(place.Required("whole", "").Number(), -3.0);
  EXPECT_EQ(place.Required("whole", "").Whole<std::int8_t>(), -3);
  EXPECT_EQ(place.Required("ms", "").Milliseconds().count(), 7);
}

TEST(JsonPlace, RefusesOtherValues) {
  const json value = 200;
  const JsonPlace place{.value = value, .where = "f: x.y"};
  const auto error = [&](auto read) { return ErrorOf(read, ErrorCode::kInvalidData); };
  EXPECT_EQ(error([&] { place.Text(); }), "f: x.y: should be text, but is \"200\"");
  EXPECT_EQ(error([&] { place.Truth(); }), "f: x.y: should be true or false, but is \"200\"");
  EXPECT_EQ(error([&] { place.Whole<std::int8_t>(); }),
            "f: x.y: should be a whole number of that size, but is \"200\"");
  EXPECT_EQ(error([&] { place.Required("a", "b"); }),
            "f: x.y: should be an object, but is \"200\"");
  const json text = "1";
  EXPECT_EQ(error([&] { JsonPlace{.value = text, .where = "f: t"}.Number(); }),
            "f: t: should be a number, but is \"\\\"1\\\"\"");
}

TEST(JsonPlace, SaysWhatAMissingFieldMeans) {
  const json value = json::object();
  EXPECT_EQ(ErrorOf([&] { JsonPlace{.value = value, .where = "f: x"}.Required("date", "the day"); },
                    ErrorCode::kInvalidData),
            "f: x: field \"date\" is missing: the day");
}

TEST(ReadObject, GivesEachFieldToItsReaderInTheOrderOfNames) {
  const json value = {{"b", 1}, {"a", 2}};
  std::vector<std::string> seen;
  const auto see = [&](const JsonPlace& at) { seen.push_back(at.where + "=" + at.value.dump()); };
  ReadObject({.value = value, .where = "f: x"}, {{"b", see}, {"unused", see}, {"a", see}});
  EXPECT_THAT(seen, ElementsAre("f: x.a=2", "f: x.b=1"));
}

TEST(ReadObject, ListsTheFieldsThereAre) {
  const json value = {{"prize", 1}};
  const auto ignore = [](const JsonPlace&) {};
  EXPECT_EQ(
      ErrorOf(
          [&] {
            ReadObject({.value = value, .where = "f: x"}, {{"price", ignore}, {"date", ignore}});
          },
          ErrorCode::kInvalidData),
      "f: x: unknown field \"prize\"; there are price, date");
}

}  // namespace
}  // namespace gatetest::internal
