// The samples of a file of each kind; dataset.h says what is in them.
#ifndef GATETEST_SRC_DATA_LOAD_H_
#define GATETEST_SRC_DATA_LOAD_H_

#include <filesystem>
#include <vector>

#include "gatetest/dataset.h"

namespace gatetest::internal {

std::vector<Sample> LoadJsonl(const std::filesystem::path& path, const Fields& fields);
std::vector<Sample> LoadCsv(const std::filesystem::path& path, const Fields& fields);
std::vector<Sample> LoadPlainText(const std::filesystem::path& path);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_LOAD_H_
