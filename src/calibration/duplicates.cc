#include "src/calibration/duplicates.h"

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "src/calibration/snippet.h"
#include "src/text/white_space.h"

namespace gatetest::internal {
namespace {

/// In lower case (ASCII), with single blanks.
std::string NormalText(std::string_view text) {
  std::string normal = CollapseSpace(Strip(text));
  for (char& c : normal) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return normal;
}

/// The text of the right choice; else the answer as it is.
std::string_view AnswerText(const Sample& sample) {
  std::size_t index = 0;
  const char* const end = sample.answer.data() + sample.answer.size();
  const auto [stop, error] = std::from_chars(sample.answer.data(), end, index);
  const bool is_index = error == std::errc() && stop == end && index < sample.choices.size();
  return is_index ? std::string_view(sample.choices[index]) : std::string_view(sample.answer);
}

/// What the sample may look like in another set; the input alone first.
std::vector<std::string> FormsOf(const Sample& sample) {
  std::vector<std::string> forms = {NormalText(sample.input)};
  const std::string answer(AnswerText(sample));
  if (!answer.empty()) {
    forms.push_back(NormalText(sample.input + answer));
    forms.push_back(NormalText(sample.input + " " + answer));
  }
  return forms;
}

/// Evaluation samples of one text.
struct SameText {
  std::vector<std::size_t> samples = {};
  bool found = false;  ///< By an earlier calibration sample, with all of them.
};

}  // namespace

void FindDuplicates(const Dataset& calibration, const Dataset& evaluation,
                    const OverlapSink& found) {
  std::unordered_map<std::string, SameText> texts;
  for (std::size_t i = 0; i < evaluation.size(); ++i) {
    for (std::string& form : FormsOf(evaluation.samples()[i])) {
      if (form.empty()) continue;
      std::vector<std::size_t>& samples = texts[std::move(form)].samples;
      if (samples.empty() || samples.back() != i) samples.push_back(i);
    }
  }
  for (std::size_t i = 0; i < calibration.size(); ++i) {
    for (const std::string& form : FormsOf(calibration.samples()[i])) {
      const auto at = texts.find(form);
      if (at == texts.end()) continue;
      SameText& same = at->second;
      const std::size_t count = same.found ? 1 : same.samples.size();
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t other = same.samples[k];
        found({.calibration = i,
               .evaluation = other,
               .exact = true,
               .share = 1.0,
               .snippet = SnippetAt(evaluation.samples()[other].input, 0)});
      }
      same.found = true;
    }
  }
}

std::size_t CountDifferent(const Dataset& dataset) {
  std::unordered_set<std::string> texts;
  for (const Sample& sample : dataset.samples()) texts.insert(NormalText(sample.input));
  texts.erase("");
  return texts.size();
}

}  // namespace gatetest::internal
