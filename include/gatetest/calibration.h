// Calibration: whether the texts that a quantized model was calibrated on are fit for what it is
// measured on. Texts of another domain cost accuracy though perplexity looks fine; texts of the
// evaluation data themselves make the evaluation worth nothing.
//
//   gatetest::CalibrationReport report = gatetest::CheckCalibration(
//       gatetest::LoadDataset("calibration.jsonl"), gatetest::LoadDataset("skills.jsonl"));
//   if (report.verdict != gatetest::Verdict::kPassed) std::cerr << gatetest::Explain(report);
#ifndef GATETEST_CALIBRATION_H_
#define GATETEST_CALIBRATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gatetest/dataset.h"
#include "gatetest/verdict.h"

namespace gatetest {

/// The fewest documents a side from which texts are told apart. With fewer, whether they are of one
/// kind is INCONCLUSIVE.
inline constexpr std::size_t kFewestCalibrationDocuments = 128;

/// What a calibration set has to be.
struct CalibrationOptions {
  /// The fewest samples it has, not counting empty ones and repetitions. Default: what INT4 wants.
  /// Change it for a method that needs fewer (round-to-nearest takes none: 0) or says that it needs
  /// more.
  std::size_t samples = 512;

  /// The largest p at which texts count as different, in (0, 0.5): how often two sets of one source
  /// may be told apart by chance. Lower it where very many sets are checked.
  double alpha = 0.01;

  /// The smallest effect, in bits, that counts, in [0, 1): large sets differ significantly by
  /// trifles. Raise it where a calibration set is meant to be broader than the task.
  double effect_bits = 0.02;

  /// How often labels are permuted. 1 / (permutations + 1) is the smallest p there can be, so it
  /// limits alpha from below. Raise it for a smaller alpha.
  std::size_t permutations = 999;

  /// The share of a text's word 5-grams that make it a near duplicate, in (0, 1]. Raise it where
  /// questions of your own data differ in a word or two; 1 finds only what is contained word for
  /// word.
  double near_duplicate = 0.8;

  /// What decides the permutations and the place of a long document that is looked at. Default: the
  /// hashes of both data sets. Change it to see that a verdict does not hang on it.
  std::optional<std::uint64_t> seed = {};
};

/// A word or a punctuation mark that tells two sets apart.
struct CalibrationToken {
  std::string token = {};          ///< In lower case.
  double calibration_share = 0.0;  ///< Of all tokens of the calibration set, in [0, 1].
  double evaluation_share = 0.0;   ///< Of all tokens of the evaluation data, in [0, 1].
  double bits = 0.0;               ///< Its term of the Jensen-Shannon divergence over words.
};

/// Text that is in both sets.
struct CalibrationLeak {
  std::string calibration_id = {};  ///< Sample::id.
  std::string evaluation_id = {};   ///< Sample::id.
  /// The same text but for case and white space; else a near duplicate.
  bool exact = false;
  /// The share of the shorter text's word 5-grams that are in the other, too, in (0, 1].
  double overlap = 0.0;
  std::string snippet = {};  ///< Where it begins, as the shorter text has it.
};

/// How far two sets of texts lie apart.
struct CalibrationDistance {
  /// The Jensen-Shannon divergence of the frequencies of words, in bits, in [0, 1]. By itself it
  /// says nothing: sets of one source have 0.03 to 0.15, by their sizes.
  double jsd_bits = 0.0;
  double chance_bits = 0.0;  ///< The mean of it when documents change sides at random.
  double effect_bits = 0.0;  ///< jsd_bits - chance_bits.
  /// (1 + permutations whose divergence is at least jsd_bits) / (1 + permutations).
  double p = 1.0;
};

/// One of the three questions, and its answer.
struct CalibrationPart {
  Verdict verdict = Verdict::kNotMeasured;  ///< Of this question alone.
  std::string reason = {};                  ///< Without the verdict's name.
};

/// What came of a check.
struct CalibrationReport {
  std::string calibration = {};       ///< Name of the calibration set.
  std::string evaluation = {};        ///< Name of the evaluation data.
  std::string calibration_hash = {};  ///< Dataset::hash.
  std::string evaluation_hash = {};   ///< Dataset::hash.
  CalibrationOptions options = {};    ///< As they were given.
  std::uint64_t seed = 0;             ///< The one that was used.

  std::size_t calibration_samples = 0;    ///< All that there are.
  std::size_t different_samples = 0;      ///< Of these, without empty ones and repetitions.
  std::size_t evaluation_samples = 0;     ///< All that there are.
  std::size_t calibration_documents = 0;  ///< Whose words were compared: one chunk of each.
  std::size_t evaluation_documents = 0;   ///< Whose words were compared: one chunk of each.

  /// None where a side has fewer than kFewestCalibrationDocuments.
  std::optional<CalibrationDistance> distance = {};
  /// Those that contribute most to the divergence, the largest first: at most 10. None without a
  /// distance.
  std::vector<CalibrationToken> tokens = {};
  /// For each sample of either set that leaks the other's sample that it has most of, in the order
  /// of the calibration set.
  std::vector<CalibrationLeak> leaks = {};
  std::size_t leaked_calibration_samples = 0;  ///< Distinct ones among `leaks`.
  std::size_t leaked_evaluation_samples = 0;   ///< Distinct ones among `leaks`.

  CalibrationPart count = {};         ///< Whether there are enough samples.
  CalibrationPart distribution = {};  ///< Whether the texts are of one kind.
  CalibrationPart leakage = {};       ///< Whether evaluation data are in it.
  /// FAILED when one of these is; else INCONCLUSIVE when the distribution is; else PASSED.
  Verdict verdict = Verdict::kNotMeasured;
};

/// Checks a calibration set against the data that a model is measured on. Of each sample the input
/// counts, which is what a model reads; of duplicates also the input with its answer.
///
/// Texts differ when p <= alpha and the effect is at least `effect_bits`. Frequencies are those of
/// words and punctuation marks, hashed to 4096 kinds, of one chunk of at most 200 a document, from
/// at most 5,000 documents a side. Labels are permuted by document, because the words of one belong
/// together (a permutation test: Good, Permutation, Parametric and Bootstrap Tests of Hypotheses,
/// 2005). Documents of both sides are cut to the same lengths: rare words, of which a long document
/// shows more, would else make texts of different lengths look different. It assumes that the
/// documents of a side are independent of each other.
///
/// Text leaks where samples are the same but for case and white space, or where 200 words of one,
/// or all of a shorter one, have at least `near_duplicate` of their word 5-grams within 400 words
/// of the other (the overlap coefficient). Texts below 13 words leak only as exact duplicates;
/// 5-grams of many evaluation samples, a template's, do not count.
///
/// Takes about two seconds for 512 documents against 5,000. Throws Error(kInvalidArgument) for
/// options out of range.
CalibrationReport CheckCalibration(const Dataset& calibration, const Dataset& evaluation,
                                   const CalibrationOptions& options = {});

/// The lines of a message from "Actual:" to "Evidence:", each ending in a newline.
std::string Explain(const CalibrationReport& report);

}  // namespace gatetest

#endif  // GATETEST_CALIBRATION_H_
