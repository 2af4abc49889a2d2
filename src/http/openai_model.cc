#include "gatetest/openai_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "gatetest/error.h"
#include "src/http/abilities.h"
#include "src/http/courier.h"
#include "src/http/generate_exchange.h"
#include "src/http/score_exchange.h"
#include "src/http/served_model.h"
#include "src/http/tokenize_exchange.h"

namespace gatetest {
namespace {

using internal::Abilities;
using internal::Exchange;
using internal::ServedModel;

class OpenAiModelImpl final : public Model {
 public:
  explicit OpenAiModelImpl(ServedModel model) : model_(std::move(model)), body_(model_) {
    std::string& options = model_.info.options;
    const auto add = [&](const std::string& more) {
      if (!more.empty()) options += (options.empty() ? "" : " ") + more;
    };
    add(body_.identity());
    // The endpoint's own is found there, and belongs to the model.
    if (model_.info.bos_token) add(fmt::format("bos_token {}", *model_.info.bos_token));
    // Without a revision, what tells deployments apart is how they are reached.
    if (!model_.info.weights.empty()) return;
    for (const auto& [name, value] : model_.connection->endpoint().headers) {
      add(fmt::format("{}: {}", name, value));
    }
  }

  const ModelInfo& info() const override { return model_.info; }

  Capabilities capabilities() const override {
    const std::shared_ptr<const Abilities> abilities = Found();
    const Abilities& found = *abilities;
    return {.score = found.score != internal::ScoreBy::kNone,
            .generate = true,
            // Texts are cut by tokens where that is of use.
            .tokenize = found.tokenize != internal::TokenizeBy::kNone &&
                        found.score != internal::ScoreBy::kNone,
            .context_window = found.context_window,
            .bos_token = found.bos,
            .why_no_score = found.why_no_score};
  }

  void Run(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) override {
    RunAtMost(EndpointsMost(), requests, sink, cancel);
  }

  void RunAtMost(std::size_t at_a_time, std::span<const Request> requests, ResponseSink& sink,
                 const Cancel& cancel) override {
    if (at_a_time > EndpointsMost()) {
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("{} requests at a time are wanted, and its endpoint is asked at most "
                              "{} (Endpoint::concurrency)",
                              at_a_time, EndpointsMost()));
    }
    std::shared_ptr<const Abilities> abilities;
    const bool generates =
        std::all_of(requests.begin(), requests.end(),
                    [](const Request& request) { return request.kind == RequestKind::kGenerate; });
    if (!generates) abilities = Found();
    internal::Deliver(
        *model_.connection,
        {.count = requests.size(),
         .at_a_time = std::max<std::size_t>(at_a_time, 1),
         .make = [&](std::size_t i) { return MakeExchange(requests[i], abilities.get()); },
         .receive =
             [&](std::vector<ResponseSink::Answer> answers) {
               sink.ReceiveAll(std::move(answers));
             }},
        cancel);
  }

 private:
  std::size_t EndpointsMost() const {
    return static_cast<std::size_t>(model_.connection->endpoint().concurrency);
  }

  /// What the endpoint can do, tried out once where the answer is a sure one.
  std::shared_ptr<const Abilities> Found() const {
    const std::lock_guard lock(mutex_);
    if (found_ == nullptr || !found_->is_sure) {
      found_ = std::make_shared<const Abilities>(internal::Probe(model_));
    }
    return found_;
  }

  /// `abilities` may be null where text is generated.
  std::unique_ptr<Exchange> MakeExchange(const Request& request, const Abilities* abilities) const {
    switch (request.kind) {
      case RequestKind::kScore:
        return internal::MakeScoreExchange(
            {.model = model_, .abilities = *abilities, .difficult = difficult_}, request);
      case RequestKind::kTokenize:
        return internal::MakeTokenizeExchange(model_, *abilities, request);
      case RequestKind::kGenerate:
        break;
    }
    return internal::MakeGenerateExchange(model_, body_, request);
  }

  ServedModel model_;
  const internal::GenerateBody body_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Abilities> found_;
  mutable internal::DifficultTokens difficult_;
};

}  // namespace

ModelPtr OpenAiModel(ModelInfo info, Endpoint endpoint, OpenAiOptions options) {
  const auto reject = [&](const std::string& why) {
    throw Error(ErrorCode::kInvalidArgument, "OpenAiModel \"" + info.name + "\": " + why);
  };
  if (info.name.empty()) reject("ModelInfo::name is empty; give the model a name");
  if (!info.weights_file.empty()) {
    reject(
        "ModelInfo::weights_file is for models of this process; give the revision that is "
        "served as ModelInfo::weights");
  }
  if (endpoint.api_key_variable.empty()) endpoint.api_key_variable = info.api_key_variable;
  std::shared_ptr<internal::Connection> connection = internal::Connection::To(endpoint);
  if (!info.api_key_variable.empty() && info.api_key_variable != endpoint.api_key_variable) {
    reject("ModelInfo::api_key_variable and Endpoint::api_key_variable are not the same");
  }
  info.api_key_variable = endpoint.api_key_variable;
  if (info.provider.empty()) {
    info.provider =
        info.weights.empty() ? connection->address() : internal::WithoutPort(connection->host());
  }
  return std::make_shared<OpenAiModelImpl>(ServedModel{
      .info = std::move(info), .options = std::move(options), .connection = std::move(connection)});
}

}  // namespace gatetest
