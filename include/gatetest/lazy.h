// Lazy: a model that is loaded when its first answer is missing, and not before.
// Declaring one is free, so a gate can name the models of a whole release.
//
//   gatetest::ModelPtr model = gatetest::Lazy(
//       {.name = "llama-8b", .quantization = "int4", .weights = "sha256:77a1"},
//       [] { return LoadMyEngine("llama-8b-int4.bin"); });   // returns a gatetest::ModelPtr
#ifndef GATETEST_LAZY_H_
#define GATETEST_LAZY_H_

#include <functional>

#include "gatetest/model.h"

namespace gatetest {

/// `info` is the model's whole description, context window and BOS included; what the loaded model
/// says of itself is not looked at. `loader` runs at most once; if it throws or returns null, every
/// request fails with that reason.
/// The loaded model lives as long as the last pointer to this one.
/// Throws Error(kInvalidArgument) when `info` has no name or there is no loader.
ModelPtr Lazy(ModelInfo info, std::function<ModelPtr()> loader);

}  // namespace gatetest

#endif  // GATETEST_LAZY_H_
