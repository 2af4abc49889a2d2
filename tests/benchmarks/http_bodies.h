// What clients and server of the HTTP benchmark say to each other.
#ifndef GATETEST_TESTS_BENCHMARKS_HTTP_BODIES_H_
#define GATETEST_TESTS_BENCHMARKS_HTTP_BODIES_H_

#include <string>

namespace gatetest::benchmarks {

/// A question of an evaluation as a chat completion's request, about 300 bytes.
std::string ChatRequest();

/// The answer to it, about 600 bytes, like llama-server's.
std::string ChatAnswer();

/// A completion with vLLM's prompt_logprobs: at each position but the first an object by token id,
/// which begins with the prompt's own token. 3,000 positions with the top 20 are about 5 MB.
std::string PromptLogprobsAnswer(int positions, int top);

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_HTTP_BODIES_H_
