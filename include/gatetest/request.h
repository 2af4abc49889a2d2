// Request and Response: one question to a model, and its answer.
// A task writes the requests; a model only has to answer them.
//
//   gatetest::Request request;
//   request.kind = gatetest::RequestKind::kGenerate;
//   request.prompt = "47+93=";
//   request.stop = {"\n"};
//   gatetest::Response response = gatetest::Response::Text("140");
#ifndef GATETEST_REQUEST_H_
#define GATETEST_REQUEST_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatetest {

/// A token, as the model numbers them.
using TokenId = std::int32_t;

/// What is asked.
enum class RequestKind {
  kScore,     ///< The log-probability of each token of `continuation` after `prompt`.
  kGenerate,  ///< Text that follows `prompt`.
  kTokenize,  ///< The tokens of `prompt`, without a beginning-of-text token.
};

/// One question. Which fields count depends on `kind`.
struct Request {
  RequestKind kind = RequestKind::kGenerate;  ///< What is asked for.

  /// All kinds. The model puts its beginning-of-text token (BOS), if it has one, before it.
  std::string prompt = {};

  /// kScore: the text whose tokens are scored.
  std::string continuation = {};

  /// kScore, only sent to models that tokenize: when `continuation_tokens` is not empty, these
  /// two stand for the text above, exactly as they are: BOS is among them where it is wanted.
  std::vector<TokenId> prompt_tokens = {};
  std::vector<TokenId> continuation_tokens = {};  ///< Those that are scored.

  /// kGenerate: generation ends before the first of these, which is not part of the answer.
  std::vector<std::string> stop = {};

  /// kGenerate: the most tokens to generate.
  int max_tokens = 256;

  /// kGenerate: 0 is greedy decoding, the default, because a gate should give one answer.
  double temperature = 0.0;

  /// kGenerate with temperature > 0: the sampling seed, if the task fixes one.
  std::optional<std::uint64_t> seed = {};

  /// kGenerate: the log-probability of each generated token is wanted too (Response::logprobs), and
  /// of this many of the most probable tokens in its place (Response::top_logprobs); none: neither.
  std::optional<int> logprobs = {};
};

/// Why generated text ended.
enum class FinishReason {
  kUnknown,  ///< The model did not say, or the question does not have one (scores, tokens).
  kStop,     ///< A stop string or the model's own end of text.
  kLength,   ///< Cut off by max_tokens or by the context window: scored as it is, and reported.
};

/// Tokens in and out, as the model counts them; 0 where it does not say.
struct Usage {
  std::int64_t prompt_tokens = 0;      ///< What the model read.
  std::int64_t completion_tokens = 0;  ///< What it generated.
};

/// How long a live answer took. Never recorded: a replayed answer has none.
struct Timing {
  std::chrono::nanoseconds first_token = {};  ///< To the first text of a streamed answer; else 0.
  std::chrono::nanoseconds total = {};        ///< To the end of the answer; 0: not known.
  /// Of Usage::completion_tokens, those before the first text: what a model reasons in silence.
  std::int64_t silent_tokens = 0;
};

/// A token that could have stood in a place, and its natural-log probability there.
struct TokenLogprob {
  std::string token = {};  ///< As text; tokens may share one.
  double logprob = 0.0;    ///< Natural logarithm.
};

/// The answer to one Request.
struct Response {
  /// kGenerate: the generated text, without the stop string.
  std::string text = {};

  /// kScore: one natural logarithm of a probability per token of the continuation, in order; and
  /// kGenerate, where they are wanted, one per generated token. Never fill in what the model did
  /// not give: return Failed() instead.
  std::vector<double> logprobs = {};

  /// kGenerate, where they are wanted: one list per generated token, the most probable first.
  std::vector<std::vector<TokenLogprob>> top_logprobs = {};

  /// kTokenize: the tokens, and for each the byte offset in the text at which it ends. A model
  /// that does not know the offsets leaves `token_ends` empty; per-byte and per-word figures then
  /// have no interval over windows.
  std::vector<TokenId> tokens = {};
  std::vector<std::size_t> token_ends = {};  ///< One a token, ascending to the size of the text.

  FinishReason finish_reason = FinishReason::kUnknown;  ///< kGenerate: say kLength where it is so.
  Usage usage = {};                                     ///< Optional; costs and lengths rest on it.

  Timing timing = {};  ///< Optional, and never recorded.

  /// Why the attempts before this one failed, where it took several: "HTTP 429". Never recorded.
  std::vector<std::string> retried = {};

  /// Why there is no answer; empty when there is one. A failed request is neither right nor wrong.
  std::string failure = {};

  /// Answers kGenerate.
  static Response Text(std::string text, FinishReason finish_reason = FinishReason::kUnknown) {
    Response response;
    response.text = std::move(text);
    response.finish_reason = finish_reason;
    return response;
  }
  /// Answers kScore: natural logarithms, one a token of the continuation.
  static Response Logprobs(std::vector<double> logprobs) {
    Response response;
    response.logprobs = std::move(logprobs);
    return response;
  }
  /// Answers kTokenize; `token_ends` as in the field of that name.
  static Response Tokens(std::vector<TokenId> tokens, std::vector<std::size_t> token_ends = {}) {
    Response response;
    response.tokens = std::move(tokens);
    response.token_ends = std::move(token_ends);
    return response;
  }
  /// No answer. Its sample is unmeasured, with `why` in the message: say what to do about it.
  static Response Failed(std::string why) {
    Response response;
    response.failure = why.empty() ? "the model gave no reason" : std::move(why);
    return response;
  }
};

}  // namespace gatetest

#endif  // GATETEST_REQUEST_H_
