#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_support::ErrorOf;
using testing_support::FirstRequests;
using testing_support::OneSample;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Sample Question(std::vector<std::string> choices, std::string answer = "0") {
  return {.id = "q", .input = "Q", .answer = std::move(answer), .choices = std::move(choices)};
}

/// The outcome when the model gives `logprobs[i]` for choice i.
Outcome OutcomeOf(const Sample& sample, const std::vector<std::vector<double>>& logprobs,
                  ChoiceScore score = ChoiceScore::kAcc, const std::string& delimiter = "") {
  const TaskPtr task = MultipleChoice(OneSample(sample), {.score = score, .delimiter = delimiter});
  const ModelInfo info = {.name = "fake"};
  std::size_t next = 0;
  return testing_support::OutcomeOf(
      *task, sample, info, {.score = true, .generate = false, .tokenize = false},
      [&](const Request&) { return Response::Logprobs(logprobs.at(next++)); });
}

TEST(MultipleChoice, AsksForEveryChoiceAfterThePrompt) {
  const Sample sample = Question({"yes", "no"});
  const TaskPtr task = MultipleChoice(
      OneSample(sample), {.name = "mc", .prompt = "Question: {input}\nAnswer:", .delimiter = " "});
  const std::vector<Request> requests = FirstRequests(*task, sample);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].kind, RequestKind::kScore);
  EXPECT_EQ(requests[0].prompt, "Question: Q\nAnswer:");
  EXPECT_EQ(requests[0].continuation, " yes");
  EXPECT_EQ(requests[1].continuation, " no");
  EXPECT_EQ(task->name(), "mc");
}

TEST(MultipleChoice, TheHighestSumWins) {
  const Outcome right = OutcomeOf(Question({"a", "b"}, "1"), {{-1.0, -1.0}, {-1.5}});
  EXPECT_EQ(right.score, 1.0);
  EXPECT_EQ(right.answer, "b");
  const Outcome wrong = OutcomeOf(Question({"a", "b"}, "0"), {{-1.0, -1.0}, {-1.5}});
  EXPECT_EQ(wrong.score, 0.0);
  EXPECT_EQ(wrong.answer, "b");
}

TEST(MultipleChoice, ATieGoesToTheFirst) {
  EXPECT_EQ(OutcomeOf(Question({"a", "b", "c"}), {{-2.0}, {-1.0}, {-1.0}}).answer, "b");
  EXPECT_EQ(OutcomeOf(Question({"a", "b"}), {{-kInfinity}, {-kInfinity}}).answer, "a");
  EXPECT_EQ(OutcomeOf(Question({"aa", "a"}), {{-2.0}, {-1.0}}, ChoiceScore::kAccNorm).answer, "aa");
}

TEST(MultipleChoice, RoundingAboveZeroIsATieAtZero) {
  EXPECT_EQ(OutcomeOf(Question({"a", "b"}), {{0.0}, {1e-6}}).answer, "a");
}

TEST(MultipleChoice, DividesBySizeInCharactersOrBytes) {
  // The first has 3 characters in 6 bytes, the second 4 in 4.
  const Sample sample = Question({"\u00e9\u00e8\u00ea", "abcd"});
  const std::vector<std::vector<double>> logprobs = {{-4.5}, {-4.0}};
  EXPECT_EQ(OutcomeOf(sample, logprobs, ChoiceScore::kAcc).answer, "abcd");
  EXPECT_EQ(OutcomeOf(sample, logprobs, ChoiceScore::kAccNorm).answer, "abcd");  // -1.5, -1.0
  EXPECT_EQ(OutcomeOf(sample, logprobs, ChoiceScore::kAccBytes).answer,
            "\u00e9\u00e8\u00ea");  // -0.75, -1.0
  const std::vector<std::vector<double>> others = {{-2.9}, {-3.5}};
  EXPECT_EQ(OutcomeOf(sample, others, ChoiceScore::kAcc).answer, "\u00e9\u00e8\u00ea");
  EXPECT_EQ(OutcomeOf(sample, others, ChoiceScore::kAccNorm).answer, "abcd");  // -0.967, -0.875
}

TEST(MultipleChoice, TheDelimiterIsNotCountedInTheLength) {
  const Sample sample = Question({"a", "bbb"});
  // By characters of the choice alone: -1.0 and -0.9. With the delimiter: -0.5 and -0.675.
  EXPECT_EQ(OutcomeOf(sample, {{-1.0}, {-2.7}}, ChoiceScore::kAccNorm, " ").answer, "bbb");
  EXPECT_EQ(OutcomeOf(sample, {{-1.0}, {-2.7}}, ChoiceScore::kAccBytes, " ").answer, "bbb");
}

TEST(MultipleChoice, AMissingLogprobIsUnmeasuredAndNamesTheChoice) {
  for (const std::vector<double>& wrong : {std::vector<double>{}, {kNaN}, {0.5}, {-1.0, -9999.0}}) {
    const Outcome outcome = OutcomeOf(Question({"a", "b"}), {{-1.0}, wrong});
    EXPECT_THAT(outcome.unmeasured, HasSubstr("choice 1"));
  }
}

TEST(MultipleChoice, ProbabilityZeroOnlyLoses) {
  const Outcome outcome = OutcomeOf(Question({"a", "b"}, "1"), {{-kInfinity}, {-900.0}});
  EXPECT_EQ(outcome.unmeasured, "");
  EXPECT_EQ(outcome.answer, "b");
}

TEST(MultipleChoice, RefusesSamplesItCannotAsk) {
  const auto error = [](Sample sample) {
    const TaskPtr task = MultipleChoice(OneSample(std::move(sample)));
    return ErrorOf([&] { task->dataset(); }, ErrorCode::kInvalidData);
  };
  EXPECT_THAT(error(Question({})), AllOf(HasSubstr("\"q\""), HasSubstr("choices")));
  EXPECT_THAT(error(Question({"a"})), HasSubstr("at least two, but holds 1"));
  EXPECT_THAT(error(Question({"a", ""})), HasSubstr("choice 1 is empty"));
  for (const char* answer : {"2", "-1", "", "a", "1.0", " 1", "0x1", "99999999999999999999"}) {
    EXPECT_THAT(error(Question({"a", "b"}, answer)), AllOf(HasSubstr("0 to 1"), HasSubstr(answer)));
  }
}

TEST(MultipleChoice, RefusesAPromptWithoutTheInput) {
  EXPECT_THAT(ErrorOf(
                  [] {
                    MultipleChoice(OneSample(Question({"a", "b"})), {.prompt = "Q"});
                  },
                  ErrorCode::kInvalidArgument),
              HasSubstr("{input}"));
}

TEST(MultipleChoice, ItsProtocolTellsWhatMustNotBeCompared) {
  const Dataset data = OneSample(Question({"a", "b"}));
  const std::string plain = MultipleChoice(data)->protocol();
  EXPECT_NE(MultipleChoice(data, {.score = ChoiceScore::kAccNorm})->protocol(), plain);
  EXPECT_NE(MultipleChoice(data, {.prompt = "Q: {input}"})->protocol(), plain);
  EXPECT_NE(MultipleChoice(data, {.delimiter = " "})->protocol(), plain);
  EXPECT_EQ(MultipleChoice(data, {.name = "another"})->protocol(), plain);
}

}  // namespace
}  // namespace gatetest
