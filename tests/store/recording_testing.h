// What tests of recordings share: shelves, files as text.
#ifndef GATETEST_TESTS_STORE_RECORDING_TESTING_H_
#define GATETEST_TESTS_STORE_RECORDING_TESTING_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/store.h"
#include "src/store/recording_store.h"
#include "tests/store/sqlite_testing.h"

namespace gatetest::testing_support {

constexpr std::int64_t kDay = 86'400;

inline std::string ReadText(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// In place, as people do it.
inline void WriteText(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

/// Without their line feeds; a last one that has none ends in "(cut off)".
inline std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      lines.back() += "(cut off)";
      break;
    }
    text.remove_prefix(end + 1);
  }
  return lines;
}

inline std::string TextOf(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// That header without what it says of the answers below it, as it is while they are recorded.
inline std::string WithoutSeal(std::string header) {
  const std::size_t at = header.find("\"answers\": ");
  if (at != std::string::npos) header.erase(at, header.find("\"model\": ") - at);
  return header;
}

inline std::vector<std::string> FileNames(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// One shelf of its own store.
struct RecordingOf {
  explicit RecordingOf(const std::filesystem::path& folder,
                       const RecordedModel& model = ModelNamed("tiny"),
                       const std::string& task = "skills", std::int64_t not_before = 0)
      : store(internal::OpenRecording(folder)), shelf(store->Open(model, task, not_before)) {}
  Shelf* operator->() const { return shelf.get(); }

  std::unique_ptr<Store> store;
  std::unique_ptr<Shelf> shelf;
};

/// Puts these answers, and closes the shelf.
inline void Record(const std::filesystem::path& folder, const std::vector<std::uint64_t>& numbers,
                   const RecordedModel& model = ModelNamed("tiny"),
                   const std::string& task = "skills", std::int64_t recorded = 1000) {
  const RecordingOf recording(folder, model, task);
  for (const std::uint64_t number : numbers) {
    recording->Put(QuestionOf(number), AnswerOf(number, recorded));
  }
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_STORE_RECORDING_TESTING_H_
