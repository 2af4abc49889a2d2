#include "src/task/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatetest::internal {

void PrintTo(const TokenWindow& window, std::ostream* os) {
  *os << "[" << window.begin << ", " << window.end << ") after ";
  if (window.after_bos) *os << "BOS";
  if (!window.after_bos || window.context_begin != window.begin) *os << " " << window.context_begin;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr bool kBos = true;
constexpr bool kNoBos = false;
constexpr CorpusProtocol kBoth[] = {CorpusProtocol::kDocument, CorpusProtocol::kRolling};

MATCHER_P2(AfterBos, begin, end, "") {
  return arg.after_bos && arg.begin == static_cast<std::size_t>(begin) &&
         arg.end == static_cast<std::size_t>(end);
}

/// Tokens [begin, end) after tokens [context, begin).
MATCHER_P3(After, context, begin, end, "") {
  return !arg.after_bos && arg.context_begin == static_cast<std::size_t>(context) &&
         arg.begin == static_cast<std::size_t>(begin) && arg.end == static_cast<std::size_t>(end);
}

std::vector<TokenWindow> Document(std::size_t count, std::size_t context, bool has_bos) {
  return CutTokens(count, context, has_bos, CorpusProtocol::kDocument);
}

std::vector<TokenWindow> Rolling(std::size_t count, std::size_t context, bool has_bos) {
  return CutTokens(count, context, has_bos, CorpusProtocol::kRolling);
}

TEST(CutTokensDocument, StartsEveryWindowWithBos) {
  EXPECT_THAT(Document(0, 4, kBos), IsEmpty());
  EXPECT_THAT(Document(1, 4, kBos), ElementsAre(AfterBos(0, 1)));
  EXPECT_THAT(Document(4, 4, kBos), ElementsAre(AfterBos(0, 4)));
  EXPECT_THAT(Document(5, 4, kBos), ElementsAre(AfterBos(0, 4), AfterBos(4, 5)));
  EXPECT_THAT(Document(11, 4, kBos), ElementsAre(AfterBos(0, 4), AfterBos(4, 8), AfterBos(8, 11)));
  EXPECT_THAT(Document(2, 1, kBos), ElementsAre(AfterBos(0, 1), AfterBos(1, 2)));
}

TEST(CutTokensDocument, WithoutBosTheFirstTokenOfAWindowIsItsContext) {
  EXPECT_THAT(Document(0, 4, kNoBos), IsEmpty());
  EXPECT_THAT(Document(1, 4, kNoBos), IsEmpty());
  EXPECT_THAT(Document(2, 4, kNoBos), ElementsAre(After(0, 1, 2)));
  EXPECT_THAT(Document(5, 4, kNoBos), ElementsAre(After(0, 1, 5)));
  EXPECT_THAT(Document(6, 4, kNoBos), ElementsAre(After(0, 1, 5)));
  EXPECT_THAT(Document(7, 4, kNoBos), ElementsAre(After(0, 1, 5), After(5, 6, 7)));
  EXPECT_THAT(Document(4, 1, kNoBos), ElementsAre(After(0, 1, 2), After(2, 3, 4)));
}

// What lm-evaluation-harness's make_disjoint_window(get_rolling_token_windows(range(count), BOS,
// max_seq_len = context, context_len = 1)) yields.
TEST(CutTokensRolling, IsLmEvaluationHarness) {
  EXPECT_THAT(Rolling(0, 4, kBos), IsEmpty());
  EXPECT_THAT(Rolling(1, 4, kBos), ElementsAre(AfterBos(0, 1)));
  EXPECT_THAT(Rolling(3, 4, kBos), ElementsAre(AfterBos(0, 3)));
  EXPECT_THAT(Rolling(4, 4, kBos), ElementsAre(AfterBos(0, 4)));
  EXPECT_THAT(Rolling(5, 4, kBos), ElementsAre(AfterBos(0, 4), After(0, 4, 5)));
  EXPECT_THAT(Rolling(8, 4, kBos), ElementsAre(AfterBos(0, 4), After(3, 4, 8)));
  EXPECT_THAT(Rolling(9, 4, kBos), ElementsAre(AfterBos(0, 4), After(3, 4, 8), After(4, 8, 9)));
  EXPECT_THAT(Rolling(11, 4, kBos), ElementsAre(AfterBos(0, 4), After(3, 4, 8), After(6, 8, 11)));
  EXPECT_THAT(Rolling(3, 1, kBos), ElementsAre(AfterBos(0, 1), After(0, 1, 2), After(1, 2, 3)));
  EXPECT_THAT(Rolling(4, 3, kBos), ElementsAre(AfterBos(0, 3), After(0, 3, 4)));
  EXPECT_THAT(Rolling(10, 8, kBos), ElementsAre(AfterBos(0, 8), After(1, 8, 10)));
  EXPECT_THAT(Rolling(5, 100, kBos), ElementsAre(AfterBos(0, 5)));
}

/// get_rolling_token_windows and make_disjoint_window, transcribed: the tokens of input and
/// prediction, where -1 is BOS.
using Pairs = std::vector<std::pair<std::vector<int>, std::vector<int>>>;

Pairs HarnessWindows(int count, int max_seq_len) {
  const auto range = [](int begin, int end) {
    std::vector<int> tokens;
    for (int i = begin; i < end; ++i) tokens.push_back(i);
    return tokens;
  };
  Pairs pairs;
  if (count == 0) return pairs;
  const int first = std::min(max_seq_len, count);
  pairs.push_back({range(-1, first - 1), range(0, first)});
  for (int predicted = first; predicted < count;) {
    const int length = std::min(count - predicted, max_seq_len);
    const int end = predicted + length;
    pairs.push_back({range(end - max_seq_len - 1, end - 1), range(end - length, end)});
    predicted += length;
  }
  for (auto& [input, prediction] : pairs) {
    input.resize(input.size() - (prediction.size() - 1));
  }
  return pairs;
}

TEST(CutTokensRolling, IsLmEvaluationHarnessAtEveryLength) {
  for (int count = 0; count <= 30; ++count) {
    for (int context = 1; context <= 32; ++context) {
      const std::vector<TokenWindow> windows =
          Rolling(static_cast<std::size_t>(count), static_cast<std::size_t>(context), kBos);
      Pairs pairs;
      for (const TokenWindow& window : windows) {
        pairs.emplace_back();
        auto& [input, prediction] = pairs.back();
        if (window.after_bos) input.push_back(-1);
        for (std::size_t i = window.context_begin; !window.after_bos && i < window.begin; ++i) {
          input.push_back(static_cast<int>(i));
        }
        for (std::size_t i = window.begin; i < window.end; ++i) {
          prediction.push_back(static_cast<int>(i));
        }
      }
      ASSERT_EQ(pairs, HarnessWindows(count, context)) << count << " tokens, context " << context;
    }
  }
}

TEST(CutTokensRolling, WithoutBosOnlyTheFirstTokenIsNotScored) {
  EXPECT_THAT(Rolling(1, 4, kNoBos), IsEmpty());
  EXPECT_THAT(Rolling(5, 4, kNoBos), ElementsAre(After(0, 1, 5)));
  EXPECT_THAT(Rolling(6, 4, kNoBos), ElementsAre(After(0, 1, 5), After(1, 5, 6)));
}

/// The windows of the llama.cpp protocol, each as the tokens that go before and those that are
/// scored: "B12|345" are tokens 3 to 5 after BOS, 1 and 2.
std::vector<std::string> LlamaCpp(std::size_t count, std::size_t size, bool has_bos) {
  std::vector<std::string> texts;
  for (const TokenWindow& window : CutTokens(count, size, has_bos, CorpusProtocol::kLlamaCpp)) {
    std::string text = window.after_bos ? "B" : "";
    for (std::size_t i = window.context_begin; i < window.begin; ++i) text += "0123456789abcdef"[i];
    text += '|';
    for (std::size_t i = window.begin; i < window.end; ++i) text += "0123456789abcdef"[i];
    texts.push_back(text);
  }
  return texts;
}

// By hand, from llama.cpp's perplexity(): the sequence is B, 0, 1, 2, ...; windows of n_ctx do not
// overlap; a tail is dropped; B stands in place of a window's first; scored are positions
// n_ctx / 2 + 1 to n_ctx - 1.
TEST(CutTokensLlamaCpp, WithBosCutsTheTextWithItsBos) {
  EXPECT_THAT(LlamaCpp(2, 4, kBos), IsEmpty());
  EXPECT_THAT(LlamaCpp(3, 4, kBos), ElementsAre("B01|2"));
  EXPECT_THAT(LlamaCpp(6, 4, kBos), ElementsAre("B01|2"));
  EXPECT_THAT(LlamaCpp(7, 4, kBos), ElementsAre("B01|2", "B45|6"));
  EXPECT_THAT(LlamaCpp(11, 4, kBos), ElementsAre("B01|2", "B45|6", "B89|a"));
  EXPECT_THAT(LlamaCpp(9, 5, kBos), ElementsAre("B01|23", "B56|78"));
  EXPECT_THAT(LlamaCpp(11, 6, kBos), ElementsAre("B012|34", "B678|9a"));
  EXPECT_THAT(LlamaCpp(15, 8, kBos), ElementsAre("B0123|456", "B89ab|cde"));
}

TEST(CutTokensLlamaCpp, WithoutBosNoTokenIsReplaced) {
  EXPECT_THAT(LlamaCpp(3, 4, kNoBos), IsEmpty());
  EXPECT_THAT(LlamaCpp(4, 4, kNoBos), ElementsAre("012|3"));
  EXPECT_THAT(LlamaCpp(7, 4, kNoBos), ElementsAre("012|3"));
  EXPECT_THAT(LlamaCpp(8, 4, kNoBos), ElementsAre("012|3", "456|7"));
  EXPECT_THAT(LlamaCpp(10, 5, kNoBos), ElementsAre("012|34", "567|89"));
  EXPECT_THAT(LlamaCpp(12, 6, kNoBos), ElementsAre("0123|45", "6789|ab"));
  EXPECT_THAT(LlamaCpp(16, 8, kNoBos), ElementsAre("01234|567", "89abc|def"));
}

TEST(CutTokensLlamaCpp, IsLlamaCppAtEveryLength) {
  for (std::size_t count = 0; count <= 16; ++count) {
    for (std::size_t size = 4; size <= 9; ++size) {
      for (const bool has_bos : {kBos, kNoBos}) {
        const std::string sequence =
            (has_bos ? "B" : "") + std::string("0123456789abcdef").substr(0, count);
        std::vector<std::string> expected;
        for (std::size_t chunk = 0; chunk < sequence.size() / size; ++chunk) {
          std::string window = sequence.substr(chunk * size, size);
          if (has_bos) window[0] = 'B';
          window.insert(size / 2 + 1, "|");
          expected.push_back(window);
        }
        EXPECT_EQ(LlamaCpp(count, size, has_bos), expected) << count << " tokens, n_ctx " << size;
      }
    }
  }
}

TEST(CutTokens, WithoutAContextWindowEverythingIsOneWindow) {
  for (const CorpusProtocol protocol : kBoth) {
    EXPECT_THAT(CutTokens(1000, 0, kBos, protocol), ElementsAre(AfterBos(0, 1000)));
    EXPECT_THAT(CutTokens(1000, 0, kNoBos, protocol), ElementsAre(After(0, 1, 1000)));
    EXPECT_THAT(CutTokens(1, 0, kNoBos, protocol), IsEmpty());
    EXPECT_THAT(CutTokens(0, 0, kBos, protocol), IsEmpty());
  }
}

TEST(CutTokens, ScoresEveryTokenOnceAndNeverExceedsTheContext) {
  for (const CorpusProtocol protocol : kBoth) {
    for (std::size_t count = 0; count <= 40; ++count) {
      for (std::size_t context = 1; context <= 42; ++context) {
        for (const bool has_bos : {kBos, kNoBos}) {
          SCOPED_TRACE(testing::Message() << count << " tokens, context " << context);
          std::vector<int> scored(count, 0);
          for (const TokenWindow& window : CutTokens(count, context, has_bos, protocol)) {
            ASSERT_LT(window.begin, window.end);
            ASSERT_LE(window.end, count);
            const std::size_t before = window.after_bos ? 1 : window.begin - window.context_begin;
            ASSERT_GE(before, 1U);
            ASSERT_LE(before + (window.end - window.begin) - 1, context);
            for (std::size_t i = window.begin; i < window.end; ++i) ++scored[i];
          }
          const auto not_once =
              std::count_if(scored.begin(), scored.end(), [](int times) { return times != 1; });
          if (has_bos) {
            ASSERT_EQ(not_once, 0);
          } else if (protocol == CorpusProtocol::kRolling) {
            ASSERT_EQ(not_once, count == 0 ? 0 : 1);
          }
        }
      }
    }
  }
}

TEST(CutLines, EndsAtLineEndsWhereItCan) {
  EXPECT_THAT(CutLines("one\ntwo\nthree\n", 8), ElementsAre("one\ntwo\n", "three\n"));
  EXPECT_THAT(CutLines("one\ntwo\nthree\n", 7), ElementsAre("one\n", "two\n", "three\n"));
  EXPECT_THAT(CutLines("one\ntwo", 100), ElementsAre("one\ntwo"));
  EXPECT_THAT(CutLines("one\ntwo", 0), ElementsAre("one\ntwo"));
}

TEST(CutLines, CutsALongLineBetweenCharacters) {
  EXPECT_THAT(CutLines("abcdefgh", 3), ElementsAre("abc", "def", "gh"));
  EXPECT_THAT(CutLines("a\u00e9\u65e5", 3), ElementsAre("a\u00e9", "\u65e5"));
  EXPECT_THAT(CutLines("a\u00e9\u65e5", 5), ElementsAre("a\u00e9", "\u65e5"));
}

TEST(CutLines, NeverLosesAByteNorExceedsTheBound) {
  const std::string text = "\n\nabc\u00e9\r\n\u65e5\u672c\u8a9e\n\n x \U0001f600";
  for (std::size_t most = 1; most <= text.size() + 1; ++most) {
    std::string joined;
    for (const std::string_view piece : CutLines(text, most)) {
      EXPECT_FALSE(piece.empty());
      EXPECT_LE(piece.size(), most);
      joined += piece;
    }
    EXPECT_EQ(joined, text) << most;
  }
}

}  // namespace
}  // namespace gatetest::internal
