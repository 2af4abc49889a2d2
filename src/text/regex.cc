#include "src/text/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>

#include "gatetest/error.h"

namespace gatetest::internal {
namespace {

/// Of one attempt at one position of the text: also bounds the memory.
constexpr std::uint32_t kMatchLimit = 1'000'000;

/// Of a whole search, which PCRE2 does not bound: it counts anew at every position.
constexpr std::size_t kMostWork = 50'000'000;

struct Work {
  std::size_t done = 0;
  std::size_t position = 0;
};

/// Called at every item of the pattern that is tried.
int CountWork(pcre2_callout_block* block, void* data) {
  auto& work = *static_cast<Work*>(data);
  const std::size_t position = block->current_position;
  work.done += 1 + (position > work.position ? position - work.position : 0);
  work.position = position;
  return work.done > kMostWork ? PCRE2_ERROR_MATCHLIMIT : 0;
}

std::string ErrorText(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

Regex::Regex(const std::string& pattern) : pattern_(pattern) {
  int error = 0;
  PCRE2_SIZE position = 0;
  constexpr std::uint32_t kOptions =
      PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_AUTO_CALLOUT;
  pcre2_code* const code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()),
                                         pattern.size(), kOptions, &error, &position, nullptr);
  if (code == nullptr) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("regular expression \"{}\": {} at character {}", pattern,
                            ErrorText(error), position));
  }
  code_ =
      std::shared_ptr<void>(code, [](void* c) { pcre2_code_free(static_cast<pcre2_code*>(c)); });
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &captures_);
}

std::optional<std::string> Regex::Search(std::string_view text) const {
  const auto* const code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
      pcre2_match_data_create_from_pattern(code, nullptr), &pcre2_match_data_free);
  const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context(
      pcre2_match_context_create(nullptr), &pcre2_match_context_free);
  pcre2_set_match_limit(context.get(), kMatchLimit);
  Work work;
  pcre2_set_callout(context.get(), &CountWork, &work);
  const int result = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                                 match.get(), context.get());
  if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (result < 0) {
    throw Error(ErrorCode::kInvalidData,
                fmt::format("regular expression \"{}\" on a text of {} bytes: {}; make it simpler",
                            pattern_, text.size(), ErrorText(result)));
  }
  const std::size_t group = has_capture() ? 1 : 0;
  const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(match.get());
  if (static_cast<std::size_t>(result) <= group || ends[2 * group] == PCRE2_UNSET) return "";
  return std::string(text.substr(ends[2 * group], ends[2 * group + 1] - ends[2 * group]));
}

}  // namespace gatetest::internal
