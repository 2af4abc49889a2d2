// Copies what one store holds into another: exports and imports.
#ifndef GATETEST_SRC_STORE_COPY_STORE_H_
#define GATETEST_SRC_STORE_COPY_STORE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "gatetest/store.h"

namespace gatetest::internal {

enum class CopiedBuilds {
  kAll,
  kNewest,  ///< Of identities that differ in the code alone (build ids, code_id) the latest.
};

/// What became of the answers of one model on one task.
struct CopiedHolding {
  Holding holding = {};
  bool older_build = false;  ///< Left out: there is a newer one (CopiedBuilds::kNewest).
  std::size_t written = 0;
  std::size_t there = 0;     ///< Left as they were: `to` has the same, or later ones.
  std::string damaged = {};  ///< Why not all could be copied; of the first that could not.
};

/// Throws Error(kStoreFailed) when one of them cannot be read or written.
std::vector<CopiedHolding> CopyStore(Store& from, Store& to, CopiedBuilds builds);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_COPY_STORE_H_
