// A gate whose models are recorded. The tests choose by variables what is different from the run
// before: of the candidate CHILD_QUALITY (good, fair, bad, broken); of both models CHILD_CODE (the
// engine's code_id; "build": none), CHILD_ECHO (part of wrong answers), CHILD_URL (part of errors),
// CHILD_RETRIED (of so many sums, from the first, one attempt failed); of the tasks CHILD_STOP (a
// stop string), CHILD_SAMPLES and CHILD_MORE_DATA (a file); of the gate CHILD_ACCEPTED, CHILD_MODE
// and CHILD_RECORDING. Each request that a model answers is a line in the file CHILD_LOG, and takes
// CHILD_DELAY_US. While it answers its request number CHILD_SIGNAL_AT (from 1), the program gets
// each of CHILD_SIGNALS ("2,15"); it handles those of CHILD_HANDLES.
#include <fcntl.h>
#include <gatetest/gatetest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using gatetest::Limit;
using gatetest::Request;
using gatetest::Response;

std::string Variable(const char* name, const std::string& otherwise = "") {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

/// The numbers in such a list.
std::vector<int> SignalsIn(const char* variable) {
  std::vector<int> signals;
  std::istringstream in(Variable(variable));
  for (std::string number; std::getline(in, number, ',');) signals.push_back(std::stoi(number));
  return signals;
}

/// Of the same name as ours, which must not matter.
extern "C" void TakeSignal(int /*signal*/) {
  constexpr char kSaid[] = "a handler of the program's own\n";
  if (::write(STDOUT_FILENO, kSaid, sizeof(kSaid) - 1) < 0) std::abort();
}

/// Before anybody else handles them.
[[maybe_unused]] const bool handles_signals = [] {
  for (const int signal : SignalsIn("CHILD_HANDLES")) std::signal(signal, TakeSignal);
  return true;
}();

void SendSignals() {
  static int request = 0;
  if (++request != std::stoi(Variable("CHILD_SIGNAL_AT", "0"))) return;
  for (const int signal : SignalsIn("CHILD_SIGNALS")) ::kill(::getpid(), signal);
}

void Log(const std::string& model, const std::string& prompt) {
  const std::string file = Variable("CHILD_LOG");
  if (file.empty()) return;
  const std::string line = model + " " + prompt.substr(0, prompt.find('\n')) + "\n";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0666);
  if (::write(descriptor, line.data(), line.size()) < 0) std::abort();
  ::close(descriptor);
  SendSignals();
  const int delay_us = std::stoi(Variable("CHILD_DELAY_US", "0"));
  std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
}

gatetest::ModelPtr StoredModel(const std::string& name, const std::string& quality) {
  const std::string code = Variable("CHILD_CODE", "1");
  return gatetest::FunctionModel(
      {.name = name,
       .quantization = "int8",
       .weights = "w1",
       .code_id = code == "build" ? "" : code,
       .api_key_variable = "CHILD_API_KEY"},
      {.score =
           [=](const Request& request) {
             Log(name, request.continuation);
             return Response::Logprobs(
                 std::vector<double>(request.continuation.size(), quality == "bad" ? -1.5 : -1.0));
           },
       .generate =
           [=](const Request& request) {
             Log(name, request.prompt);
             if (quality == "broken") return Response::Failed("busy at " + Variable("CHILD_URL"));
             const int number = std::stoi(request.prompt);
             const bool right = quality == "good" || (quality == "fair" && number % 10 != 0) ||
                                (quality == "bad" && number % 2 == 0);
             Response response =
                 Response::Text(right ? request.prompt : "?" + Variable("CHILD_ECHO"));
             if (number <= std::stoi(Variable("CHILD_RETRIED", "0"))) {
               response.retried = {"HTTP 429"};
             }
             return response;
           }});
}

gatetest::ModelPtr Candidate() {
  return StoredModel("candidate", Variable("CHILD_QUALITY", "fair"));
}

class Stored : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    std::vector<gatetest::Sample> sums;
    for (int i = 1; i <= std::stoi(Variable("CHILD_SAMPLES", "40")); ++i) {
      sums.push_back({.input = std::to_string(i), .answer = std::to_string(i)});
    }
    std::vector<gatetest::Sample> texts;
    for (int i = 1; i <= 5; ++i) {
      texts.push_back({.input = "text number " + std::to_string(i) + "\n"});
    }
    gatetest::Gate gate{
        .baseline = StoredModel("baseline", "good"),
        .tasks = {gatetest::ExactMatch(gatetest::MakeDataset("sums", std::move(sums)),
                                       {.generate = {.stop = {Variable("CHILD_STOP", ";")}}}),
                  gatetest::Corpus(gatetest::MakeDataset("prose", std::move(texts)))},
        .accepted = Variable("CHILD_ACCEPTED"),
        .tolerance = {.accuracy_loss = 0.05, .perplexity_ratio = 1.1}};
    const std::string more = Variable("CHILD_MORE_DATA");
    if (!more.empty()) gate.tasks.push_back(gatetest::ExactMatch(more));
    if (Variable("CHILD_MODE") == "live") gate.mode = gatetest::StoreMode::kLive;
    return gate;
  }
};

TEST_F(Stored, MayShip) {
  EXPECT_RETENTION_ABOVE(Candidate(), CHILD_LIMIT);
  EXPECT_PPL_RATIO_BELOW(Candidate(), 1.2);
}

TEST_F(Stored, IsPerfect) { EXPECT_RETENTION_ABOVE(Candidate(), 0.99); }

TEST_F(Stored, Matcher) {
  EXPECT_THAT(Compare(Candidate(), "sums"), gatetest::RetentionAbove(0.85));
}

TEST_F(Stored, Throws) {
  EXPECT_RETENTION_ABOVE(Candidate(), 0.85);
  throw std::runtime_error("the second model cannot be made");
}

TEST_F(Stored, DoesNotRegress) { EXPECT_NO_REGRESSION(Candidate()); }

TEST_F(Stored, AgainstARecording) {
  gatetest::Gate recorded = gate();
  recorded.baseline = gatetest::Recorded(Variable("CHILD_RECORDING"));
  const gatetest::GateScope scope(recorded, gatetest::SharedEvaluator());
  EXPECT_RETENTION_ABOVE(Candidate(), Limit(0.85).On("sums"));
}

TEST(Plain, IsNoGate) { EXPECT_EQ(1 + 1, 2); }

}  // namespace

GATETEST_MAIN()
