#include "src/store/store_place.h"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "gatetest/error.h"
#include "src/text/redact.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

constexpr std::string_view kSqliteKind = "sqlite:";
constexpr std::string_view kRecordingKind = "recording:";

[[noreturn]] void ThrowNoPlace(const std::string& place, std::string_view problem) {
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("{} is no place for a store: {}; the places are sqlite:FILE and "
                          "recording:FOLDER",
                          Quote(RedactAddresses(place), 200), problem));
}

[[noreturn]] void ThrowNoKind(const std::string& place) {
  const std::size_t colon = place.find(':');
  // A colon after a slash belongs to the name of a file.
  if (colon == std::string::npos || place.find('/') < colon) {
    ThrowNoPlace(place, fmt::format("it does not say of what kind it is (did you mean sqlite:{}?)",
                                    RedactAddresses(place)));
  }
  ThrowNoPlace(place, fmt::format("there is no kind {}", Quote(place.substr(0, colon))));
}

}  // namespace

StorePlace ParseStorePlace(const std::string& place) {
  if (place.empty()) ThrowNoPlace(place, "it is empty");
  const bool is_sqlite = place.starts_with(kSqliteKind);
  if (!is_sqlite && !place.starts_with(kRecordingKind)) ThrowNoKind(place);
  const std::string path = place.substr((is_sqlite ? kSqliteKind : kRecordingKind).size());
  if (path.empty()) {
    ThrowNoPlace(place, is_sqlite ? "the file's name is missing" : "the folder's name is missing");
  }
  if (path.starts_with("~/")) {
    ThrowNoPlace(place, "the shell does not expand ~ after a colon; write $HOME");
  }
  if (path == ":memory:") {
    ThrowNoPlace(place, "what is recorded must outlive the program; name a file or a folder");
  }
  return {.kind = is_sqlite ? StorePlace::Kind::kSqlite : StorePlace::Kind::kRecording,
          .path = path};
}

}  // namespace gatetest::internal
