#include "sentiment.h"

#include <string>

#include "classifier.h"

gatetest::ModelPtr Sentiment(int bits) {
  const gatetest::ModelInfo info = {.name = "sentiment",
                                    .quantization = "int" + std::to_string(bits),
                                    .weights = "2026-11",
                                    .code_id = "classifier 1"};
  return gatetest::FunctionModel(
      info, {.generate = [classifier = Classifier(bits)](const gatetest::Request& request) {
        return gatetest::Response::Text(classifier.Classify(request.prompt));
      }});
}
