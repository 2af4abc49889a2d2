#include "src/data/data_error.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gatetest/error.h"
#include "src/text/utf8.h"

namespace gatetest::internal {

void FailData(const std::string& message) { throw Error(ErrorCode::kInvalidData, message); }

void FailLine(const std::string& path, std::size_t line, const std::string& what) {
  FailData(fmt::format("{}:{}: {}", path, line, what));
}

std::string QuoteJson(std::string_view text) {
  const std::string_view cut = CutUtf8(text, 60);
  const auto replace = nlohmann::json::error_handler_t::replace;
  return nlohmann::json(cut).dump(-1, ' ', false, replace) +
         (cut.size() < text.size() ? "..." : "");
}

std::string Listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 12;
  std::string list;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (++count > kMost) break;
    const std::string quoted = QuoteJson(name);
    const bool plain = !name.empty() && quoted.size() == name.size() + 2 && name.front() != ' ' &&
                       name.back() != ' ' && name.find(',') == std::string::npos;
    list += (list.empty() ? "" : ", ") + (plain ? name : quoted);
  }
  if (names.size() > kMost) list += fmt::format(" and {} more", names.size() - kMost);
  return list.empty() ? "nothing" : list;
}

}  // namespace gatetest::internal
