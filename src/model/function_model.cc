#include "gatetest/function_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
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
    const std::vector<Call> calls = PlanCalls(requests);
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < calls.size() && !cancel.requested(); i = next++) {
        Answer(calls[i], requests, sink, cancel);
      }
    };
    const std::size_t threads = std::min(functions_.concurrent, calls.size());
    std::vector<std::thread> helpers;
    try {
      for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back(work);
    } catch (const std::system_error&) {
      // The system has no more threads to give: fewer do the same work.
    }
    work();
    for (std::thread& helper : helpers) helper.join();
  }

 private:
  using BatchFunction = std::function<std::vector<Response>(std::span<const Request>)>;

  /// A run of requests of one kind that one thread answers.
  struct Call {
    std::size_t begin;
    std::size_t end;
  };

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
    const std::size_t neighbours = std::clamp<std::size_t>(share, 1, kMostNeighbours);
    std::vector<Call> calls;
    for (std::size_t begin = 0; begin < requests.size();) {
      const RequestKind kind = requests[begin].kind;
      const std::size_t most = BatchFor(kind) ? functions_.max_batch : neighbours;
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
      sink.Receive(call.begin + i, failed.failure.empty() ? std::move(responses[i]) : failed);
    }
  }

  template <typename Function>
  static Response ResponseOrFailure(const Function& function) {
    try {
      return function();
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
