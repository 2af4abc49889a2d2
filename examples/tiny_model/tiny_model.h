// The embedded engine as a gatetest::Model: what somebody writes once for an engine of their own.
//
//   const gatetest::ModelPtr model = TinyModel("int4");
#ifndef TINY_MODEL_TINY_MODEL_H_
#define TINY_MODEL_TINY_MODEL_H_

#include <gatetest/function_model.h>
#include <gatetest/model.h>

#include <string>

/// A rung of the ladder: "f16" (the baseline), "int8", "int4", "int3" or "int2". Declaring it loads
/// nothing; the weights are read, and rounded, when its first answer is needed. Throws
/// std::runtime_error, which lists the rungs, for another name.
gatetest::ModelPtr TinyModel(const std::string& rung);

/// Its two halves: what it says of itself without being loaded, and the loaded engine's functions.
gatetest::ModelInfo TinyInfo(const std::string& rung);
gatetest::ModelFunctions TinyFunctions(const std::string& rung);

/// The absolute path of a file of examples/embedded_model/data.
std::string TinyData(const std::string& file);

#endif  // TINY_MODEL_TINY_MODEL_H_
