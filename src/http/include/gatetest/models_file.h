// ModelsFile: served models that are declared in a JSON file, so that one program gates whatever a
// pipeline names. NamedModel (named_model.h) takes them from --gatetest_models.
//
//   {"endpoints": {"relay": {"base_url": "https://relay.example/v1", "api_key_variable":
//   "RELAY_KEY"}},
//    "models": {"candidate": {"endpoint": "relay", "name": "llama-8b", "quantization": "int4",
//                             "weights": "rev 77a1"}}}
//
//   const gatetest::ModelPtr candidate = gatetest::ModelsFile("models.json").Get("candidate");
#ifndef GATETEST_MODELS_FILE_H_
#define GATETEST_MODELS_FILE_H_

#include <map>
#include <string>
#include <vector>

#include "gatetest/model.h"

namespace gatetest {

/// The fields are those of Endpoint, ModelInfo and OpenAiOptions, by their names; times in
/// milliseconds ("timeouts": {"total_ms": 60000}) and "max_age_seconds"; "generate_by" is "chat" or
/// "completions"; "body" is an object; "endpoint" is a name of "endpoints", or an endpoint.
///
/// Prices are a model's own ("prices": {"input_usd_per_mtok": 2, "output_usd_per_mtok": 8}), or
/// "price", a name in the file that the top-level "price_file" names (price_file.h): relative to
/// the folder of this one. Fields given twice are an error.
class ModelsFile {
 public:
  /// Reads it, and asks nothing. Throws Error(kNotFound) when it or its price file cannot be read,
  /// and Error(kInvalidData) that says which field of which model cannot be.
  explicit ModelsFile(const std::string& path);

  /// The same object each time. Throws Error(kInvalidArgument), which lists the names there are.
  ModelPtr Get(const std::string& name) const;

  std::vector<std::string> names() const;            ///< In their order.
  const std::string& path() const { return path_; }  ///< As given.

 private:
  const std::string path_;
  std::map<std::string, ModelPtr> models_;
};

}  // namespace gatetest

#endif  // GATETEST_MODELS_FILE_H_
