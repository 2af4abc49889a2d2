#include "gatetest/store.h"

namespace gatetest {

std::string_view Name(StoreMode mode) {
  switch (mode) {
    case StoreMode::kAuto:
      return "auto";
    case StoreMode::kReplay:
      return "replay";
    case StoreMode::kRefresh:
      return "refresh";
    case StoreMode::kLive:
      return "live";
  }
  return "?";
}

}  // namespace gatetest
