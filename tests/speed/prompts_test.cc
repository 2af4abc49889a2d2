#include "src/speed/prompts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/fake_model.h"

namespace gatetest::internal {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::ErrorOf;
using testing_support::FakeModel;

/// "add 1", ... of group "add", then "sub 1", ... of group "sub".
TaskPtr Skills(std::size_t of_each = 3) {
  std::vector<Sample> samples;
  for (const std::string group : {"add", "sub"}) {
    for (std::size_t i = 1; i <= of_each; ++i) {
      samples.push_back({.input = group + " " + std::to_string(i), .answer = "1", .group = group});
    }
  }
  return ExactMatch(MakeDataset("skills", std::move(samples)));
}

TaskPtr Sums() {
  return ExactMatch(
      MakeDataset("sums", {{.input = "1+1=", .answer = "2"}, {.input = "2+2=", .answer = "4"}}));
}

TaskPtr Choices() {
  return MultipleChoice(MakeDataset(
      "choices", {{.input = "sky", .answer = "0", .choices = {"blue", "red", "green"}},
                  {.input = "grass", .answer = "1", .choices = {"blue", "green", "red"}}}));
}

TaskPtr Prose(CorpusOptions options = {}) {
  return Corpus(MakeDataset("prose", {{.input = "abcdefgh"}, {.input = "xyz"}}),
                std::move(options));
}

/// Says what it can; tokens are bytes, and nothing but them is asked.
std::shared_ptr<FakeModel> Model(const Capabilities& capabilities) {
  auto model = std::make_shared<FakeModel>(
      [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        for (std::size_t i = 0; i < requests.size(); ++i) {
          EXPECT_EQ(requests[i].kind, RequestKind::kTokenize);
          sink.Receive(i, Response::Tokens({requests[i].prompt.begin(), requests[i].prompt.end()}));
        }
      },
      ModelInfo{.name = "fake", .context_window = 4, .bos_token = 1});
  model->set_capabilities([=] { return capabilities; });
  return model;
}

Capabilities Generates() { return {.generate = true}; }
Capabilities Scores() { return {.score = true}; }
Capabilities CanAll() { return {.score = true, .generate = true, .tokenize = true}; }

Prompts PromptsOf(std::vector<TaskPtr> tasks, const PromptChoice& choice, FakeModel& model,
                  PromptOrder order = PromptOrder::kAsGiven) {
  RequestTimer timer(model, nullptr);
  return PromptsFor({.tasks = std::move(tasks), .workload = {.order = order}}, choice, model,
                    timer);
}

std::vector<std::string> TextsOf(const Prompts& prompts) {
  std::vector<std::string> texts;
  for (const Request& request : prompts.requests) {
    texts.push_back(request.prompt + request.continuation);
  }
  return texts;
}

std::vector<std::string> TextsFor(std::vector<TaskPtr> tasks, const PromptChoice& choice,
                                  const Capabilities& capabilities,
                                  PromptOrder order = PromptOrder::kAsGiven) {
  const auto model = Model(capabilities);
  return TextsOf(PromptsOf(std::move(tasks), choice, *model, order));
}

std::string ErrorFor(std::vector<TaskPtr> tasks, const std::string& on,
                     const Capabilities& capabilities, ErrorCode code) {
  const auto model = Model(capabilities);
  return ErrorOf([&] { PromptsOf(std::move(tasks), {.on = on, .most = 100}, *model); }, code);
}

TEST(PromptsFor, AsksForTextWhereATaskDoes) {
  const auto model = Model(CanAll());
  const Prompts prompts = PromptsOf({Choices(), Sums(), Prose(), Skills(1)}, {.most = 100}, *model);
  EXPECT_EQ(prompts.kind, RequestKind::kGenerate);
  EXPECT_EQ(prompts.tasks, "\"sums\", \"skills\"");
  EXPECT_THAT(TextsOf(prompts), ElementsAre("1+1=", "2+2=", "add 1", "sub 1"));
  EXPECT_THAT(prompts.requests, Each(Field(&Request::kind, RequestKind::kGenerate)));
  EXPECT_THAT(model->asked, IsEmpty());  // A text that is not timed is not tokenized either.
}

TEST(PromptsFor, AsksForScoresWhereNoTaskAsksForText) {
  const auto model = Model(CanAll());
  const Prompts prompts = PromptsOf({Choices()}, {.most = 100}, *model);
  EXPECT_EQ(prompts.kind, RequestKind::kScore);
  EXPECT_EQ(prompts.tasks, "\"choices\"");
  EXPECT_THAT(prompts.requests, SizeIs(6));
}

TEST(PromptsFor, AsksForScoresOfAModelThatCanOnlyScore) {
  const auto model = Model(Scores());
  const Prompts prompts = PromptsOf({Skills(), Choices()}, {.most = 100}, *model);
  EXPECT_EQ(prompts.kind, RequestKind::kScore);
  EXPECT_EQ(prompts.tasks, "\"choices\"");
}

TEST(PromptsFor, TheTaskOrGroupThatIsNamedIsAskedAlone) {
  const std::vector<TaskPtr> tasks = {Sums(), Skills(2), Choices()};
  EXPECT_THAT(TextsFor(tasks, {.on = "skills", .most = 100}, CanAll()),
              ElementsAre("add 1", "add 2", "sub 1", "sub 2"));
  EXPECT_THAT(TextsFor(tasks, {.on = "skills/sub", .most = 100}, CanAll()),
              ElementsAre("sub 1", "sub 2"));
  const auto model = Model(CanAll());
  EXPECT_EQ(PromptsOf(tasks, {.on = "skills/sub", .most = 100}, *model).tasks, "\"skills/sub\"");
  // By its name it is asked for what it asks for.
  EXPECT_EQ(PromptsOf(tasks, {.on = "choices", .most = 100}, *model).kind, RequestKind::kScore);
}

TEST(PromptsFor, NamesThatThereAreNotAreRefused) {
  EXPECT_EQ(ErrorFor({Sums(), Choices()}, "skils", CanAll(), ErrorCode::kInvalidArgument),
            "there is no task \"skils\"; there is: \"sums\" (measures accuracy), \"choices\" "
            "(measures accuracy)");
  EXPECT_EQ(ErrorFor({Skills()}, "skills/mul", CanAll(), ErrorCode::kInvalidArgument),
            "task \"skills\" has no group \"mul\"; its groups are add, sub");
  EXPECT_EQ(ErrorFor({Sums()}, "sums/add", CanAll(), ErrorCode::kInvalidArgument),
            "task \"sums\" has no groups, so no \"add\"; give its samples a field \"group\"");
}

TEST(PromptsFor, AGateWithoutTasksHasNone) {
  for (const std::string on : {"", "skills"}) {
    EXPECT_EQ(ErrorFor({}, on, CanAll(), ErrorCode::kInvalidArgument),
              "the gate has no tasks, and so no prompts to ask; set Gate::tasks");
  }
}

TEST(PromptsFor, AModelThatCanNoneOfItIsRefused) {
  EXPECT_EQ(ErrorFor({Choices()}, "", Generates(), ErrorCode::kUnsupported),
            "no task of \"choices\" asks this model for what it can answer; there is no prompt to "
            "time");
  EXPECT_EQ(ErrorFor({Skills(), Sums()}, "", Scores(), ErrorCode::kUnsupported),
            "no task of \"skills\", \"sums\" asks this model for what it can answer; there is no "
            "prompt to time");
  EXPECT_EQ(ErrorFor({Sums()}, "sums", {}, ErrorCode::kUnsupported),
            "no task of \"sums\" asks this model for what it can answer; there is no prompt to "
            "time");
}

/// One that needs a tokenizer, say, beside one that every model can answer.
TEST(PromptsFor, ATaskThatTheModelCannotAnswerDoesNotKeepOthersFromIt) {
  const TaskPtr rolling = Prose({.protocol = CorpusProtocol::kRolling});
  const auto model = Model(Generates());
  EXPECT_EQ(PromptsOf({rolling, Sums()}, {.most = 100}, *model).tasks, "\"sums\"");
  EXPECT_EQ(ErrorFor({rolling}, "", Scores(), ErrorCode::kUnsupported),
            "the rolling protocol needs a model that tokenizes (Capabilities::tokenize); use "
            "CorpusProtocol::kDocument without a window");
}

TEST(PromptsFor, TextsAreTokenizedBeforeAndOnlyScoresAreTimed) {
  const auto model = Model(CanAll());
  const Prompts prompts = PromptsOf({Prose()}, {.most = 100}, *model);
  EXPECT_EQ(prompts.kind, RequestKind::kScore);
  EXPECT_THAT(model->asked, ElementsAre("abcdefgh", "xyz"));
  // Windows of the model's context, each after BOS.
  ASSERT_THAT(prompts.requests, SizeIs(3));
  EXPECT_THAT(prompts.requests, Each(Field(&Request::kind, RequestKind::kScore)));
  EXPECT_THAT(prompts.requests[0].prompt_tokens, ElementsAre(1));
  EXPECT_THAT(prompts.requests[0].continuation_tokens, ElementsAre('a', 'b', 'c', 'd'));
  EXPECT_THAT(prompts.requests[1].continuation_tokens, ElementsAre('e', 'f', 'g', 'h'));
  EXPECT_THAT(prompts.requests[2].continuation_tokens, ElementsAre('x', 'y', 'z'));
}

TEST(PromptsFor, NoMoreTextsAreTokenizedThanAreAsked) {
  const auto model = Model(CanAll());
  EXPECT_THAT(PromptsOf({Prose()}, {.most = 2}, *model).requests, SizeIs(2));
  EXPECT_THAT(model->asked, ElementsAre("abcdefgh"));
}

TEST(PromptsFor, TextsAreCutWithoutTokensWhereTheModelHasNone) {
  EXPECT_THAT(TextsFor({Prose()}, {.most = 100}, Scores()), ElementsAre("abcd", "efgh", "xyz"));
}

/// The context window and BOS that an endpoint was found to have, where ModelInfo does not say.
TEST(PromptsFor, TextsAreCutAsTheModelWasFoundToBe) {
  FakeModel model([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Response::Tokens({requests[0].prompt.begin(), requests[0].prompt.end()}));
  });
  model.set_capabilities([] {
    return Capabilities{.score = true, .tokenize = true, .context_window = 6, .bos_token = 9};
  });
  const Prompts prompts = PromptsOf({Prose()}, {.most = 100}, model);
  ASSERT_THAT(prompts.requests, SizeIs(3));
  EXPECT_THAT(prompts.requests[0].prompt_tokens, ElementsAre(9));
  EXPECT_THAT(prompts.requests[0].continuation_tokens, SizeIs(6));
}

