#include "tests/benchmarks/our_client.h"

#include <gatetest/evaluator.h>
#include <gatetest/open_store.h>
#include <gatetest/openai_model.h>
#include <gatetest/tasks.h>
#include <gatetest/verdict.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "src/http/courier.h"
#include "src/http/exchange.h"
#include "src/http/score_reader.h"
#include "tests/benchmarks/http_bodies.h"
#include "tests/benchmarks/temp_folder.h"

namespace gatetest::benchmarks {
namespace {

ModelPtr ModelAt(const std::string& base_url) {
  return OpenAiModel({.name = "served", .weights = "1"},
                     {.base_url = base_url, .concurrency = kConnections});
}

/// About as long as the prompt of ChatRequest, each another one.
std::string Prompt(std::size_t number) {
  return std::string(200, 'q') + " " + std::to_string(number);
}

class Counter final : public ResponseSink {
 public:
  void Receive(std::size_t, Response response) override {
    if (!response.failure.empty()) throw std::runtime_error(response.failure);
    ++count;
  }
  std::size_t count = 0;
};

/// Asks for a prompt's log-probabilities as a score does, where there is no /tokenize.
class Scoring final : public internal::Exchange {
 public:
  explicit Scoring(const std::string& url) : url_(url) {}
  internal::HttpRequest Next() override { return {.url = url_, .body = ChatRequest()}; }
  void Take(const internal::HttpAnswer& answer) override {
    tokens_ = internal::ReadScores(answer.body).prompt.size();
  }
  bool done() const override { return tokens_ > 0; }
  Response TakeResponse() override { return Response::Logprobs({}); }

 private:
  const std::string url_;
  std::size_t tokens_ = 0;
};

}  // namespace

HttpRun OursAgainst(const std::string& base_url, std::size_t requests) {
  const ModelPtr model = ModelAt(base_url);
  const TempFolder folder;
  const auto store = OpenStore("sqlite:" + (folder.path() / "answers.sqlite").string());
  std::size_t first = 0;
  return MeasureHere(requests, [&](std::size_t count) {
    std::vector<Sample> samples(count);
    for (Sample& sample : samples) sample = {.input = Prompt(first++), .answer = "any"};
    const TaskPtr task = Contains(MakeDataset("questions", std::move(samples)), {.name = "q"});
    Evaluator evaluator({.store = store.get()});
    const Subject subject{.candidate = evaluator.Evaluate(model, task)};
    const Requirement requirement{Metric::kAccuracy, Limit(0.0).Claim(Claim::kPopulation)};
    const Judgement judgement = Judge(requirement, {&subject, 1});
    if (judgement.verdict == Verdict::kNotMeasured) throw std::runtime_error("there is no verdict");
  });
}

HttpRun OurModelAgainst(const std::string& base_url, std::size_t requests) {
  const ModelPtr model = ModelAt(base_url);
  return MeasureHere(requests, [&](std::size_t count) {
    std::vector<Request> asked(count);
    for (std::size_t i = 0; i < count; ++i) asked[i].prompt = Prompt(i);
    Counter counter;
    model->Run(asked, counter, Cancel());
    if (counter.count != count) throw std::runtime_error("not all was answered");
  });
}

HttpRun OursScoringAgainst(const std::string& base_url, std::size_t requests) {
  const auto connection =
      internal::Connection::To({.base_url = base_url, .concurrency = kConnections});
  return MeasureHere(requests, [&](std::size_t count) {
    const Cancel never;
    internal::Deliver(
        *connection,
        {.count = count,
         .make = [&](std::size_t) { return std::make_unique<Scoring>(base_url + "/completions"); },
         .receive =
             [](const std::vector<ResponseSink::Answer>& answers) {
               for (const auto& [index, response] : answers) {
                 if (!response.failure.empty()) throw std::runtime_error(response.failure);
               }
             }},
        never);
  });
}

}  // namespace gatetest::benchmarks
