// What the figures of a ladder's models say together: does accuracy follow perplexity, would a
// limit on perplexity decide as one on accuracy does, and what a perplexity advises. Functions of
// numbers.
//
//   const gatetest::Configuration ladder[] = {{"f16", 12.6, 94.0}, {"int8", 13.1, 93.5},
//                                             {"int4", 15.8, 89.3}, {"int2", 24.3, 76.1}};
//   std::cout << ToText(gatetest::CorrelateQuality(ladder));
//   std::cout << ToText(gatetest::AnalyzeThreshold(ladder, 90.0));   // Accepted: 2 of 4
#ifndef GATETEST_LADDER_ANALYSIS_H_
#define GATETEST_LADDER_ANALYSIS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gatetest/correlation.h"

namespace gatetest {

/// One model of a ladder, by its two figures.
struct Configuration {
  std::string name = {};    ///< One of its own in the ladder: "int4".
  double perplexity = 0.0;  ///< On the same text for all, or what else is lower for better models.
  double accuracy = 0.0;    ///< A share or percent, the same for all.
};

/// How much |r| is, in words; what to make of it depends on how many models there are.
enum class Strength {
  kWeak,      ///< |r| is at most 0.5.
  kModerate,  ///< Above 0.5.
  kStrong,    ///< Above 0.8.
};

/// "weak", "moderate", "strong".
std::string ToText(Strength strength);

/// The model that a correlation hangs on.
struct Leverage {
  std::string name = {};  ///< Whose it is.
  /// The hat value h = 1/n + (x - mean)^2 / sum (x - mean)^2 of its perplexity x: how much of the
  /// line's height at x its own accuracy decides, from 1/n to 1. All of a ladder add up to 2.
  double value = 0.0;
  std::optional<double> r_without = {};           ///< Pearson's r of the others.
  std::optional<Strength> strength_without = {};  ///< Beside r_without.
  std::string no_r_without = {};                  ///< Why there is none.
};

/// Whether accuracy follows perplexity. Good quantizations make r and both ranks negative.
struct QualityCorrelation {
  PearsonCorrelation pearson = {};      ///< Of (perplexity, accuracy): as a line.
  RankCorrelation spearman = {};        ///< As an order.
  RankCorrelation kendall = {};         ///< As an order, by pairs.
  Strength strength = Strength::kWeak;  ///< Of Pearson's r, whatever its sign.
  /// The largest leverage where it is above 0.5, which "is to be avoided" (Huber, Robust
  /// Statistics, 1981). Of several that are equal, the one of the highest perplexity. None for 2
  /// models, which both have all of it. Up to 6 models that lie evenly always have one.
  std::optional<Leverage> leverage = {};
  std::size_t n = 0;                       ///< Models that were correlated.
  std::vector<std::string> left_out = {};  ///< Models of which a figure is not finite.
};

/// Correlates the configurations whose figures are both finite; alpha is one-sided, as Pearson's.
/// The order of the configurations changes no bit. Throws Error(kInvalidArgument) for a name that
/// is there twice, and as Pearson does; Error(kUndefined), with the names that were left out, where
/// fewer than 2 are finite, or all have one perplexity or one accuracy.
QualityCorrelation CorrelateQuality(std::span<const Configuration> configurations,
                                    double alpha = 0.025);

/// What to know before r is believed: "INT2 alone has 0.91 of 1 leverage: without it r is -0.9943
/// (strong)", or "2 points always lie on a line". Empty where there is nothing.
std::string LeverageWarning(const QualityCorrelation& correlation);

/// A few lines for a terminal, each ended by a newline.
std::string ToText(const QualityCorrelation& correlation);

/// A model on which perplexity and accuracy disagree.
struct Disagreement {
  std::string name = {};  ///< Whose it is.
  std::string why = {};   ///< With the figures, and the model that it is compared with.
};

/// Whether a limit on perplexity could stand in for one on accuracy.
struct ThresholdAnalysis {
  /// Accuracy is to be above this; none where it was given who is acceptable.
  std::optional<double> accuracy_above = {};
  std::vector<std::string> acceptable = {};    ///< In the order given.
  std::vector<std::string> unacceptable = {};  ///< Likewise.
  /// The acceptable one of the highest perplexity, the first of equal ones; none where none is.
  std::optional<Configuration> worst_acceptable = {};
  /// The unacceptable one of the lowest perplexity, likewise.
  std::optional<Configuration> best_unacceptable = {};
  /// The worst acceptable perplexity is below the best unacceptable one: "perplexity below L"
  /// decides as accuracy does on these models, for any L above the former and up to the latter. On
  /// these alone: it was chosen on them. False where one of both is missing: nothing is separated.
  bool separates = false;
  /// Unacceptable models that such a limit would let pass, acceptable ones that it would reject,
  /// and pairs in which the lower perplexity has the lower accuracy, unless the first two say so.
  std::vector<Disagreement> disagreements = {};
  /// Models whose accuracy is not finite (unless who is acceptable was given), or whose perplexity
  /// is NaN or -infinity. Infinite perplexity, of a token that had probability 0, is an order too.
  std::vector<std::string> left_out = {};
};

/// Acceptable is an accuracy above `accuracy_above` (strictly, as everywhere), in the unit of the
/// accuracies. n^2 time. Throws Error(kInvalidArgument) for a limit that is not finite or a name
/// that is there twice, Error(kUndefined), with the names that were left out, where none is left.
ThresholdAnalysis AnalyzeThreshold(std::span<const Configuration> configurations,
                                   double accuracy_above);

/// The same where a gate, say, has decided: acceptable[i] is that of configurations[i]. A verdict
/// that is neither passed nor failed is none: do not give such a model. Error(kInvalidArgument)
/// for another number of them, too.
ThresholdAnalysis AnalyzeThreshold(std::span<const Configuration> configurations,
                                   const std::vector<bool>& acceptable);

/// A few lines for a terminal, each ended by a newline; at most 5 disagreements.
std::string ToText(const ThresholdAnalysis& analysis);

/// What is advised below a perplexity.
struct PerplexityBand {
  /// Strictly. A perplexity, or a multiple of the baseline's; finite, above 0.
  double below = 0.0;
  std::string advice = {};  ///< What Advise says then.
};

/// A rule of thumb, to be read beside a gate's verdict and never in place of it. Perplexity depends
/// on tokenizer, text and model: limits that fit one ladder say nothing about another, and those
/// below are one tutorial's.
struct PerplexityAdvice {
  std::vector<PerplexityBand> bands = {};  ///< Ascending; the first that holds advises.
  std::string otherwise = {};              ///< Above them all.
  bool relative = false;                   ///< Limits are multiples of the baseline's perplexity.
};

/// Below 13 "FP16 or INT8: loss below 2 %", below 15 "INT4 with calibration: loss 2-5 %", below 20
/// "INT4 with fine-tuning", otherwise "not recommended". A preset for one model whose FP32 has a
/// perplexity of 12.4; for others RelativePerplexityAdvice at least asks the right question.
PerplexityAdvice FixedPerplexityAdvice();

/// The same steps as multiples of the baseline's perplexity, 1.05, 1.2 and 1.6: those of
/// FixedPerplexityAdvice over its 12.4 are 1.048, 1.210 and 1.613, rounded here because nothing is
/// known that finely. Still a preset: how much accuracy a ratio costs differs from model to model.
PerplexityAdvice RelativePerplexityAdvice();

/// The advice of the first band that `perplexity` (divided by the baseline's if the advice is
/// relative) is below; infinity is below none. `baseline_perplexity` is only looked at where it is
/// needed. Throws Error(kInvalidArgument) for bands that do not ascend or are not finite and above
/// 0, a perplexity that is NaN or not above 0, and a relative advice without a baseline that is
/// finite and above 0.
std::string Advise(const PerplexityAdvice& advice, double perplexity,
                   std::optional<double> baseline_perplexity = std::nullopt);

}  // namespace gatetest

#endif  // GATETEST_LADDER_ANALYSIS_H_
