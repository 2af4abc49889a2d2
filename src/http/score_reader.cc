#include "src/http/score_reader.h"

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

#include "src/http/exchange.h"
#include "src/http/wire_json.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;

/// Knows at each value where it is, and keeps what is wanted. (By measurement: twice as fast as a
/// tree of the answer, and without its memory.)
class Reader final : public nlohmann::json_sax<json> {
 public:
  explicit Reader(ScoreAnswer& answer) : answer_(answer) {}

  bool is_object() const { return is_object_; }
  bool is_error() const { return is_error_; }
  json usage() const { return {{"usage", usage_}}; }

  bool null() override { return Skip(); }
  bool boolean(bool) override { return Skip(); }
  bool number_integer(number_integer_t value) override { return Number(value); }
  bool number_unsigned(number_unsigned_t value) override { return Number(value); }
  bool number_float(number_float_t value, const string_t&) override { return Number(value); }
  bool string(string_t& value) override {
    if (depth_ == 1 && KeyAt(0) == "error") is_error_ = true;
    if (IsChoice(3) && KeyAt(2) == "text") answer_.text = value;
    if (IsChoice(5) && KeyAt(2) == "logprobs" && KeyAt(3) == "tokens") {
      At(answer_.echoed, IndexAt(4)).text = value;
    }
    return Skip();
  }
  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override {
    if (depth_ == 0) is_object_ = true;
    if (depth_ == 1 && KeyAt(0) == "error") is_error_ = true;
    return Push({});
  }
  bool end_object() override { return Pop(); }
  bool start_array(std::size_t) override { return Push({.is_array = true}); }
  bool end_array() override { return Pop(); }

  bool key(string_t& name) override {
    Frame& frame = frames_[depth_ - 1];
    frame.first_key = frame.keys++ == 0;
    frame.key.assign(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    return false;
  }

 private:
  static constexpr std::size_t kDeepest = 100;

  struct Frame {
    bool is_array = false;
    std::size_t index = 0;  ///< Of the value that comes next, in an array.
    std::size_t keys = 0;
    bool first_key = false;
    std::string key = {};
  };

  std::string_view KeyAt(std::size_t level) const {
    return level < depth_ && !frames_[level].is_array ? std::string_view(frames_[level].key)
                                                      : std::string_view();
  }
  std::size_t IndexAt(std::size_t level) const { return frames_[level].index; }

  /// Within choices[0], `depth` levels down.
  bool IsChoice(std::size_t depth) const {
    return depth_ == depth && frames_[0].key == "choices" && frames_[1].is_array &&
           frames_[1].index == 0;
  }

  static ScoredToken& At(std::vector<ScoredToken>& tokens, std::size_t index) {
    constexpr std::size_t kMost = std::size_t{1} << 24;  // Larger than any context.
    if (index >= kMost) throw BadAnswer("an answer with too many tokens");
    if (index >= tokens.size()) tokens.resize(index + 1);
    return tokens[index];
  }

  template <typename Value>
  bool Number(Value value) {
    const auto number = static_cast<double>(value);
    if (depth_ == 2 && KeyAt(0) == "usage") usage_[std::string(KeyAt(1))] = value;
    // choices[0].prompt_logprobs[i].{"<id>": {"logprob": ...}}: the text's own token comes first.
    if (IsChoice(6) && KeyAt(2) == "prompt_logprobs" && frames_[4].first_key &&
        KeyAt(5) == "logprob") {
      ScoredToken& token = At(answer_.prompt, IndexAt(3));
      token.logprob = number;
      token.id = IdOf(KeyAt(4));
    }
    if (IsChoice(5) && KeyAt(2) == "logprobs" && KeyAt(3) == "token_logprobs") {
      At(answer_.echoed, IndexAt(4)).logprob = number;
    }
    if (depth_ == 3 && KeyAt(0) == "completion_probabilities") {
      ScoredToken& token = At(answer_.generated, IndexAt(1));
      if (KeyAt(2) == "logprob") token.logprob = number;
      if constexpr (std::is_integral_v<Value>) {
        if (KeyAt(2) == "id" && std::in_range<TokenId>(value)) {
          token.id = static_cast<TokenId>(value);
        }
      }
    }
    return Skip();
  }

  static std::optional<TokenId> IdOf(std::string_view text) {
    TokenId id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return id;
  }

  /// A value without others in it. One of a list makes a place, also where it is null.
  bool Skip() {
    if (depth_ > 0) Place();
    Next();
    return true;
  }

  void Place() {
    if (IsChoice(4) && KeyAt(2) == "prompt_logprobs") At(answer_.prompt, IndexAt(3));
    if (IsChoice(5) && KeyAt(2) == "logprobs" && KeyAt(3) == "token_logprobs") {
      At(answer_.echoed, IndexAt(4));
    }
  }

  bool Push(const Frame& frame) {
    if (depth_ == kDeepest) return false;
    if (depth_ > 0) Place();
    if (depth_ == 2 && KeyAt(0) == "completion_probabilities") {
      At(answer_.generated, IndexAt(1));
    }
    if (depth_ == frames_.size()) frames_.emplace_back();
    Frame& next = frames_[depth_++];
    next.is_array = frame.is_array;
    next.index = next.keys = 0;
    next.first_key = false;
    next.key.clear();
    return true;
  }
  bool Pop() {
    --depth_;
    Next();
    return true;
  }
  void Next() {
    if (depth_ > 0 && frames_[depth_ - 1].is_array) ++frames_[depth_ - 1].index;
  }

  ScoreAnswer& answer_;
  std::vector<Frame> frames_;
  std::size_t depth_ = 0;
  bool is_object_ = false;
  bool is_error_ = false;
  json usage_ = json::object();
};

}  // namespace

ScoreAnswer ReadScores(const std::string& body) {
  ScoreAnswer answer;
  Reader reader(answer);
  const bool whole = json::sax_parse(body, &reader);
  if (!whole || !reader.is_object() || reader.is_error()) {
    ParseObject(body);  // Says what is wrong.
    throw BadAnswer("an answer that is no JSON object");
  }
  answer.usage = UsageIn(reader.usage());
  return answer;
}

}  // namespace gatetest::internal
