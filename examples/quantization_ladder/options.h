// What the command line says of a ladder.
#ifndef QUANTIZATION_LADDER_OPTIONS_H_
#define QUANTIZATION_LADDER_OPTIONS_H_

#include <optional>
#include <string>

/// A month's traffic, in millions of tokens.
struct Month {
  double input_mtok = 0.0;
  double output_mtok = 0.0;
};

struct Options {
  std::string models = {};          ///< A models file; empty: the embedded model's rungs.
  std::string baseline = {};        ///< A name in it.
  std::string exact = {};           ///< Questions that are answered in text.
  std::string choices = {};         ///< Multiple choice.
  std::string corpus = {};          ///< Text for perplexity.
  int max_tokens = 24;              ///< Of an answer to `exact`, which ends at its first line.
  double retention = 0.9;           ///< Of the baseline's accuracy: a rung needs more.
  double ppl_ratio = 1.05;          ///< To the baseline's perplexity: a rung needs less.
  int speed_runs = 0;               ///< Of the workload, live.
  std::optional<Month> month = {};  ///< None: no monthly costs.
  std::optional<double> investment = {};  ///< What shipping a rung costs once, in US dollars.
  std::string json = {};                  ///< Where the ladder goes as JSON; empty: nowhere.
};

/// Throws std::invalid_argument, which says what is wrong with which argument and what there is.
Options ParseOptions(int argc, char** argv);

/// For --help and errors.
extern const char kUsage[];

#endif  // QUANTIZATION_LADDER_OPTIONS_H_
