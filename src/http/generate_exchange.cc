#include "src/http/generate_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "src/http/event_stream.h"
#include "src/http/wire_json.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

/// More are refused by OpenAI's servers. (Tasks cut answers at the rest themselves.)
constexpr std::size_t kMostStops = 4;

/// An element of an array or object, if it is there and not null.
const json* Find(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// The choice of index 0: some servers answer with more than were asked for. Null: there is none.
const json* FirstChoice(const json& answer) {
  const json* const choices = Find(answer, "choices");
  if (choices == nullptr || !choices->is_array()) return nullptr;
  for (const json& choice : *choices) {
    const json* const index = Find(choice, "index");
    if (index == nullptr || *index == 0) return &choice;
  }
  return nullptr;
}

std::string TextIn(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string text;
  if (!value.is_array()) return text;
  for (const json& part : value) {  // [{"type": "text", "text": ...}]
    if (const json* const piece = Find(part, "text"); piece != nullptr && piece->is_string()) {
      text += piece->get<std::string>();
    }
  }
  return text;
}

/// The text of a choice: of a chat's message or delta, or of a completion.
std::string TextOfChoice(const json& choice, const char* message_name) {
  if (const json* const text = Find(choice, "text")) return TextIn(*text);
  const json* const message = Find(choice, message_name);
  if (message == nullptr) return "";
  if (const json* const content = Find(*message, "content")) return TextIn(*content);
  const json* const refusal = Find(*message, "refusal");  // It stands in place of an answer.
  return refusal == nullptr ? "" : TextIn(*refusal);
}

std::string TokenIn(const json& token) {
  if (const json* const bytes = Find(token, "bytes"); bytes != nullptr && bytes->is_array()) {
    std::string text;
    for (const json& byte : *bytes) {
      if (!byte.is_number_integer()) return TextIn(token.value("token", json()));
      text += static_cast<char>(static_cast<unsigned char>(byte.get<int>()));
    }
    return text;
  }
  return TextIn(token.value("token", json()));
}

void SortByLogprob(std::vector<TokenLogprob>& tokens) {
  std::stable_sort(tokens.begin(), tokens.end(), [](const TokenLogprob& a, const TokenLogprob& b) {
    return a.logprob > b.logprob;
  });
}

/// logprobs.content[] of chats, which llama-server's completions have too.
void AddContentLogprobs(const json& content, Response& response) {
  for (const json& token : content) {
    const std::size_t index = response.logprobs.size();
    response.logprobs.push_back(LogprobIn(token.value("logprob", json()), index));
    std::vector<TokenLogprob>& top = response.top_logprobs.emplace_back();
    if (const json* const others = Find(token, "top_logprobs")) {
      for (const json& other : *others) {
        top.push_back(
            {.token = TokenIn(other), .logprob = LogprobIn(other.value("logprob", json()), index)});
      }
    }
    SortByLogprob(top);
  }
}

/// The logprobs{tokens, token_logprobs, top_logprobs} of /completions.
void AddCompletionLogprobs(const json& logprobs, Response& response) {
  const json* const of_tokens = Find(logprobs, "token_logprobs");
  if (of_tokens == nullptr || !of_tokens->is_array()) return;
  const json* const top = Find(logprobs, "top_logprobs");
  for (std::size_t i = 0; i < of_tokens->size(); ++i) {
    const std::size_t index = response.logprobs.size();
    response.logprobs.push_back(LogprobIn((*of_tokens)[i], index));
    std::vector<TokenLogprob>& others = response.top_logprobs.emplace_back();
    if (top == nullptr || !top->is_array() || i >= top->size()) continue;
    for (const auto& [token, logprob] : (*top)[i].items()) {
      others.push_back({.token = token, .logprob = LogprobIn(logprob, index)});
    }
    SortByLogprob(others);
  }
}

void AddLogprobs(const json& choice, Response& response) {
  const json* const logprobs = Find(choice, "logprobs");
  if (logprobs == nullptr) return;
  const json* const content = Find(*logprobs, "content");
  if (content != nullptr && content->is_array()) {
    AddContentLogprobs(*content, response);
  } else {
    AddCompletionLogprobs(*logprobs, response);
  }
}

/// The name that the server gives the model.
std::string ServedIn(const json& answer) {
  const json* const model = Find(answer, "model");
  return model != nullptr && model->is_string() ? model->get<std::string>() : "";
}

/// A streamed answer as it grows.
class StreamedText {
 public:
  StreamedText() : events_([this](const std::string& data) { Take(data); }) {}

  void Add(std::string_view piece) {
    beginning_ += piece.substr(0, kShown - std::min(kShown, beginning_.size()));
    if (!problem_ && !refused_) events_.Add(piece);
  }

  /// Throws what was wrong with it.
  Response Finish(std::string& served) {
    if (refused_) throw NoAnswer(*refused_);
    if (problem_) throw BadAnswer(*problem_);
    if (events_.foreign() || chunks_ == 0) {
      throw BadAnswer("an answer that is no event stream",
                      beginning_.empty() ? "it is empty" : "it begins " + Quote(beginning_));
    }
    if (!finished_ && !ended_) throw BadAnswer("a stream that was cut off");
    // A token makes one chunk at most, unless a relay cuts texts as it likes: then there are too
    // many also without those that repeat their neighbours.
    const auto tokens = static_cast<std::size_t>(response_.usage.completion_tokens);
    const bool too_many = tokens > 0 && texts_ > tokens && texts_ - repeated_ <= tokens;
    if (too_many || events_.lost()) {
      throw BadAnswer("a stream with chunks sent twice",
                      fmt::format("{} chunks of text for {} tokens", texts_, tokens));
    }
    served = served_;
    return std::move(response_);
  }

 private:
  static constexpr std::size_t kShown = 61;  // One more than Quote shows.

  void Take(const std::string& data) {
    if (problem_ || refused_) return;
    if (data == "[DONE]") {
      ended_ = true;
      return;
    }
    if (ended_) return;
    try {
      const json chunk = ParseObject(data);
      ++chunks_;
      if (served_.empty()) served_ = ServedIn(chunk);
      if (Find(chunk, "usage") != nullptr) {
        response_.usage = UsageIn(chunk);
        response_.timing.silent_tokens = SilentTokensIn(chunk);
      }
      const json* const choice = FirstChoice(chunk);
      if (choice == nullptr || finished_) return;  // Usage alone, or the last one again.
      const std::string text = TextOfChoice(*choice, "delta");
      if (!text.empty()) {
        if (data == last_text_) ++repeated_;
        last_text_ = data;
        if (texts_++ == 0) response_.timing.first_token = Clock::now() - start_;
        response_.text += text;
      }
      AddLogprobs(*choice, response_);
      if (Find(*choice, "finish_reason") != nullptr) {
        response_.finish_reason = FinishReasonIn(*choice);
        finished_ = true;
      }
    } catch (const BadAnswer& bad) {
      problem_ = bad;
    } catch (const NoAnswer& no) {
      refused_ = no;
    } catch (const json::exception& error) {
      problem_ = BadAnswer("an answer of another form", error.what());
    }
  }

  const Clock::time_point start_ = Clock::now();
  EventStream events_;
  Response response_;
  std::string beginning_;  ///< Of all that came.
  std::string served_;
  std::size_t chunks_ = 0;
  std::size_t texts_ = 0;
  std::string last_text_;     ///< The last event with a text.
  std::size_t repeated_ = 0;  ///< Those that were the event before them.
  bool finished_ = false;     ///< There was a finish_reason.
  bool ended_ = false;        ///< There was a [DONE].
  std::optional<BadAnswer> problem_;
  std::optional<NoAnswer> refused_;
};

Response ReadAnswer(const std::string& body, const Connection& connection, std::string& served) {
  const json answer = ParseObject(body);
  served = ServedIn(answer);
  const json* const choice = FirstChoice(answer);
  if (choice == nullptr || !choice->is_object()) {
    const bool is_usual = connection.base().ends_with("/v1");
    throw BadAnswer(
        "an answer without choices",
        Quote(body, 80) +
            (is_usual ? ""
                      : "; Endpoint::base_url usually ends in /v1, and is " + connection.base()));
  }
  if (Find(*choice, "text") == nullptr && Find(*choice, "message") == nullptr) {
    throw BadAnswer("an answer whose choice has no text", Quote(body.substr(0, 80)));
  }
  Response response;
  response.finish_reason = FinishReasonIn(*choice);
  response.text = TextOfChoice(*choice, "message");
  AddLogprobs(*choice, response);
  response.usage = UsageIn(answer);
  response.timing.silent_tokens = SilentTokensIn(answer);
  return response;
}

class GenerateExchange final : public Exchange {
 public:
  GenerateExchange(const ServedModel& model, const GenerateBody& body, const Request& request)
      : model_(model), body_(body), request_(request) {}

  HttpRequest Next() override {
    HttpRequest http{.url = model_.connection->base() +
                            (model_.options.generate_by == GenerateBy::kChat ? "/chat/completions"
                                                                             : "/completions"),
                     .body = body_.For(request_)};
    if (model_.options.stream) {
      stream_ = std::make_unique<StreamedText>();
      http.on_data = [stream = stream_.get()](std::string_view piece) { stream->Add(piece); };
    }
    return http;
  }

  void Take(const HttpAnswer& answer) override {
    response_ = stream_ != nullptr ? stream_->Finish(served_)
                                   : ReadAnswer(answer.body, *model_.connection, served_);
    const std::string twice = model_.connection->NoteServed(model_.name(), served_);
    if (!twice.empty()) throw NoAnswerToAny(twice);
    if (!request_.logprobs) {
      response_->logprobs.clear();
      response_->top_logprobs.clear();
    } else if (response_->logprobs.empty() && !response_->text.empty()) {
      const std::string why =
          "the server gave no log-probabilities of what it generated (logprobs); use a task that "
          "needs none: ExactMatch, Contains, RegexMatch";
      if (!body_.has_had_logprobs()) throw NoAnswerToAny(why);
      throw NoAnswer(why);
    } else {
      body_.NoteLogprobs();
      if (*request_.logprobs == 0) response_->top_logprobs.clear();
    }
    Timing& timing = response_->timing;
    timing.total = answer.total;
    timing.first_token = std::min(timing.first_token, timing.total);  // Their clocks start apart.
  }

  bool done() const override { return response_.has_value(); }
  Response TakeResponse() override { return *std::move(response_); }

 private:
  const ServedModel& model_;
  const GenerateBody& body_;
  const Request& request_;
  std::unique_ptr<StreamedText> stream_;
  std::string served_;
  std::optional<Response> response_;
};

[[noreturn]] void RefuseOptions(const std::string& model, const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, "OpenAiModel \"" + model + "\": OpenAiOptions::" + why);
}

}  // namespace

