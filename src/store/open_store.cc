#include "gatetest/open_store.h"

#include <fmt/format.h>

#include <string_view>

#include "gatetest/error.h"
#include "src/store/recording_store.h"
#include "src/store/sqlite_store.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

constexpr std::string_view kSqliteKind = "sqlite:";
constexpr std::string_view kRecordingKind = "recording:";

[[noreturn]] void ThrowNoPlace(const std::string& place, std::string_view problem) {
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("{} is no place for a store: {}; the places are sqlite:FILE and "
                          "recording:FOLDER",
                          internal::Quote(place, 200), problem));
}

}  // namespace

std::unique_ptr<Store> OpenStore(const std::string& place) {
  const std::size_t colon = place.find(':');
  if (place.starts_with(kSqliteKind)) {
    if (place.size() == kSqliteKind.size()) ThrowNoPlace(place, "the file's name is missing");
    return internal::OpenSqlite(place.substr(kSqliteKind.size()));
  }
  if (place.starts_with(kRecordingKind)) {
    if (place.size() == kRecordingKind.size()) ThrowNoPlace(place, "the folder's name is missing");
    return internal::OpenRecording(place.substr(kRecordingKind.size()));
  }
  if (place.empty()) ThrowNoPlace(place, "it is empty");
  // A colon after a slash belongs to the name of a file.
  if (colon == std::string::npos || place.find('/') < colon) {
    ThrowNoPlace(
        place, fmt::format("it does not say of what kind it is (did you mean sqlite:{}?)", place));
  }
  ThrowNoPlace(place, fmt::format("there is no kind {}", internal::Quote(place.substr(0, colon))));
}

}  // namespace gatetest
