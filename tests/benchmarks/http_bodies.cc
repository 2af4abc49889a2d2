#include "tests/benchmarks/http_bodies.h"

#include <fmt/format.h>

#include <iterator>
#include <random>
#include <set>
#include <string_view>

namespace gatetest::benchmarks {

std::string ChatRequest() {
  return R"({"model":"tiny","messages":[{"role":"system","content":"Answer with one letter."},)"
         R"({"role":"user","content":"Which of these may a licensee do?\n(A) sell the copies\n)"
         R"((B) change the source\n(C) remove the notices\n(D) none of these\n"}],)"
         R"("max_tokens":16,"temperature":0.0,"seed":1,"stop":["\n\n"],"n":1,"stream":false})";
}

std::string ChatAnswer() {
  return R"({"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant",)"
         R"("content":"B"}}],"created":1795459072,"model":"tiny",)"
         R"("system_fingerprint":"b11669","object":"chat.completion",)"
         R"("usage":{"completion_tokens":2,"prompt_tokens":71,"total_tokens":73,)"
         R"("prompt_tokens_details":{"cached_tokens":1}},)"
         R"("id":"chatcmpl-5mko4txEAMixEOd24Sv9mxT0CABhZEmm","timings":{"cache_n":1,)"
         R"("prompt_n":70,"prompt_ms":2.274,"prompt_per_token_ms":0.12633333333333333,)"
         R"("prompt_per_second":7915.567282321899,"predicted_n":2,"predicted_ms":4.817,)"
         R"("predicted_per_token_ms":2.4085,"predicted_per_second":415.1961801951422}})";
}

std::string PromptLogprobsAnswer(int positions, int top) {
  // As JSON has them.
  constexpr std::string_view kTokens[] = {" the", " of",  "ing", "\\n", " \\\"", "é",        "日本",
                                          ".",    " and", "s",   " to", "(",     " license", "\\t"};
  std::mt19937 random(7);
  std::exponential_distribution<float> surprise(0.3F);
  std::string body =
      R"({"id":"cmpl-1","object":"text_completion","created":1795459072,"model":"tiny",)"
      R"("choices":[{"index":0,"text":" x","logprobs":null,"finish_reason":"length",)"
      R"("stop_reason":null,"prompt_logprobs":[null)";
  for (int position = 1; position < positions; ++position) {
    // In two of three positions the prompt's token is one of the top.
    const std::size_t entries = static_cast<std::size_t>(top) + (position % 3 == 0 ? 1 : 0);
    std::set<unsigned> ids;
    while (ids.size() < entries) {
      const unsigned id = static_cast<unsigned>(random() % 128'000);
      if (!ids.insert(id).second) continue;
      body += fmt::format(R"({}"{}":{{"logprob":{},"rank":{},"decoded_token":"{}"}})",
                          ids.size() == 1 ? ",{" : ",", id, -static_cast<double>(surprise(random)),
                          ids.size(), kTokens[random() % std::size(kTokens)]);
    }
    body += "}";
  }
  return body + fmt::format(R"(]}}],"usage":{{"prompt_tokens":{},"total_tokens":{},)"
                            R"("completion_tokens":1,"prompt_tokens_details":null}}}})",
                            positions, positions + 1);
}

}  // namespace gatetest::benchmarks
