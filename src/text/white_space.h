// White space as Python's str counts it, which is what lm-evaluation-harness's word counts rest on.
#ifndef GATETEST_SRC_TEXT_WHITE_SPACE_H_
#define GATETEST_SRC_TEXT_WHITE_SPACE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace gatetest::internal {

/// The length in bytes of the white-space character at `position` of UTF-8 `text`; 0: none there.
std::size_t SpaceAt(std::string_view text, std::size_t position);

/// Runs of white space that begin in [begin, end) of `text`.
std::size_t CountSpaceRuns(std::string_view text, std::size_t begin, std::size_t end);

std::string_view Strip(std::string_view text);

/// Every run of white space becomes one blank.
std::string CollapseSpace(std::string_view text);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TEXT_WHITE_SPACE_H_
