#include "gatetest/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "gatetest/tasks.h"
#include "tests/support/byte_model.h"
#include "tests/support/errors.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::ByteModel;
using testing_support::ErrorOf;
using testing_support::OneSample;
using testing_support::SumsOf;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Corpus, AsksForTheWindowsOfTheDocumentProtocol) {
  ByteModel model;
  const Outcome outcome = model.OutcomeOf("abcdef");
  ASSERT_EQ(model.scored.size(), 2U);
  EXPECT_THAT(model.scored[0].prompt_tokens, ElementsAre(ByteModel::kBos));
  EXPECT_THAT(model.scored[0].continuation_tokens, ElementsAre('a', 'b', 'c', 'd'));
  EXPECT_THAT(model.scored[1].prompt_tokens, ElementsAre(ByteModel::kBos));
  EXPECT_THAT(model.scored[1].continuation_tokens, ElementsAre('e', 'f'));
  ASSERT_EQ(outcome.windows.size(), 2U);
  EXPECT_EQ(outcome.windows[0].tokens, 4U);
  EXPECT_EQ(outcome.windows[0].nll, 4.0);
  EXPECT_EQ(outcome.windows[1].tokens, 2U);
  EXPECT_EQ(outcome.windows[1].bytes, 2U);
}

TEST(Corpus, AsksForTheWindowsOfTheRollingProtocol) {
  ByteModel model;
  model.OutcomeOf("abcdef", {.protocol = CorpusProtocol::kRolling});
  ASSERT_EQ(model.scored.size(), 2U);
  EXPECT_THAT(model.scored[0].prompt_tokens, ElementsAre(ByteModel::kBos));
  EXPECT_THAT(model.scored[0].continuation_tokens, ElementsAre('a', 'b', 'c', 'd'));
  EXPECT_THAT(model.scored[1].prompt_tokens, ElementsAre('b', 'c', 'd'));
  EXPECT_THAT(model.scored[1].continuation_tokens, ElementsAre('e', 'f'));
}

TEST(Corpus, WithoutBosTheFirstTokenIsContext) {
  ByteModel model;
  model.info.bos_token.reset();
  const Outcome outcome = model.OutcomeOf("abcd");
  ASSERT_EQ(model.scored.size(), 1U);
  EXPECT_THAT(model.scored[0].prompt_tokens, ElementsAre('a'));
  EXPECT_THAT(model.scored[0].continuation_tokens, ElementsAre('b', 'c', 'd'));
  EXPECT_EQ(SumsOf(outcome).bytes, 3U);
}

TEST(Corpus, CountsWordsAndBytesOfTheWholeDocumentHoweverItIsCut) {
  // len(re.split(r"\s+", text)) in Python 3.
  const std::pair<std::string, std::size_t> cases[] = {
      {"one two  three", 3},
      {" leading and trailing\n", 5},
      {"\u3000wide\u00a0space \u2003 run\u2028", 5},
      {"\u65e5\u672c\u3000\u8a9e", 2},
      {"\n\n", 2},
      {"word", 1}};
  for (const auto& [text, words] : cases) {
    for (const CorpusProtocol protocol : {CorpusProtocol::kDocument, CorpusProtocol::kRolling}) {
      for (int context = 0; context <= 8; ++context) {
        for (const std::size_t token_bytes : {1U, 2U, 3U, 5U}) {
          for (const bool gives_ends : {true, false}) {
            ByteModel model;
            model.info.context_window = context;
            model.token_bytes = token_bytes;
            model.gives_ends = gives_ends;
            const Outcome outcome = model.OutcomeOf(text, {.protocol = protocol});
            EXPECT_EQ(outcome.windows_have_bytes, gives_ends);
            EXPECT_EQ(SumsOf(outcome).words, words) << text << ", context " << context;
            EXPECT_EQ(SumsOf(outcome).bytes, text.size());
            EXPECT_EQ(SumsOf(outcome).tokens, (text.size() + token_bytes - 1) / token_bytes);
          }
        }
      }
    }
  }
}

TEST(Corpus, AsksAModelThatDoesNotTokenizeByLines) {
  ByteModel model;
  model.capabilities.tokenize = false;
  model.info.context_window = 8;
  const std::string text = "one two\nthree  four \u3000\n";
  const Outcome outcome = model.OutcomeOf(text);
  std::string joined;
  for (const Request& request : model.scored) {
    EXPECT_EQ(request.prompt, "");
    EXPECT_THAT(request.continuation_tokens, IsEmpty());
    EXPECT_LE(request.continuation.size(), 8U);
    joined += request.continuation;
  }
  EXPECT_EQ(joined, text);
  EXPECT_EQ(model.scored[0].continuation, "one two\n");
  EXPECT_EQ(SumsOf(outcome).words, 5U);
  EXPECT_EQ(SumsOf(outcome).bytes, text.size());
  EXPECT_TRUE(outcome.windows_have_bytes);
}

TEST(Corpus, AsksForTheWholeDocumentWhereTheContextIsUnknown) {
  ByteModel model;
  model.capabilities.tokenize = false;
  model.info.context_window = 0;
  model.OutcomeOf("one\ntwo\n");
  ASSERT_EQ(model.scored.size(), 1U);
  EXPECT_EQ(model.scored[0].continuation, "one\ntwo\n");
}