GenerateBody::GenerateBody(const ServedModel& model) : options_(model.options) {
  const std::string& name = model.info.name;
  const bool chat = options_.generate_by == GenerateBy::kChat;
  if (!chat && !options_.system_prompt.empty()) {
    RefuseOptions(name, "system_prompt needs GenerateBy::kChat: /completions has no messages");
  }
  if (options_.max_tokens_field.empty()) {
    RefuseOptions(name, "max_tokens_field is empty; the usual one is max_tokens");
  }
  json fields = json::object();
  if (!options_.body.empty()) {
    fields = json::parse(options_.body, nullptr, /*allow_exceptions=*/false);
    if (!fields.is_object()) {
      RefuseOptions(name, "body is no JSON object like {\"top_p\": 0.9}: " + Quote(options_.body));
    }
    body_ = fields.dump();
  }
  const std::array<std::string, 7> always = {"model", "messages", "prompt",      "stream",
                                             "n",     "logprobs", "top_logprobs"};
  const std::array<std::string, 6> omissible = {
      "stop",       "temperature",           "stream_options",
      "max_tokens", "max_completion_tokens", options_.max_tokens_field};
  const auto is_among = [](const auto& names, const std::string& one) {
    return std::find(names.begin(), names.end(), one) != names.end();
  };
  std::string more;
  for (const auto& [field, value] : fields.items()) {
    if (value.is_null() && !is_among(always, field)) {
      omitted_.push_back(field);
    } else if (is_among(always, field) || is_among(omissible, field)) {
      RefuseOptions(name,
                    fmt::format("body sets \"{}\", which the task or GateTest decides", field));
    } else if (field == "seed") {
      sets_seed_ = true;
      seed_ = value.dump();
    } else {
      more += fmt::format("{}:{},", json(field).dump(), value.dump());
    }
  }
  try {
    beginning_ = fmt::format("{{\"model\":{},{}", QuotedJson(model.name()), more);
    if (!options_.system_prompt.empty()) {
      system_message_ = fmt::format("{{\"role\":\"system\",\"content\":{}}},",
                                    QuotedJson(options_.system_prompt));
    }
  } catch (const NoAnswer& no) {
    RefuseOptions(name, std::string("system_prompt, or the model's name: ") + no.what());
  }
}

