#include "src/calibration/shingles.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/calibration/snippet.h"
#include "src/calibration/words.h"
#include "src/data/hash.h"

namespace gatetest::internal {
namespace {

/// Calls `use` with the hash of each shingle and its first byte, in order.
void ForEachShingle(const std::string& text,
                    const std::function<void(std::uint64_t, std::size_t)>& use) {
  struct Word {
    std::uint64_t hash = 0;
    std::size_t begin = 0;
  };
  std::array<Word, kShingleWords> last;
  std::size_t words = 0;
  WordReader reader(text);
  while (reader.Next()) {
    if (reader.is_mark()) continue;
    last[words % kShingleWords] = {.hash = ShortHash(reader.word()), .begin = reader.begin()};
    ++words;
    if (words < kShingleWords) continue;
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < kShingleWords; ++i) {
      constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // Of no meaning; the order counts.
      hash = hash * kOdd + last[(words + i) % kShingleWords].hash;
    }
    use(hash, last[words % kShingleWords].begin);
  }
}

/// What is known of a shingle of the evaluation data.
struct Known {
  std::size_t samples = 0;         ///< Evaluation samples that have it.
  std::size_t last_sample = 0;     ///< The last of them, counted from 1.
  bool is_in_calibration = false;  ///< Else it is of no interest.
};

using KnownShingles = std::unordered_map<std::uint64_t, Known>;

KnownShingles ReadShingles(const Dataset& calibration, const Dataset& evaluation) {
  KnownShingles shingles;
  for (std::size_t i = 0; i < evaluation.size(); ++i) {
    ForEachShingle(evaluation.samples()[i].input, [&](std::uint64_t hash, std::size_t) {
      Known& known = shingles[hash];
      if (known.last_sample == i + 1) return;
      known.last_sample = i + 1;
      ++known.samples;
    });
  }
  for (const Sample& sample : calibration.samples()) {
    ForEachShingle(sample.input, [&](std::uint64_t hash, std::size_t) {
      const auto at = shingles.find(hash);
      if (at != shingles.end()) at->second.is_in_calibration = true;
    });
  }
  return shingles;
}

/// What is looked for.
struct Piece {
  std::size_t sample = 0;
  std::size_t begin = 0;                   ///< Its first byte.
  std::size_t shingles = 0;                ///< Distinct ones, without a template's.
  std::vector<std::uint64_t> shared = {};  ///< Those of them that the other set has, too.
};

/// Where the shingles of one set are that the other has, too.
struct Side {
  std::vector<Piece> pieces = {};
  std::vector<std::size_t> sample_of_stretch = {};
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> stretches = {};  ///< By shingle.
};

/// Adds the samples of a set to a Side.
class SideReader {
 public:
  SideReader(const KnownShingles& known, std::size_t evaluation_samples)
      : known_(known),
        most_samples_(
            std::clamp<std::size_t>(evaluation_samples / kTemplateShare,
                                    std::clamp<std::size_t>(evaluation_samples / 2, 4, 32), 64)) {}

  void Read(std::size_t sample, const std::string& text) {
    piece_ = {};
    in_piece_.clear();
    std::size_t place = 0;
    ForEachShingle(text, [&](std::uint64_t hash, std::size_t begin) {
      if (place % kPieceWords == 0) Start(sample, begin);
      ++place;
      const auto at = known_.find(hash);
      if (at != known_.end() && at->second.samples > most_samples_) return;
      in_piece_.push_back(hash);
      if (at != known_.end() && at->second.is_in_calibration) AddPlace(hash, place <= kPieceWords);
    });
    Finish();
  }

  Side Take() { return std::move(side_); }

 private:
  static constexpr std::size_t kTemplateShare = 20;

  /// A piece, and the stretch of it and the next one.
  void Start(std::size_t sample, std::size_t begin) {
    Finish();
    piece_ = {.sample = sample, .begin = begin};
    side_.sample_of_stretch.push_back(sample);
  }

  void AddPlace(std::uint64_t hash, bool is_first_piece) {
    piece_.shared.push_back(hash);
    std::vector<std::uint32_t>& stretches = side_.stretches[hash];
    const auto last = static_cast<std::uint32_t>(side_.sample_of_stretch.size() - 1);
    for (const std::uint32_t stretch : {is_first_piece ? last : last - 1, last}) {
      // They come in order, and a shingle that is repeated has its stretches already.
      if (stretches.empty() || stretches.back() < stretch) stretches.push_back(stretch);
    }
  }

  void Finish() {
    const auto count_distinct = [](std::vector<std::uint64_t>& hashes) {
      std::sort(hashes.begin(), hashes.end());
      hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
      return hashes.size();
    };
    piece_.shingles = count_distinct(in_piece_);
    count_distinct(piece_.shared);
    in_piece_.clear();
    if (!piece_.shared.empty() && piece_.shingles + kShingleWords > kFewestWords) {
      side_.pieces.push_back(std::move(piece_));
    }
    piece_ = {};
  }

  const KnownShingles& known_;
  const std::size_t most_samples_;  ///< A shingle of more is a template's.
  Side side_ = {};
  Piece piece_ = {};
  std::vector<std::uint64_t> in_piece_ = {};
};

Side ReadSide(const Dataset& dataset, const KnownShingles& known, std::size_t evaluation_samples) {
  SideReader reader(known, evaluation_samples);
  for (std::size_t i = 0; i < dataset.size(); ++i) reader.Read(i, dataset.samples()[i].input);
  return reader.Take();
}

/// Calls `use` with a piece, the sample of the other side that has it, and the share.
void FindPieces(const std::vector<Piece>& pieces, const Side& side, double least,
                const std::function<void(const Piece&, std::size_t, double)>& use) {
  std::vector<std::uint32_t> counts(side.sample_of_stretch.size());
  std::vector<std::uint32_t> touched;
  for (const Piece& piece : pieces) {
    // Without a look at the places: what all of them together cannot reach none does.
    const auto share_of = [&](std::size_t shared) {
      return static_cast<double>(shared) / static_cast<double>(piece.shingles);
    };
    if (share_of(piece.shared.size()) < least) continue;
    touched.clear();
    for (const std::uint64_t hash : piece.shared) {
      for (const std::uint32_t stretch : side.stretches.at(hash)) {
        if (counts[stretch]++ == 0) touched.push_back(stretch);
      }
    }
    std::sort(touched.begin(), touched.end());
    for (const std::uint32_t stretch : touched) {
      const double share = share_of(counts[stretch]);
      if (share >= least) use(piece, side.sample_of_stretch[stretch], share);
      counts[stretch] = 0;
    }
  }
}

}  // namespace

void FindNearDuplicates(const Dataset& calibration, const Dataset& evaluation, double least,
                        const OverlapSink& found) {
  const KnownShingles known = ReadShingles(calibration, evaluation);
  const Side in_calibration = ReadSide(calibration, known, evaluation.size());
  const Side in_evaluation = ReadSide(evaluation, known, evaluation.size());
  FindPieces(in_evaluation.pieces, in_calibration, least,
             [&](const Piece& piece, std::size_t other, double share) {
               found({.calibration = other,
                      .evaluation = piece.sample,
                      .share = share,
                      .snippet = SnippetAt(evaluation.samples()[piece.sample].input, piece.begin)});
             });
  FindPieces(
      in_calibration.pieces, in_evaluation, least,
      [&](const Piece& piece, std::size_t other, double share) {
        found({.calibration = piece.sample,
               .evaluation = other,
               .share = share,
               .snippet = SnippetAt(calibration.samples()[piece.sample].input, piece.begin)});
      });
}

}  // namespace gatetest::internal
