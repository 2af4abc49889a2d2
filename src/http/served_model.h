// ServedModel: what every request to one model of an endpoint has in common.
#ifndef GATETEST_SRC_HTTP_SERVED_MODEL_H_
#define GATETEST_SRC_HTTP_SERVED_MODEL_H_

#include <memory>
#include <string>

#include "gatetest/model.h"
#include "gatetest/openai_model.h"
#include "src/http/connection.h"

namespace gatetest::internal {

struct ServedModel {
  ModelInfo info = {};
  OpenAiOptions options = {};
  std::shared_ptr<Connection> connection = {};

  /// Its name at the endpoint.
  const std::string& name() const {
    return options.served_as.empty() ? info.name : options.served_as;
  }
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_SERVED_MODEL_H_
