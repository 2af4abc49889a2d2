// Dataset: the samples a model is asked about, loaded from JSONL, CSV or plain text and known by a
// hash of their content. Whatever is wrong with a file is an Error that names file, line and field.
//
//   gatetest::Dataset facts = gatetest::LoadDataset("data/facts.jsonl", {.input = "question"});
//   gatetest::Dataset sums = gatetest::MakeDataset(
//       "sums", {{.id = "a", .input = "1+1=", .answer = "2"}});
#ifndef GATETEST_DATASET_H_
#define GATETEST_DATASET_H_

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gatetest {

/// One item. Comparisons pair the samples of two evaluations by `id`.
struct Sample {
  std::string id = {};  ///< No two of a data set are the same. Empty: MakeDataset gives a number.
  std::string input = {};  ///< What the prompt is made of; for a Corpus the document.
  /// The expected text; for multiple choice the index of the right choice, counted from 0.
  std::string answer = {};
  std::vector<std::string> choices = {};  ///< Multiple choice: two texts or more.
  /// The part of the task it belongs to ("add"), for messages and for limits on "task/group".
  std::string group = {};
  /// What it shares with other samples that makes their answers depend on each other: the passage
  /// that several questions are about. Intervals then count clusters, not samples. Empty: a cluster
  /// of its own.
  std::string cluster = {};
  /// All other fields of the row, for scorers of your own: text as it is, anything else as JSON.
  std::map<std::string, std::string> extra = {};
};

/// Which field (JSONL) or column (CSV) holds what. Only `input` has to be in the file, but a name
/// given here that is in no row is an error. An empty name: the file has no such field.
struct Fields {
  std::string input = "input";    ///< A row without it is an error.
  std::string answer = "answer";  ///< Text, a number or true/false.
  /// JSONL: an array of strings. CSV: a cell that holds such a JSON array.
  std::string choices = "choices";
  /// When the file has none, a sample's id is the number of its line.
  std::string id = "id";
  std::string group = "group";  ///< The part of the task: messages and limits can name it.
  /// What several samples are about (a passage, a document), for intervals that hold nevertheless.
  std::string cluster = "cluster";
};

/// Samples with distinct ids, and the hash of all that is in them. Cheap to copy.
class Dataset {
 public:
  /// The file's name without its ending, or what MakeDataset was given.
  const std::string& name() const { return data_->name; }
  /// In the order of the file, or as they were given; at least one.
  const std::vector<Sample>& samples() const { return data_->samples; }
  std::size_t size() const { return data_->samples.size(); }  ///< How many samples.

  /// Where it comes from: a path, or empty when it was made in code.
  const std::string& source() const { return data_->source; }

  /// 32 hexadecimal digits: XXH3-128 of every sample, in order. The name is not part of it.
  const std::string& hash() const { return data_->hash; }

 private:
  friend Dataset MakeDataset(std::string name, std::vector<Sample> samples, std::string source);
  struct Data {
    std::string name, source, hash;
    std::vector<Sample> samples;
  };
  explicit Dataset(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

/// A data set from samples made in code. Samples without an id get "1", "2", ...
/// Throws Error(kInvalidData) when it is empty, two ids are the same, or a text is not UTF-8.
Dataset MakeDataset(std::string name, std::vector<Sample> samples, std::string source = "");

/// The longest line that is read; a longer one is an error, not an exhausted memory.
inline constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20U;

/// Loads by the file's ending: .jsonl (or .ndjson), one JSON object a line; .csv (RFC 4180, with a
/// header line); anything else is plain text, one sample that is the whole file (at most 1 GiB).
/// The name is the file's name without its ending. UTF-8; a byte-order mark and empty lines are
/// passed over. A field that is null, and an empty id, count as missing. Throws Error(kNotFound) or
/// Error(kInvalidData) with "path:line: field ...".
Dataset LoadDataset(const std::filesystem::path& path, const Fields& fields = {});

}  // namespace gatetest

#endif  // GATETEST_DATASET_H_
