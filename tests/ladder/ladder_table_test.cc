#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gatetest/ladder.h"
#include "tests/ladder/ladder_testing.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::ClimbIn;
using testing_support::kInfinity;
using testing_support::LadderGate;
using testing_support::MakeRung;
using testing_support::ProseTask;
using testing_support::SumsTask;
using testing_support::ThreeRungs;

TEST(LadderTable, SaysWhatToShipAndWhy) {
  EXPECT_EQ(
      ToTable(ClimbIn(LadderGate(), ThreeRungs())),
      R"(To ship, a rung needs retention above 0.9000, perplexity ratio below 1.2000 (dataset claim).

rung  size        sums    ppl prose  ratio   bits/byte  verdict
f16   3.906 KiB   1.0000  2.7183             1.4427     baseline
int8  1.953 KiB   0.9900  2.7183     1.0000  1.4427     may ship
int4  0.9766 KiB  0.9500  3.0802     1.1331  1.6230     may ship
int2  0.4883 KiB  0.4000  7.3891     2.7183  2.8854     BLOCKED

Retention of f16 with its 90% interval, and flips:
rung  sums                     flips
int8  0.9900 [0.9564, 1.0171]  0.0100
int4  0.9500 [0.9008, 0.9771]  0.0500
int2  0.4000 [0.3231, 0.4822]  0.6000

What keeps rungs back:
  int2: retention on "sums": 0.4000 is not above 0.9000, and the interval's upper bound 0.4822 is not either
  int2: perplexity ratio on "prose": 2.7183 is not below 1.2000, and the interval's lower bound 2.7183 is not either

What perplexity by itself would pass for, by a rule of thumb:
  int8: FP16 or INT8: loss below 2 %
  int4: INT4 with calibration: loss 2-5 %
  int2: not recommended

Perplexity on "prose" against accuracy, and against the verdicts:
  accuracy of  Pearson's r  strength  Spearman's rho       Kendall's tau        r without
  sums         -0.9999      strong    -0.9487, p = 0.1667  -0.9129, p = 0.1667  int2: -0.9820
  Warning: int2 alone has more than 0.99 of 1 leverage: r is nearly its own
  Accepted: 3 of 4: f16, int8, int4
  Rejected: 1 of 4: int2
     Limit: perplexity below any limit above 3.0802 (int4), up to 7.3891 (int2), decides as the verdicts do

Recommendation: int4 is the smallest of the 2 rungs that pass (1,000 bytes, 75% less than f16)
  not int8: passes, and is larger: 2,000 bytes
  not int2: FAILED: retention on "sums": 0.4000 is not above 0.9000, and the interval's upper bound 0.4822 is not either (and 1 reason more)
  not f16: is the baseline, and is larger: 4,000 bytes
)");
}

constexpr Prices kDear{.input_usd_per_mtok = 2.0, .output_usd_per_mtok = 8.0};
constexpr Prices kCheap{.input_usd_per_mtok = 0.5, .output_usd_per_mtok = 2.0};

TEST(LadderTable, HasCostsAndSeveralTasks) {
  Gate gate = LadderGate();
  gate.baseline = MakeRung({.quantization = "f16", .prices = kDear});
  gate.tasks = {SumsTask(), ProseTask(), SumsTask(40, "few")};
  gate.requirements = {{Metric::kRetention, Limit(0.9).Pooled()},
                       {Metric::kAccuracy, Limit(0.5).On("few").Claim(Claim::kPopulation)},
                       {Metric::kOutputLengthRatio, Limit(0.9).UpTo(1.1)}};
  EXPECT_EQ(
      ToTable(ClimbIn(gate,
                      {MakeRung({.quantization = "int8", .wrong = 1, .prices = kCheap}),
                       MakeRung({.quantization = "int4", .wrong = 4, .logprob = -1.2})},
                      {.volume = MonthlyVolume{.input_mtok = 30.0, .output_mtok = 10.0},
                       .investment_usd = 1000.0})),
      R"(To ship, a rung needs retention over all tasks together above 0.9000, accuracy on "few" above 0.5000 (population claim), output length ratio above 0.9000 and below 1.1000 (dataset claim).

rung  sums    ppl prose  ratio   bits/byte  few     $/1k tokens  saves  costs a month  saves a year  ROI  verdict
f16   1.0000  2.7183             1.4427     1.0000  0.0035              $140.00                           baseline
int8  0.9900  2.7183     1.0000  1.4427     0.9750  0.000875     75.0%  $35.00         $1,260.00     26%  may ship
int4  0.9600  3.3201     1.2214  1.7312     0.9000                                                        may ship

Retention of f16 with its 90% interval, and flips:
rung  sums                     flips   few                      flips
int8  0.9900 [0.9564, 1.0171]  0.0100  0.9750 [0.8954, 1.0426]  0.0250
int4  0.9600 [0.9138, 0.9871]  0.0400  0.9000 [0.7950, 0.9676]  0.1000

What could not be measured:
  int4, costs: tinylm int4 has no prices; set ModelInfo::prices, from a price file (price_file.h) for example

What perplexity by itself would pass for, by a rule of thumb:
  int8: FP16 or INT8: loss below 2 %
  int4: INT4 with fine-tuning

Perplexity on "prose" against accuracy, and against the verdicts:
  accuracy of          Pearson's r  strength  Spearman's rho       Kendall's tau
  sums                 -0.9707      strong    -0.8660, p = 0.6667  -0.8165, p = 0.6667
  few                  -0.9707      strong    -0.8660, p = 0.6667  -0.8165, p = 0.6667
  the mean of 2 tasks  -0.9707      strong    -0.8660, p = 0.6667  -0.8165, p = 0.6667
  Warning: int4 alone has more than 0.99 of 1 leverage: r is nearly its own
  Accepted: 3 of 3: f16, int8, int4
  Rejected: 0 of 3
     Limit: none follows: every one of the models is acceptable

Recommendation: 2 rungs pass that cannot be compared with f16: all of them, and it, need prices (ModelInfo::prices) or sizes (ModelInfo::bytes); in a models file "prices", or "bytes"
  not int8: passes, and cannot be ranked
  not int4: passes, and cannot be ranked
  not f16: is the baseline
)");
}

