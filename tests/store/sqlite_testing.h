// What tests of the SQLite store share: folders, answers, child processes.
#ifndef GATETEST_TESTS_STORE_SQLITE_TESTING_H_
#define GATETEST_TESTS_STORE_SQLITE_TESTING_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gatetest/store.h"
#include "src/store/sqlite_store.h"
#include "tests/support/temporary_folder.h"

namespace gatetest::testing_support {

inline AnswerKey KeyOf(std::uint64_t number) {
  AnswerKey key = {};
  // Spread as hashes are.
  const std::uint64_t spread = number * 0x9E37'79B9'7F4A'7C15U;
  std::memcpy(key.data(), &spread, sizeof(spread));
  std::memcpy(key.data() + sizeof(spread), &number, sizeof(number));
  return key;
}

inline std::vector<AnswerKey> KeysOf(std::uint64_t count) {
  std::vector<AnswerKey> keys;
  for (std::uint64_t i = 0; i < count; ++i) keys.push_back(KeyOf(i));
  return keys;
}

inline Question QuestionOf(std::uint64_t number) {
  return {.key = KeyOf(number),
          .sample = std::to_string(number),
          .turn = 0,
          .request = R"({"kind":"generate","prompt":")" + std::to_string(number) + "\"}"};
}

inline RecordedAnswer AnswerOf(std::uint64_t number, std::int64_t recorded = 1000) {
  return {.response = Response::Text("answer " + std::to_string(number), FinishReason::kStop),
          .recorded = recorded};
}

inline RecordedModel ModelNamed(const std::string& name) {
  return {.identity = R"({"name":")" + name + "\"}",
          .info = {.name = name},
          .capabilities = {.generate = true}};
}

/// One shelf of its own store.
struct OpenShelf {
  explicit OpenShelf(const std::filesystem::path& file, std::int64_t not_before = 0)
      : store(internal::OpenSqlite(file)),
        shelf(store->Open(ModelNamed("tiny"), "skills", not_before)) {}
  Shelf* operator->() const { return shelf.get(); }

  std::unique_ptr<Store> store;
  std::unique_ptr<Shelf> shelf;
};

/// Whether it finds exactly AnswerOf(number).
inline bool Finds(Shelf& shelf, std::uint64_t number) {
  const std::array<AnswerKey, 1> keys = {KeyOf(number)};
  const auto found = shelf.Find(keys);
  return found.size() == 1 && found[0] &&
         found[0]->response.text == AnswerOf(number).response.text &&
         found[0]->response.finish_reason == FinishReason::kStop;
}

inline ClaimResult ClaimOne(Shelf& shelf, std::uint64_t number) {
  const std::array<AnswerKey, 1> keys = {KeyOf(number)};
  return shelf.Claim(keys).at(0);
}

/// Starts a child that runs `body`, and then ends at once with its result, or with 99 for a throw,
/// which it prints.
inline pid_t Fork(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::alarm(300);  // None is left behind, whatever becomes of the test.
  int result = 99;
  try {
    result = body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  ::_exit(result);
}

/// The exit status of that child, or 128 + the number of the signal that killed it.
inline int Wait(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// What `body` returns in a child process, or the text of what it throws, or how it died.
inline std::string InChild(const std::function<std::string()>& body) {
  std::array<int, 2> pipe = {};
  if (::pipe(pipe.data()) != 0) return "no pipe";
  const pid_t child = Fork([&] {
    std::string text;
    try {
      text = body();
    } catch (const std::exception& error) {
      text = error.what();
    }
    return ::write(pipe[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
  });
  ::close(pipe[1]);
  std::string said;
  std::array<char, 4096> buffer = {};
  for (ssize_t size = 0; (size = ::read(pipe[0], buffer.data(), buffer.size())) > 0;) {
    said.append(buffer.data(), static_cast<std::size_t>(size));
  }
  ::close(pipe[0]);
  const int status = Wait(child);
  return status == 0 ? said : said + " (status " + std::to_string(status) + ")";
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_STORE_SQLITE_TESTING_H_
