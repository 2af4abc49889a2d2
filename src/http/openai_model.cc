#include "gatetest/openai_model.h"

#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <optional>
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
    const std::string how = body_.identity();
    if (how.empty()) return;
    std::string& options = model_.info.options;
    options += (options.empty() ? "" : " ") + how;
  }

  const ModelInfo& info() const override { return model_.info; }

  Capabilities capabilities() const override {
    const Abilities& found = Found();
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
    for (const Request& request : requests) {
      if (request.kind == RequestKind::kGenerate) continue;
      Found();
      break;
    }
    internal::Deliver(*model_.connection,
                      {.count = requests.size(),
                       .make = [&](std::size_t i) { return MakeExchange(requests[i]); },
                       .receive =
                           [&](std::vector<ResponseSink::Answer> answers) {
                             sink.ReceiveAll(std::move(answers));
                           }},
                      cancel);
  }

 private:
  /// What the endpoint can do, tried out once.
  const Abilities& Found() const {
    const std::lock_guard lock(mutex_);
    if (!found_) found_ = internal::Probe(model_);
    return *found_;
  }

  std::unique_ptr<Exchange> MakeExchange(const Request& request) const {
    switch (request.kind) {
      case RequestKind::kScore:
        return internal::MakeScoreExchange(
            {.model = model_, .abilities = *found_, .difficult = difficult_}, request);
      case RequestKind::kTokenize:
        return internal::MakeTokenizeExchange(model_, *found_, request);
      case RequestKind::kGenerate:
        break;
    }
    return internal::MakeGenerateExchange(model_, body_, request);
  }

  ServedModel model_;
  const internal::GenerateBody body_;
  mutable std::mutex mutex_;
  mutable std::optional<Abilities> found_;
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
  if (!info.api_key_variable.empty() && info.api_key_variable != endpoint.api_key_variable) {
    reject(fmt::format("ModelInfo::api_key_variable is {}, and the endpoint's is {}",
                       info.api_key_variable, endpoint.api_key_variable));
  }
  info.api_key_variable = endpoint.api_key_variable;
  std::shared_ptr<internal::Connection> connection = internal::Connection::To(endpoint);
  if (info.provider.empty()) {
    info.provider =
        info.weights.empty() ? connection->host() : internal::WithoutPort(connection->host());
  }
  return std::make_shared<OpenAiModelImpl>(ServedModel{
      .info = std::move(info), .options = std::move(options), .connection = std::move(connection)});
}

}  // namespace gatetest
