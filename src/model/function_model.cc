#include "gatetest/function_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "gatetest/error.h"
#include "src/thrown.h"

namespace gatetest {
namespace {

class FunctionModelImpl final : public Model {
 public:
  FunctionModelImpl(ModelInfo info, ModelFunctions functions)
      : info_(std::move(info)), functions_(std::move(functions)) {
    if (functions_.concurrent == 0) {
      functions_.concurrent = std::max(1U, std::thread::hardware_concurrency());
    }
  }

  const ModelInfo& info() const override { return info_; }

  Capabilities capabilities() const override {
    return {.score = functions_.score || functions_.score_batch,
            .generate = functions_.generate || functions_.generate_batch,
            .tokenize = static_cast<bool>(functions_.tokenize)};
  }

  void Run(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) override {
    RunCalls(PlanCalls(requests), functions_.concurrent, requests, sink, cancel);
  }

  void RunAtMost(std::size_t at_a_time, std::span<const Request> requests, ResponseSink& sink,
                 const Cancel& cancel) override {
    const bool in_batches = !requests.empty() && BatchFor(requests.front().kind);
    const std::size_t largest = in_batches ? functions_.max_batch : 1;
    // As many threads with batches of one size, so that it is exactly so many.
    std::size_t threads = (at_a_time + largest - 1) / largest;
    while (threads <= functions_.concurrent && at_a_time % threads != 0) ++threads;
    if (at_a_time == 0 || threads > functions_.concurrent) {
      throw Error(
          ErrorCode::kUnsupported,
          fmt::format("{} requests at a time are wanted, and its functions take {} "
                      "(ModelFunctions::{})",
                      at_a_time,
                      in_batches ? fmt::format("batches of at most {} in at most {} threads",
                                               largest, functions_.concurrent)
                                 : fmt::format("at most {}", functions_.concurrent),
                      in_batches ? "max_batch, concurrent" : "concurrent"));
    }
    RunCalls(Split(requests, at_a_time / threads, 1), threads, requests, sink, cancel);
  }

 private:
  using BatchFunction = std::function<std::vector<Response>(std::span<const Request>)>;

  /// A run of requests of one kind that one thread answers.
  struct Call {
    std::size_t begin;
    std::size_t end;
  };

  void RunCalls(const std::vector<Call>& calls, std::size_t most_threads,
                std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) const {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < calls.size() && !cancel.requested(); i = next++) {
        Answer(calls[i], requests, sink, cancel);
      }
    };
    const std::size_t threads = std::min(most_threads, calls.size());
    std::vector<std::thread> helpers;
    try {
      for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back(work);
    } catch (const std::system_error&) {
      // The system has no more threads to give: fewer do the same work.
    }
    work();
    for (std::thread& helper : helpers) helper.join();
  }

  const BatchFunction& BatchFor(RequestKind kind) const {
    static const BatchFunction none;
    if (kind == RequestKind::kScore) return functions_.score_batch;
    if (kind == RequestKind::kGenerate) return functions_.generate_batch;
    return none;
  }

  const std::function<Response(const Request&)>& SingleFor(RequestKind kind) const {
    if (kind == RequestKind::kScore) return functions_.score;
    if (kind == RequestKind::kGenerate) return functions_.generate;
    return functions_.tokenize;
  }

  /// Neighbours go to one thread, because they tend to share a prompt that an engine has cached.
  std::vector<Call> PlanCalls(std::span<const Request> requests) const {
    constexpr std::size_t kMostNeighbours = 4;
    const std::size_t share = requests.size() / functions_.concurrent;
    return Split(requests, functions_.max_batch,
                 std::clamp<std::size_t>(share, 1, kMostNeighbours));
  }

  std::vector<Call> Split(std::span<const Request> requests, std::size_t batch,
                          std::size_t neighbours) const {
    std::vector<Call> calls;
    for (std::size_t begin = 0; begin < requests.size();) {
      const RequestKind kind = requests[begin].kind;
      const std::size_t most = BatchFor(kind) ? batch : neighbours;
      std::size_t end = begin + 1;
      while (end < requests.size() && end - begin < most && requests[end].kind == kind) ++end;
      calls.push_back({begin, end});
      begin = end;
    }
    return calls;
  }

  void Answer(const Call& call, std::span<const Request> requests, ResponseSink& sink,
              const Cancel& cancel) const {
    const RequestKind kind = requests[call.begin].kind;
    if (BatchFor(kind)) {
      AnswerBatch(call, requests, BatchFor(kind), sink);
      return;
    }
    for (std::size_t i = call.begin; i < call.end && !cancel.requested(); ++i) {
      sink.Receive(i, ResponseOrFailure([&] { return SingleFor(kind)(requests[i]); }));
    }
  }

  static void AnswerBatch(const Call& call, std::span<const Request> requests,
                          const BatchFunction& function, ResponseSink& sink) {
    const std::size_t count = call.end - call.begin;
    std::vector<Response> responses;
    Response failed = ResponseOrFailure([&] {
      responses = function(requests.subspan(call.begin, count));
      return responses.size() == count
                 ? Response()
                 : Response::Failed(fmt::format("the batch function returned {} responses to {} "
                                                "requests",
                                                responses.size(), count));
    });
    for (std::size_t i = 0; i < count; ++i) {
      Response response = failed.failure.empty() ? std::move(responses[i]) : failed;
      if (response.timing.total.count() == 0) response.timing.total = failed.timing.total;
      sink.Receive(call.begin + i, std::move(response));
    }
  }

  /// Timed, unless the function has done that.
  template <typename Function>
  static Response ResponseOrFailure(const Function& function) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    try {
      Response response = function();
      if (response.timing.total.count() == 0) response.timing.total = Clock::now() - start;
      return response;
    } catch (...) {
      return Response::Failed("the model threw: " + internal::TextOfCurrentException());
    }
  }

  const ModelInfo info_;
  ModelFunctions functions_;
};

}  // namespace

ModelPtr FunctionModel(ModelInfo info, ModelFunctions functions) {
  const auto reject = [&](const std::string& why) {
    throw Error(ErrorCode::kInvalidArgument, "FunctionModel \"" + info.name + "\": " + why);
  };
  if (info.name.empty()) reject("ModelInfo::name is empty; give the model a name");
  if (functions.score && functions.score_batch) reject("give score or score_batch, not both");
  if (functions.generate && functions.generate_batch) {
    reject("give generate or generate_batch, not both");
  }
  if (!functions.score && !functions.score_batch && !functions.generate &&
      !functions.generate_batch) {
    reject("it can neither score nor generate; give at least one of those functions");
  }
  if (functions.max_batch == 0) reject("max_batch is 0; the smallest batch is 1");
  return std::make_shared<FunctionModelImpl>(std::move(info), std::move(functions));
}

}  // namespace gatetest
