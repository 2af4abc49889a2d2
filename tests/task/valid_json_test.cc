#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gatetest/tasks.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing_support::OneSample;
using testing_support::OutcomeOf;

const Sample kSample = {.id = "q", .input = "Q"};

double ScoreOf(std::string_view text, const std::vector<std::string>& required_keys = {}) {
  const TaskPtr task = ValidJson(OneSample(kSample), {.required_keys = required_keys});
  const Outcome outcome = OutcomeOf(*task, kSample, std::string(text));
  EXPECT_EQ(outcome.unmeasured, "");
  return outcome.score;
}

TEST(ValidJson, AcceptsEveryKindOfValue) {
  for (const char* text : {"{}", "[]", "null", "true", "-1.5e3", "\"text\"", "[1, {\"a\": [null]}]",
                           " \n{\"a\": 1}\t\n", "\"\u00e9 \\u00e9 \\ud83d\\ude00\""}) {
    EXPECT_EQ(ScoreOf(text), 1.0) << text;
  }
}

TEST(ValidJson, RefusesAllElse) {
  for (const char* text :
       {"", " ", "text", "{} {}", "[1,]", "{a: 1}", "{'a': 1}", "[1 2]", "{\"a\": 1", "01", "+1",
        "NaN", "// no\n{}", "```json\n{}\n```", "Sure: {}", "\"a\nb\"", "\"\xFF\"", "[\"\\x\"]"}) {
    EXPECT_EQ(ScoreOf(text), 0.0) << text;
  }
}

TEST(ValidJson, NulEndsNothing) {
  EXPECT_EQ(ScoreOf(std::string_view("{}\0 and more", 12)), 0.0);
  EXPECT_EQ(ScoreOf(std::string_view("{}\0", 3)), 0.0);
}

TEST(ValidJson, WithRequiredKeysWantsAnObjectThatHasThem) {
  EXPECT_EQ(ScoreOf(R"({"a": 1, "b": null, "c": 2})", {"a", "b"}), 1.0);
  EXPECT_EQ(ScoreOf(R"({"a": 1})", {"a", "b"}), 0.0);
  EXPECT_EQ(ScoreOf(R"({"x": {"a": 1, "b": 2}})", {"a", "b"}), 0.0);
  EXPECT_EQ(ScoreOf(R"(["a", "b"])", {"a", "b"}), 0.0);
  EXPECT_EQ(ScoreOf("\"a\"", {"a"}), 0.0);
}

TEST(ValidJson, AMillionBracketsNeitherCrashNorHang) {
  constexpr std::size_t kMany = 1'000'000;
  std::string objects;
  std::string alternating;
  for (std::size_t i = 0; i < kMany; ++i) objects += "{\"a\":";
  for (std::size_t i = 0; i < kMany; ++i) alternating += "[{\"a\":";
  EXPECT_EQ(ScoreOf(std::string(kMany, '[')), 0.0);
  EXPECT_EQ(ScoreOf(std::string(kMany, '[') + std::string(kMany, ']')), 0.0);
  EXPECT_EQ(ScoreOf(objects), 0.0);
  EXPECT_EQ(ScoreOf(objects + "1" + std::string(kMany, '}')), 0.0);
  EXPECT_EQ(ScoreOf(alternating), 0.0);
  EXPECT_EQ(ScoreOf(std::string(100, '[') + std::string(100, ']')), 1.0);
}

TEST(ValidJson, ItsProtocolHasTheKeys) {
  const auto protocol = [](std::vector<std::string> keys) {
    return ValidJson(OneSample(kSample), {.required_keys = std::move(keys)})->protocol();
  };
  EXPECT_NE(protocol({}), protocol({"a"}));
  EXPECT_NE(protocol({"a"}), protocol({"b"}));
}

}  // namespace
}  // namespace gatetest