TEST(PromptsFor, ATextThatCannotBeTokenizedIsAFailureOfTheModel) {
  FakeModel model([](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Response::Failed("no such tokenizer"));
  });
  EXPECT_EQ(ErrorOf([&] { PromptsOf({Prose()}, {.most = 100}, model); }, ErrorCode::kModelFailed),
            "no such tokenizer");
}

/// One token that nothing comes before cannot be scored.
TEST(PromptsFor, SamplesThatAskForNothingHaveNoPrompt) {
  FakeModel model([](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Response::Tokens({7}));
  });
  EXPECT_EQ(
      ErrorOf([&] { PromptsOf({Prose()}, {.most = 100}, model); }, ErrorCode::kInvalidArgument),
      "the samples of \"prose\" ask for nothing; there is no prompt to time");
}

TEST(PromptsFor, NoMoreAreMadeThanAreWanted) {
  EXPECT_THAT(TextsFor({Skills(4)}, {.most = 3}, CanAll()), ElementsAre("add 1", "add 2", "add 3"));
  // Not even where a sample has several.
  EXPECT_THAT(TextsFor({Choices()}, {.most = 4}, CanAll()), SizeIs(4));
}

TEST(PromptsFor, AreShuffledTheSameWayEveryTime) {
  const auto shuffled = [](std::optional<std::uint64_t> seed, std::size_t most = 100) {
    return TextsFor({Skills(20), Sums()}, {.seed = seed, .most = most}, CanAll(),
                    PromptOrder::kShuffled);
  };
  const std::vector<std::string> given = TextsFor({Skills(20), Sums()}, {.most = 100}, CanAll());
  EXPECT_NE(shuffled({}), given);
  EXPECT_EQ(shuffled({}), shuffled({}));
  EXPECT_EQ(shuffled(7), shuffled(7));
  EXPECT_NE(shuffled(7), shuffled(8));
  EXPECT_THAT(shuffled({}), testing::UnorderedElementsAreArray(given));
  // What is not wanted is what comes last.
  std::vector<std::string> first = shuffled(7);
  first.resize(5);
  EXPECT_EQ(shuffled(7, 5), first);
}

