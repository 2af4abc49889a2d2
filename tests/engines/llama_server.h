// A real llama-server with the embedded model, for one test.
#ifndef GATETEST_TESTS_ENGINES_LLAMA_SERVER_H_
#define GATETEST_TESTS_ENGINES_LLAMA_SERVER_H_

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace gatetest::testing_support {

/// The program that an environment variable names: one of those that `./dev test --engines` sets.
/// Throws std::runtime_error if it is not set.
std::string EngineProgram(const std::string& variable);

/// The embedded model, as a file.
std::filesystem::path EmbeddedModel();

struct LlamaServerOptions {
  /// The model's name in answers.
  std::string alias = "tiny";
  /// Requests that are answered at once. Each has a context of its own: of one that they share, the
  /// log-probabilities depend on what else goes on.
  int slots = 4;
  /// Tokens; the embedded model has 256, and no slot gets more.
  int context_per_slot = 256;
  /// Empty: everybody may ask.
  std::string api_key = {};
  /// More arguments, as llama-server knows them.
  std::vector<std::string> arguments = {};
};

/// Listens on a free port of this machine, and dies by SIGKILL: at the end, or with the thread that
/// started it.
class LlamaServer {
 public:
  /// Ready when this returns. Throws std::runtime_error, with the end of the server's log, if it
  /// ends or is not ready within a minute.
  explicit LlamaServer(LlamaServerOptions options = {});
  ~LlamaServer();
  LlamaServer(const LlamaServer&) = delete;
  LlamaServer& operator=(const LlamaServer&) = delete;

  /// As a crash would: nothing is answered any more.
  void Kill();

  /// After Kill(): on the same port again. Throws as the constructor does.
  void Restart();

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// The HTTP status that /health answers; 0 for no answer.
  int HealthStatus() const;

  /// The last lines of what the server said.
  std::string LogTail() const;

 private:
  void Start();
  void WaitUntilReady();
  [[noreturn]] void ThrowWithLog(const std::string& what);

  const LlamaServerOptions options_;
  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  int port_ = 0;    ///< 0 until the server has chosen one.
  pid_t pid_ = -1;  ///< -1: none runs.
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_ENGINES_LLAMA_SERVER_H_
