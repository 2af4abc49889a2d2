// CorpusOptions::window, and the protocol that needs it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/evaluator.h"
#include "gatetest/function_model.h"
#include "tests/support/byte_model.h"
#include "tests/support/errors.h"
#include "tests/support/evaluations.h"

namespace gatetest {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing_support::ByteModel;
using testing_support::ErrorOf;
using testing_support::OneSample;
using testing_support::SumsOf;

const CorpusOptions kLlamaCpp4 = {.protocol = CorpusProtocol::kLlamaCpp, .window = 4};

/// What was asked for: "B01|2".
std::vector<std::string> Asked(const ByteModel& model) {
  std::vector<std::string> asked;
  for (const Request& request : model.scored) {
    std::string text;
    for (const TokenId token : request.prompt_tokens) {
      text += token == ByteModel::kBos ? 'B' : static_cast<char>(token);
    }
    text += '|';
    for (const TokenId token : request.continuation_tokens) text += static_cast<char>(token);
    asked.push_back(text);
  }
  return asked;
}

// ----------------------------------------------------------------------------- the llama.cpp one

TEST(CorpusLlamaCpp, ScoresTheSecondHalvesOfWindows) {
  ByteModel model;
  const Outcome outcome = model.OutcomeOf("01234567", kLlamaCpp4);
  EXPECT_THAT(Asked(model), ElementsAre("B01|2", "B45|6"));
  EXPECT_EQ(SumsOf(outcome).tokens, 2U);
  EXPECT_EQ(SumsOf(outcome).nll, 2.0);
}

TEST(CorpusLlamaCpp, WithoutBosReplacesNothing) {
  ByteModel model;
  model.info.bos_token.reset();
  model.OutcomeOf("0123456789", kLlamaCpp4);
  EXPECT_THAT(Asked(model), ElementsAre("012|3", "456|7"));
}

TEST(CorpusLlamaCpp, CountsTheBytesAndWordsOfScoredTokens) {
  ByteModel model;
  model.info.context_window = 8;
  // Scored: " fo" of the first window, "f s" of the second.
  const Outcome outcome =
      model.OutcomeOf("abcd fo f of f si", {.protocol = CorpusProtocol::kLlamaCpp, .window = 8});
  EXPECT_THAT(Asked(model), ElementsAre("Babcd| fo", "Bf of| f "));
  ASSERT_THAT(outcome.windows, SizeIs(2));
  EXPECT_EQ(outcome.windows[0].bytes, 3U);
  EXPECT_EQ(outcome.windows[0].words, 2U);
  EXPECT_EQ(outcome.windows[1].bytes, 3U);
  EXPECT_EQ(outcome.windows[1].words, 2U);

  ByteModel without_ends;
  without_ends.info.context_window = 8;
  without_ends.gives_ends = false;
  const Outcome unknown = without_ends.OutcomeOf(
      "abcd fo f of f si", {.protocol = CorpusProtocol::kLlamaCpp, .window = 8});
  EXPECT_FALSE(unknown.windows_have_bytes);
  EXPECT_EQ(SumsOf(unknown).bytes, 0U) << "those of all tokens are not those of the scored ones";
}

TEST(CorpusLlamaCpp, HasWindowsOf512Tokens) {
  ByteModel model;
  model.info.context_window = 4096;
  const Outcome outcome =
      model.OutcomeOf(std::string(1023, 'x'), {.protocol = CorpusProtocol::kLlamaCpp});
  ASSERT_THAT(model.scored, SizeIs(2));
  EXPECT_THAT(model.scored[0].prompt_tokens, SizeIs(257));
  EXPECT_THAT(model.scored[0].continuation_tokens, SizeIs(255));
  EXPECT_EQ(SumsOf(outcome).tokens, 510U);
}

TEST(CorpusLlamaCpp, NeedsTwoWindows) {
  for (const auto& [text, bos] : {std::pair{"012345", true}, std::pair{"0123456", false}}) {
    ByteModel model;
    if (!bos) model.info.bos_token.reset();
    EXPECT_EQ(ErrorOf([&, shorter = text] { model.OutcomeOf(shorter, kLlamaCpp4); },
                      ErrorCode::kInvalidData),
              "the llama.cpp protocol needs two windows of 4 tokens, and the document has " +
                  std::to_string(std::string(text).size()) +
                  " tokens; set CorpusOptions::window, or use a longer text");
  }
}

TEST(CorpusLlamaCpp, NeedsATokenizer) {
  ByteModel model;
  model.capabilities.tokenize = false;
  EXPECT_EQ(ErrorOf([&] { model.OutcomeOf("01234567", kLlamaCpp4); }, ErrorCode::kUnsupported),
            "the llama.cpp protocol needs a model that tokenizes (Capabilities::tokenize); use "
            "CorpusProtocol::kDocument without a window");
}

TEST(CorpusLlamaCpp, ADocumentThatIsTooShortIsUnmeasuredAndSaysWhy) {
  ByteModel bytes;
  bytes.info = {.name = "bytes", .context_window = 8, .bos_token = ByteModel::kBos};
  const auto answer = [&](const Request& request) { return bytes.Answer(request); };
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(
      FunctionModel(bytes.info, {.score = answer, .tokenize = answer}),
      Corpus(MakeDataset("prose",
                         {{.id = "long", .input = "01234567"}, {.id = "short", .input = "0"}}),
             kLlamaCpp4));
  ASSERT_THAT(evaluation->items, SizeIs(2)) << evaluation->failure;
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.unmeasured,
              item.sample == 0 ? ""
                               : "the llama.cpp protocol needs two windows of 4 tokens, and the "
                                 "document has 1 tokens; set CorpusOptions::window, or use a "
                                 "longer text");
  }
}

