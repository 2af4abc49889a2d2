#include "src/calibration/shingles.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/calibration/texts.h"

namespace gatetest::internal {
namespace {

using testing_support::DatasetOf;
using testing_support::NumberedWords;

/// The largest share of each pair.
using Shares = std::map<std::pair<std::size_t, std::size_t>, double>;

Shares Find(const std::vector<std::string>& calibration, const std::vector<std::string>& evaluation,
            double least = 0.8) {
  Shares shares;
  FindNearDuplicates(DatasetOf(calibration), DatasetOf(evaluation), least,
                     [&](const Overlap& overlap) {
                       EXPECT_FALSE(overlap.exact);
                       double& share = shares[{overlap.calibration, overlap.evaluation}];
                       share = std::max(share, overlap.share);
                     });
  return shares;
}

Shares Of00(double share) { return {{{0, 0}, share}}; }

const std::string kQuestion = NumberedWords(0, 20);  // 16 shingles.

TEST(NearDuplicates, AreContainedInALongerText) {
  const std::string longer = NumberedWords(500, 100) + kQuestion + NumberedWords(700, 100);
  EXPECT_EQ(Find({longer}, {kQuestion}), Of00(1.0));
  EXPECT_EQ(Find({kQuestion}, {longer}), Of00(1.0));
  EXPECT_EQ(Find({NumberedWords(500, 100)}, {kQuestion}), Shares{});
}

TEST(NearDuplicates, MayDifferInAFewWords) {
  // The last word is in one shingle, one in the middle in five.
  EXPECT_EQ(Find({NumberedWords(0, 19) + "other"}, {kQuestion}), Of00(15.0 / 16.0));
  const std::string middle = NumberedWords(0, 10) + "other " + NumberedWords(11, 9);
  EXPECT_EQ(Find({middle}, {kQuestion}), Shares{});
  EXPECT_EQ(Find({middle}, {kQuestion}, 11.0 / 16.0), Of00(11.0 / 16.0));
  EXPECT_EQ(Find({kQuestion}, {kQuestion}, 1.0), Of00(1.0));
}

TEST(NearDuplicates, DoNotMindMarksAndCase) {
  std::string shouted = "W0, ";
  for (std::size_t i = 1; i < 20; ++i) shouted += "W" + std::to_string(i) + "! (";
  EXPECT_EQ(Find({shouted}, {kQuestion}), Of00(1.0));
}

TEST(NearDuplicates, MindTheOrderOfWords) {
  std::string backwards;
  for (std::size_t i = 20; i-- > 0;) backwards += "w" + std::to_string(i) + " ";
  EXPECT_EQ(Find({backwards}, {kQuestion}), Shares{});
}

TEST(NearDuplicates, HaveAtLeast13Words) {
  const std::string longer = NumberedWords(0, 100);
  EXPECT_EQ(Find({longer}, {NumberedWords(10, 12)}), Shares{});
  EXPECT_EQ(Find({longer}, {NumberedWords(10, 13)}), Of00(1.0));
  EXPECT_EQ(Find({"47+93="}, {"47+93="}), Shares{});
}

/// A corpus of one document, and passages of any length and place.
TEST(NearDuplicates, AreFoundInLongDocumentsBothWays) {
  const std::string corpus = NumberedWords(0, 12000);
  for (const std::size_t begin : {0U, 1U, 199U, 200U, 301U, 5555U, 11699U}) {
    for (const std::size_t words : {13U, 150U, 200U, 300U}) {
      const std::string passage = NumberedWords(begin, words);
      EXPECT_EQ(Find({corpus}, {passage}), Of00(1.0)) << begin << ", " << words;
      EXPECT_EQ(Find({passage}, {corpus}), Of00(1.0)) << begin << ", " << words;
    }
  }
  EXPECT_EQ(Find({NumberedWords(0, 12000, "v")}, {corpus}), Shares{});
}

/// Half of a long document in another one is no small share of either, and a leak.
TEST(NearDuplicates, MayBeAPartOfTwoLongDocuments) {
  const std::string common = NumberedWords(0, 1000);
  EXPECT_EQ(Find({NumberedWords(0, 777, "a") + common + NumberedWords(0, 3000, "b")},
                 {NumberedWords(0, 333, "c") + common + NumberedWords(0, 2000, "d")}),
            Of00(1.0));
}

/// What a long document has somewhere is not what it has in one place.
TEST(NearDuplicates, AreInOnePlace) {
  std::string scattered;
  for (std::size_t i = 0; i < 16; ++i) {
    scattered += NumberedWords(i, 5) + NumberedWords(1000 * i, 500, "v");
  }
  EXPECT_EQ(Find({scattered}, {kQuestion}), Shares{});
}

/// Everybody's instructions are nobody's text.
TEST(NearDuplicates, AreNotMadeByATemplate) {
  const std::string instructions = NumberedWords(0, 60, "i");
  std::vector<std::string> evaluation;
  for (std::size_t i = 0; i < 100; ++i) {
    evaluation.push_back(instructions + NumberedWords(20 * i, 20));
  }
  const std::vector<std::string> calibration = {instructions + NumberedWords(0, 30, "o"),
                                                instructions + NumberedWords(140, 20)};
  EXPECT_EQ(Find(calibration, evaluation), (Shares{{{1, 7}, 1.0}}));
  // Of few samples, it may be what they are about.
  EXPECT_EQ(Find({instructions}, {evaluation[0], evaluation[1]}),
            (Shares{{{0, 0}, 1.0}, {{0, 1}, 1.0}}));
}

/// The passages of reading comprehension have several questions each, and are no template.
TEST(NearDuplicates, MayBeSharedBySeveralQuestions) {
  std::vector<std::string> evaluation;
  for (std::size_t i = 0; i < 128; ++i) {
    evaluation.push_back(NumberedWords(1000 * (i / 8), 180) + NumberedWords(5 * i, 5, "q"));
  }
  const Shares found = Find({NumberedWords(3000, 180)}, evaluation);
  EXPECT_FALSE(found.empty());
}

TEST(NearDuplicates, SayWhatIsCommon) {
  std::vector<std::string> snippets;
  FindNearDuplicates(DatasetOf({NumberedWords(0, 500, "a") + kQuestion}), DatasetOf({kQuestion}),
                     0.8, [&](const Overlap& overlap) { snippets.push_back(overlap.snippet); });
  ASSERT_FALSE(snippets.empty());
  for (const std::string& snippet : snippets) EXPECT_TRUE(snippet.starts_with("w0 w1 w2 "));
}

}  // namespace
}  // namespace gatetest::internal
