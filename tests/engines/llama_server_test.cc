#include "tests/engines/llama_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace gatetest::testing_support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

TEST(LlamaServerTest, IsReady) {
  const LlamaServer server;
  EXPECT_EQ(server.HealthStatus(), 200) << server.LogTail();
  EXPECT_THAT(server.url(), StartsWith("http://127.0.0.1:"));
}

TEST(LlamaServerTest, IsGoneAfterKillAndRestartsOnItsPort) {
  LlamaServer server;
  const int port = server.port();
  server.Kill();
  EXPECT_EQ(server.HealthStatus(), 0);
  server.Restart();
  EXPECT_EQ(server.port(), port);
  EXPECT_EQ(server.HealthStatus(), 200) << server.LogTail();
}

TEST(LlamaServerTest, SaysWhatTheLogSaysIfItDoesNotStart) {
  EXPECT_THAT([] { const LlamaServer server({.arguments = {"--no-such-argument"}}); },
              ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr("llama-server ended with 1"), HasSubstr("--no-such-argument"))));
}

TEST(EngineProgramTest, SaysHowToGetIt) {
  EXPECT_THAT([] { EngineProgram("GATETEST_NO_SUCH_ENGINE"); },
              ThrowsMessage<std::runtime_error>(
                  StrEq("GATETEST_NO_SUCH_ENGINE is not set: run ./dev test --engines")));
}

}  // namespace
}  // namespace gatetest::testing_support