TEST(PromptsFor, AreShuffledByTheDataWhereThereIsNoSeed) {
  const auto shuffled = [](std::vector<TaskPtr> tasks) {
    const auto model = Model(CanAll());
    return PromptsOf(std::move(tasks), {.most = 100}, *model, PromptOrder::kShuffled)
        .evidence.back();
  };
  EXPECT_EQ(shuffled({Skills(20)}), shuffled({Skills(20)}));
  EXPECT_NE(shuffled({Skills(20)}), shuffled({Skills(21)}));
}

TEST(PromptsFor, TheEvidenceIsTheDataTheProtocolAndTheOrder) {
  const TaskPtr sums = Sums();
  const std::string data =
      "\"sums\": data xxh3:" + sums->dataset().hash().substr(0, 12) + "; " + sums->protocol();
  const auto model = Model(CanAll());
  EXPECT_THAT(PromptsOf({sums}, {.seed = 7, .most = 100}, *model, PromptOrder::kShuffled).evidence,
              ElementsAre(data, "prompts in a random order, seed 7"));
  EXPECT_THAT(PromptsOf({sums}, {.seed = 7, .most = 100}, *model).evidence,
              ElementsAre(data, "prompts in the order of the data"));
}

}  // namespace
}  // namespace gatetest::internal
