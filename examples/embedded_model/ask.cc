// Asks the model one question. Run it in this folder.
#include <iostream>
#include <string>
#include <vector>

#include "engine.h"

int main() {
  const auto engine =
      embedded::Engine::Load("data/model-f16.gguf", embedded::QuantizationNamed("int8"));
  std::vector<int> prompt = engine->Tokenize("47+93=");
  prompt.insert(prompt.begin(), engine->bos());
  const std::string stop[] = {"\n"};
  std::cout << engine->Generate(prompt, stop, 24).text << "\n";  // 140
}
