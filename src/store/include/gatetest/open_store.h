// OpenStore: opens the place where answers are recorded: a SQLite file for every day, or a
// recording, a folder of text files that is meant to be committed and read in a diff.
//
//   const auto store = gatetest::OpenStore("recording:tests/recordings");
//   gatetest::Evaluator evaluator({.store = store.get(), .mode = gatetest::StoreMode::kReplay});
#ifndef GATETEST_OPEN_STORE_H_
#define GATETEST_OPEN_STORE_H_

#include <memory>
#include <string>

#include "gatetest/store.h"

namespace gatetest {

/// `place`: "sqlite:FILE" or "recording:FOLDER". What does not exist yet is made when the first
/// answer is recorded. Throws Error(kInvalidArgument) for a place of another kind, naming the two;
/// and Error(kStoreFailed) for what is there and cannot be read: no permission, not a store, a
/// schema of a newer GateTest, a damaged line (with file and line).
std::unique_ptr<Store> OpenStore(const std::string& place);

}  // namespace gatetest

#endif  // GATETEST_OPEN_STORE_H_