TEST(LadderTable, SaysWhatCouldNotBeMeasured) {
  EXPECT_EQ(
      ToTable(ClimbIn(LadderGate(),
                      {MakeRung({.quantization = "int4", .failure = "out of memory"}),
                       MakeRung({.quantization = "int2", .wrong = 60, .logprob = -kInfinity})})),
      R"(To ship, a rung needs retention above 0.9000, perplexity ratio below 1.2000 (dataset claim).

rung  size       sums    ppl prose  ratio     bits/byte  verdict
f16   3.906 KiB  1.0000  2.7183               1.4427     baseline
int4             ?       ?          ?         ?          NOT MEASURED
int2             0.4000  infinite   infinite  infinite   BLOCKED

Retention of f16 with its 90% interval, and flips:
rung  sums                     flips
int4  ?                        ?
int2  0.4000 [0.3231, 0.4822]  0.6000

What keeps rungs back:
  int4: retention on "sums": 100 of 100 samples could not be measured; the first: sample "s1": the model threw: out of memory
  int4: perplexity ratio on "prose": 1 of 1 samples could not be measured; the first: sample "book": the model threw: out of memory
  int2: retention on "sums": 0.4000 is not above 0.9000, and the interval's upper bound 0.4822 is not either
  int2: perplexity ratio on "prose": infinite is not below 1.2000: a token has probability 0, whatever other texts may say

What perplexity by itself would pass for, by a rule of thumb:
  int2: not recommended

Perplexity on "prose" against accuracy, and against the verdicts:
  accuracy of  Pearson's r
  sums         none
  Warning: no correlation with sums: a correlation needs two models whose perplexity and accuracy are finite, got 1; add models; left out: int4, int2
  Accepted: 1 of 2: f16
  Rejected: 1 of 2: int2
     Limit: perplexity below any limit above 2.7183 (f16), up to infinite (int2), decides as the verdicts do

Recommendation: none, because no rung passes by evidence, and int4 is NOT MEASURED
  not int4: NOT MEASURED: retention on "sums": 100 of 100 samples could not be measured; the first: sample "s1": the model threw: out of memory (and 1 reason more)
  not int2: FAILED: retention on "sums": 0.4000 is not above 0.9000, and the interval's upper bound 0.4822 is not either (and 1 reason more)
)");
}

TEST(LadderTable, SaysWhyASpeedIsMissingThatWasAskedFor) {
  Gate gate = LadderGate();
  gate.workload = {.warm_up = 0, .prompts_of_run = 2};
  const std::string table = ToTable(
      ClimbIn(gate, {MakeRung({.quantization = "int4", .tokens_out = 0})}, {.speed_runs = 5}));
  EXPECT_THAT(table, AllOf(HasSubstr("tokens/s"),
                           HasSubstr("\n  int4, tokens/s: it does not say how many tokens")));
  EXPECT_THAT(ToTable(ClimbIn(gate, ThreeRungs())), Not(HasSubstr("tokens/s")));
}

TEST(LadderTable, OfATextTaskAlone) {
  Gate gate = LadderGate();
  gate.tasks = {ProseTask()};
  gate.requirements = {{Metric::kPerplexityRatio, 1.2}};
  EXPECT_EQ(ToTable(ClimbIn(gate, {MakeRung({.quantization = "int4", .logprob = -1.5})})),
            R"(To ship, a rung needs perplexity ratio below 1.2000 (dataset claim).

rung  size       ppl prose  ratio   bits/byte  verdict
f16   3.906 KiB  2.7183             1.4427     baseline
int4             4.4817     1.6487  2.1640     BLOCKED

What keeps rungs back:
  int4: perplexity ratio on "prose": 1.6487 is not below 1.2000, and the interval's lower bound 1.6487 is not either

What perplexity by itself would pass for, by a rule of thumb:
  int4: not recommended

Recommendation: f16, the baseline: no rung passes
  not int4: FAILED: perplexity ratio on "prose": 1.6487 is not below 1.2000, and the interval's lower bound 1.6487 is not either
)");
}

TEST(LadderTable, OfNoRungs) { EXPECT_EQ(ToTable({}), "no rungs\n"); }

}  // namespace
}  // namespace gatetest
