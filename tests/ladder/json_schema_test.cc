#include "tests/support/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace gatetest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_support::JsonSchema;

/// The errors that a document in the text has by the schema in the text.
std::vector<std::string> Errors(const std::string& schema, const std::string& document) {
  return JsonSchema(nlohmann::json::parse(schema)).ErrorsIn(nlohmann::json::parse(document));
}

TEST(JsonSchema, KnowsTypes) {
  const char* const documents[] = {"{}", "[]", "\"a\"", "1.5", "true", "null"};
  const char* const types[] = {"object", "array", "string", "number", "boolean", "null"};
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      const std::string schema = std::string("{\"type\": \"") + types[j] + "\"}";
      EXPECT_EQ(Errors(schema, documents[i]).empty(), i == j) << types[j] << " " << documents[i];
    }
  }
  EXPECT_THAT(Errors(R"({"type": "integer"})", "3"), IsEmpty());
  EXPECT_THAT(Errors(R"({"type": "integer"})", "3.0"), IsEmpty());
  EXPECT_THAT(Errors(R"({"type": "integer"})", "3.5"), ElementsAre(": 3.5 is no integer"));
  EXPECT_THAT(Errors(R"({"type": "number"})", "3"), IsEmpty());
}

TEST(JsonSchema, KnowsWhatHasToBeThereAndWhatMayBe) {
  const std::string schema = R"({
    "type": "object", "required": ["a"], "additionalProperties": false,
    "properties": {"a": {"type": "number"}, "b": {"type": "string"}}})";
  EXPECT_THAT(Errors(schema, R"({"a": 1})"), IsEmpty());
  EXPECT_THAT(Errors(schema, R"({"a": 1, "b": "x"})"), IsEmpty());
  EXPECT_THAT(
      Errors(schema, R"({"b": 1, "c": 2})"),
      ElementsAre(": has no \"a\"", "/b: 1 is no string", ": has \"c\", which is not known"));
  EXPECT_THAT(Errors(R"({"properties": {}})", R"({"c": 2})"), IsEmpty());
}

TEST(JsonSchema, KnowsItems) {
  EXPECT_THAT(Errors(R"({"items": {"type": "number"}})", R"([1, "a", 2, null])"),
              ElementsAre("/1: \"a\" is no number", "/3: null is no number"));
}

TEST(JsonSchema, KnowsConstAndEnum) {
  EXPECT_THAT(Errors(R"({"const": "v1"})", R"("v1")"), IsEmpty());
  EXPECT_THAT(Errors(R"({"const": "v1"})", R"("v2")"), ElementsAre(": \"v2\" is not \"v1\""));
  EXPECT_THAT(Errors(R"({"enum": ["a", "b"]})", R"("b")"), IsEmpty());
  EXPECT_THAT(Errors(R"({"enum": ["a", "b"]})", R"("c")"),
              ElementsAre(": \"c\" is none of [\"a\",\"b\"]"));
}

TEST(JsonSchema, KnowsAnyOf) {
  const std::string schema = R"({"anyOf": [{"type": "number"}, {"type": "null"}]})";
  EXPECT_THAT(Errors(schema, "1"), IsEmpty());
  EXPECT_THAT(Errors(schema, "null"), IsEmpty());
  EXPECT_THAT(Errors(schema, "true"), ElementsAre(": true is none of 2 kinds"));
}

TEST(JsonSchema, FollowsReferences) {
  const std::string schema = R"({
    "properties": {"a": {"$ref": "#/$defs/size"}}, "$defs": {"size": {"type": "number"}}})";
  EXPECT_THAT(Errors(schema, R"({"a": 1})"), IsEmpty());
  EXPECT_THAT(Errors(schema, R"({"a": "x"})"), ElementsAre("/a: \"x\" is no number"));
}

TEST(JsonSchema, RefusesWhatItDoesNotKnow) {
  for (const char* const schema :
       {R"({"minimum": 0})", R"({"properties": {"a": {"pattern": "x"}}})",
        R"({"items": {"minimum": 0}})", R"({"anyOf": [{"minimum": 0}]})", R"({"type": "text"})",
        R"({"$ref": "#/$defs/nothing"})", R"({"$ref": "other.json"})",
        R"({"additionalProperties": true})", R"({"$defs": {"a": {"minimum": 0}}})"}) {
    EXPECT_THROW(Errors(schema, "1"), std::invalid_argument) << schema;
  }
}

}  // namespace
}  // namespace gatetest