// --------------------------------------------------------------------------- the window's length

TEST(CorpusWindow, CutsInPlaceOfTheContext) {
  ByteModel model;
  model.info.context_window = 100;
  model.OutcomeOf("012345", {.window = 4});
  EXPECT_THAT(Asked(model), ElementsAre("B|0123", "B|45"));
  ByteModel rolling;
  rolling.info.context_window = 0;
  rolling.OutcomeOf("012345", {.protocol = CorpusProtocol::kRolling, .window = 4});
  EXPECT_THAT(Asked(rolling), ElementsAre("B|0123", "123|45"));
}

TEST(CorpusWindow, MustFitTheModelsContext) {
  const auto error = [](int context, const CorpusOptions& options) {
    ByteModel model;
    model.info.context_window = context;
    return ErrorOf([&] { model.OutcomeOf("0123456789abcdef", options); }, ErrorCode::kUnsupported);
  };
  EXPECT_EQ(error(3, {.window = 4}),
            "a window of 4 tokens does not fit the model's context of 3; set "
            "CorpusOptions::window");
  EXPECT_EQ(error(4, {.window = 4}), "no error");
  EXPECT_EQ(error(0, {.window = 4}), "no error") << "nobody knows the context";
  // Its last token is never fed.
  EXPECT_EQ(error(2, kLlamaCpp4),
            "a window of 4 tokens does not fit the model's context of 2; set "
            "CorpusOptions::window");
  EXPECT_EQ(error(3, kLlamaCpp4), "no error");
  EXPECT_EQ(error(128, {.protocol = CorpusProtocol::kLlamaCpp}),
            "a window of 512 tokens does not fit the model's context of 128; set "
            "CorpusOptions::window");
}

TEST(CorpusWindow, NeedsATokenizer) {
  ByteModel model;
  model.capabilities.tokenize = false;
  EXPECT_EQ(ErrorOf([&] { model.OutcomeOf("0123", {.window = 4}); }, ErrorCode::kUnsupported),
            "CorpusOptions::window needs a model that tokenizes (Capabilities::tokenize); use "
            "CorpusProtocol::kDocument without a window");
}

TEST(CorpusWindow, RefusesLengthsThatCannotBe) {
  const auto error = [](CorpusProtocol protocol, int window) {
    return ErrorOf(
        [&] {
          Corpus(OneSample({.id = "a", .input = "x"}),
                 {.name = "prose", .protocol = protocol, .window = window});
        },
        ErrorCode::kInvalidArgument);
  };
  EXPECT_EQ(error(CorpusProtocol::kDocument, -1),
            "task \"prose\": a window of -1 tokens; the document protocol needs at least 1");
  EXPECT_EQ(error(CorpusProtocol::kRolling, -4),
            "task \"prose\": a window of -4 tokens; the rolling protocol needs at least 1");
  EXPECT_EQ(error(CorpusProtocol::kLlamaCpp, 3),
            "task \"prose\": a window of 3 tokens; the llama.cpp protocol needs at least 4");
  EXPECT_EQ(error(CorpusProtocol::kLlamaCpp, 4), "no error");
  EXPECT_EQ(error(CorpusProtocol::kDocument, 1), "no error");
}

TEST(CorpusWindow, IsPartOfTheProtocol) {
  const auto protocol = [](const CorpusOptions& options) {
    return Corpus(OneSample({.id = "a", .input = "x"}), options)->protocol();
  };
  EXPECT_EQ(protocol({}), "document perplexity per token");
  EXPECT_EQ(protocol({.window = 128}), "document perplexity per token, windows of 128 tokens");
  EXPECT_EQ(protocol({.protocol = CorpusProtocol::kRolling, .window = 128, .per = Per::kByte}),
            "rolling perplexity per byte, windows of 128 tokens");
  EXPECT_EQ(protocol({.protocol = CorpusProtocol::kLlamaCpp}),
            "llama.cpp perplexity per token, windows of 512 tokens");
}

TEST(CorpusWindow, EvaluationsOfOthersDoNotCompare) {
  const auto error = [](const CorpusOptions& one, const CorpusOptions& other) {
    using namespace testing_support;  // NOLINT: builders
    return ErrorOf(
        [&] {
          const Comparison comparison(
              MakeEvaluation(Rung("f16"), Documents(1, one), {Text({})}),
              MakeEvaluation(Rung("int4"), Documents(1, other), {Text({})}));
        },
        ErrorCode::kInvalidArgument);
  };
  EXPECT_EQ(error({.window = 128}, {.window = 256}),
            "tinylm f16 on \"prose\" and tinylm int4 on \"prose\" do not compare: one is document "
            "perplexity per token, windows of 128 tokens, the other document perplexity per token, "
            "windows of 256 tokens");
  EXPECT_EQ(error({.protocol = CorpusProtocol::kLlamaCpp}, {.window = 512}),
            "tinylm f16 on \"prose\" and tinylm int4 on \"prose\" do not compare: one is llama.cpp "
            "perplexity per token, windows of 512 tokens, the other document perplexity per token, "
            "windows of 512 tokens");
  EXPECT_EQ(error({.protocol = CorpusProtocol::kLlamaCpp},
                  {.protocol = CorpusProtocol::kLlamaCpp, .window = 512}),
            "no error");
}

}  // namespace
}  // namespace gatetest