bool GenerateBody::Sends(const std::string& field) const {
  return std::find(omitted_.begin(), omitted_.end(), field) == omitted_.end();
}

std::string GenerateBody::For(const Request& request) const {
  const bool chat = options_.generate_by == GenerateBy::kChat;
  std::string body = beginning_;
  const std::string prompt = QuotedJson(request.prompt);
  if (chat) {
    body += fmt::format("\"messages\":[{}{{\"role\":\"user\",\"content\":{}}}]", system_message_,
                        prompt);
  } else {
    body += "\"prompt\":" + prompt;
  }
  if (Sends(options_.max_tokens_field)) {
    body += fmt::format(",\"{}\":{}", options_.max_tokens_field, request.max_tokens);
  }
  if (Sends("temperature")) body += fmt::format(",\"temperature\":{}", request.temperature);
  if (request.seed && Sends("seed")) {
    body += fmt::format(",\"seed\":{}", *request.seed);
  } else if (sets_seed_) {
    body += ",\"seed\":" + seed_;
  }
  if (!request.stop.empty() && Sends("stop")) {
    body += ",\"stop\":[";
    for (std::size_t i = 0; i < std::min(request.stop.size(), kMostStops); ++i) {
      body += (i > 0 ? "," : "") + QuotedJson(request.stop[i]);
    }
    body += ']';
  }
  if (request.logprobs) {
    // To some servers 0 of the others means none at all.
    body += !chat ? fmt::format(",\"logprobs\":{}", std::max(*request.logprobs, 1))
            : *request.logprobs == 0
                ? ",\"logprobs\":true"
                : fmt::format(",\"logprobs\":true,\"top_logprobs\":{}", *request.logprobs);
  }
  if (options_.stream) {
    body += ",\"stream\":true";
    if (Sends("stream_options")) body += ",\"stream_options\":{\"include_usage\":true}";
  }
  return body + "}";
}

std::string GenerateBody::identity() const {
  json parts = json::object();
  if (!options_.served_as.empty()) parts["served_as"] = options_.served_as;
  if (options_.max_tokens_field != OpenAiOptions().max_tokens_field) {
    parts["max_tokens_field"] = options_.max_tokens_field;
  }
  if (options_.generate_by == GenerateBy::kCompletions) parts["generate_by"] = "completions";
  if (!options_.system_prompt.empty()) parts["system_prompt"] = options_.system_prompt;
  if (!body_.empty()) parts["body"] = json::parse(body_);
  return parts.empty() ? "" : parts.dump();
}

std::unique_ptr<Exchange> MakeGenerateExchange(const ServedModel& model, const GenerateBody& body,
                                               const Request& request) {
  return std::make_unique<GenerateExchange>(model, body, request);
}

}  // namespace gatetest::internal