TEST(Corpus, AMissingOrImpossibleLogprobIsUnmeasuredAndSaysWhere) {
  const std::pair<std::vector<double>, std::string> cases[] = {
      {{}, "missing"},           {{-1.0}, "1 for 2 tokens"}, {{-1.0, -1.0, -1.0}, "3 for 2 tokens"},
      {{-1.0, kNaN}, "token 2"}, {{0.5, -1.0}, "token 1"},   {{-1.0, -9999.0}, "not available"}};
  for (const auto& [logprobs, text] : cases) {
    ByteModel model;
    model.logprobs_of[1] = logprobs;
    const Outcome outcome = model.OutcomeOf("abcdef");
    EXPECT_THAT(outcome.unmeasured, AllOf(HasSubstr("window 2"), HasSubstr(text)));
    EXPECT_THAT(outcome.windows, IsEmpty());
  }
}

TEST(Corpus, ProbabilityZeroIsMeasuredAndNamed) {
  ByteModel model;
  model.logprobs_of[1] = {-1.0, -kInfinity};
  const Outcome outcome = model.OutcomeOf("abcdef");
  EXPECT_EQ(outcome.unmeasured, "");
  EXPECT_EQ(outcome.windows[1].nll, kInfinity);
  EXPECT_EQ(outcome.answer, "window 2, token 2 has log-probability -inf");
}

TEST(Corpus, RefusesTokenEndsThatCannotBe) {
  const std::vector<std::size_t> impossible[] = {
      {1, 2}, {1, 2, 3, 4}, {2, 1, 3}, {1, 2, 4}, {1, 2, 2}};
  for (const std::vector<std::size_t>& ends : impossible) {
    const Sample sample = {.id = "doc", .input = "abc"};
    const ModelInfo info = {.name = "m", .context_window = 8, .bos_token = ByteModel::kBos};
    const Outcome outcome = testing_support::OutcomeOf(
        *Corpus(OneSample(sample)), sample, info, testing_support::kEverything,
        [&](const Request& request) {
          return request.kind == RequestKind::kTokenize ? Response::Tokens({7, 8, 9}, ends)
                                                        : Response::Logprobs({-1.0, -1.0, -1.0});
        });
    EXPECT_THAT(outcome.unmeasured, HasSubstr("token_ends")) << testing::PrintToString(ends);
  }
}

TEST(Corpus, ATokenizerThatMakesNoTokensIsUnmeasured) {
  const Sample sample = {.id = "doc", .input = "abc"};
  const ModelInfo info = {.name = "m", .bos_token = ByteModel::kBos};
  const Outcome outcome = testing_support::OutcomeOf(
      *Corpus(OneSample(sample)), sample, info, testing_support::kEverything,
      [](const Request&) { return Response::Tokens({}); });
  EXPECT_THAT(outcome.unmeasured, HasSubstr("no tokens"));
}

TEST(Corpus, RefusesAnEmptyDocument) {
  const TaskPtr task = Corpus(MakeDataset("texts", {{.id = "a", .input = "x"}, {.id = "b"}}));
  EXPECT_THAT(ErrorOf([&] { task->dataset(); }, ErrorCode::kInvalidData),
              AllOf(HasSubstr("texts"), HasSubstr("\"b\""), HasSubstr("empty")));
}

TEST(Corpus, ItsProtocolTellsWhatMustNotBeCompared) {
  const Dataset data = OneSample({.id = "a", .input = "x"});
  const std::string plain = Corpus(data)->protocol();
  EXPECT_NE(Corpus(data, {.protocol = CorpusProtocol::kRolling})->protocol(), plain);
  EXPECT_NE(Corpus(data, {.per = Per::kByte})->protocol(), plain);
  EXPECT_EQ(Corpus(data, {.name = "another"})->protocol(), plain);
}

TEST(PerplexityUnit, IsTheCorpuss) {
  const Dataset data = OneSample({.id = "a", .input = "x", .answer = "y"});
  EXPECT_EQ(PerplexityUnit(*Corpus(data)), Per::kToken);
  EXPECT_EQ(PerplexityUnit(*Corpus(data, {.per = Per::kWord})), Per::kWord);
  EXPECT_EQ(PerplexityUnit(*ExactMatch(data)), Per::kToken);
}

TEST(Corpus, BytesOfUnscoredTokensAreNotCounted) {
  // Without BOS the first token of each window is not scored; without offsets nobody knows its
  // bytes.
  ByteModel model;
  model.info.bos_token.reset();
  model.gives_ends = false;
  for (const Window& window : model.OutcomeOf("abcdefgh").windows) {
    EXPECT_EQ(window.bytes, 0U);
    EXPECT_EQ(window.words, 0U);
  }
}

TEST(Corpus, RollingNeedsATokenizer) {
  ByteModel model;
  model.capabilities.tokenize = false;
  EXPECT_THAT(ErrorOf([&] { model.OutcomeOf("abc", {.protocol = CorpusProtocol::kRolling}); },
                      ErrorCode::kUnsupported),
              HasSubstr("the rolling protocol needs a model that tokenizes"));
}

}  // namespace
}  // namespace gatetest
