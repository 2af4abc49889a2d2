#include "src/store/model_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "gatetest/error.h"
#include "src/data/json_row.h"
#include "src/store/json_text.h"
#include "src/text/redact.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

[[noreturn]] void ThrowModelError(const std::string& what) {
  throw Error(ErrorCode::kStoreFailed, "not a recorded model: " + what);
}

/// One field of ModelInfo, in JSON and back.
class ModelField {
 public:
  ModelField(const JsonMember* read, std::string* written) : read_(read), written_(written) {}

  void Text(std::string& text) {
    if (written_ != nullptr) {
      if (!text.empty()) *written_ = TextToJson(RedactAddresses(text));
    } else if (read_->kind == JsonKind::kText) {
      text = read_->text;
    } else if (!TextFromJson(read_->text, text)) {
      Refuse("text");
    }
  }

  void Texts(std::vector<std::string>& texts) {
    if (written_ != nullptr) {
      std::vector<std::string> items;
      for (const std::string& text : texts) items.push_back(TextToJson(RedactAddresses(text)));
      if (!items.empty()) *written_ = fmt::format("[{}]", fmt::join(items, ","));
      return;
    }
    const JsonMembers items = ReadJson(read_->text, JsonKind::kArray, "");
    if (read_->kind != JsonKind::kArray || !items.problem.empty()) Refuse("an array of texts");
    for (JsonMember item : items.list) {
      item.name = read_->name;
      ModelField(&item, nullptr).Text(texts.emplace_back());
    }
  }

  template <typename Integer>
  void Number(Integer& number) {
    if (written_ != nullptr) {
      if (number != 0) *written_ = std::to_string(number);
      return;
    }
    const char* const end = read_->text.data() + read_->text.size();
    const auto [stop, error] = std::from_chars(read_->text.data(), end, number);
    if (read_->kind != JsonKind::kNumber || error != std::errc() || stop != end) {
      Refuse(fmt::format("a whole number of {} bits", 8 * sizeof(Integer)));
    }
  }

  void Age(std::chrono::seconds& age) {
    std::int64_t count = age.count();
    Number(count);
    age = std::chrono::seconds(count);
  }

  void Token(std::optional<TokenId>& token) {
    // 0 is a token too.
    if (written_ != nullptr) {
      if (token) *written_ = std::to_string(*token);
    } else {
      Number(token.emplace());
    }
  }

 private:
  [[noreturn]] void Refuse(std::string_view expected) const {
    ThrowModelError(fmt::format("field \"{}\" should be {}, but is {}", read_->name, expected,
                                Quote(read_->text)));
  }

  const JsonMember* const read_;
  std::string* const written_;
};

struct NamedModelField {
  std::string_view name;
  void (*visit)(ModelField&, ModelInfo&);
};

/// In the order of their names. The API key's variable is not among them.
constexpr NamedModelField kModelFields[] = {
    {"bos_token", [](ModelField& field, ModelInfo& info) { field.Token(info.bos_token); }},
    {"bytes", [](ModelField& field, ModelInfo& info) { field.Number(info.bytes); }},
    {"code_id", [](ModelField& field, ModelInfo& info) { field.Text(info.code_id); }},
    {"context_window",
     [](ModelField& field, ModelInfo& info) { field.Number(info.context_window); }},
    {"libraries", [](ModelField& field, ModelInfo& info) { field.Texts(info.libraries); }},
    {"max_age_seconds", [](ModelField& field, ModelInfo& info) { field.Age(info.max_age); }},
    {"name", [](ModelField& field, ModelInfo& info) { field.Text(info.name); }},
    {"options", [](ModelField& field, ModelInfo& info) { field.Text(info.options); }},
    {"provider", [](ModelField& field, ModelInfo& info) { field.Text(info.provider); }},
    {"quantization", [](ModelField& field, ModelInfo& info) { field.Text(info.quantization); }},
    {"weights", [](ModelField& field, ModelInfo& info) { field.Text(info.weights); }},
    {"weights_file", [](ModelField& field, ModelInfo& info) { field.Text(info.weights_file); }},
};

/// What was found of it, as kModelFields.
struct NamedFinding {
  std::string_view name;
  void (*visit)(ModelField&, Capabilities&);
};

constexpr NamedFinding kFindings[] = {
    {"bos_token", [](ModelField& field, Capabilities& found) { field.Token(found.bos_token); }},
    {"context_window",
     [](ModelField& field, Capabilities& found) { field.Number(found.context_window); }},
    {"why_no_score",
     [](ModelField& field, Capabilities& found) { field.Text(found.why_no_score); }},
};

struct NamedCapability {
  std::string_view name;
  bool Capabilities::*has;
};

constexpr NamedCapability kCapabilities[] = {
    {"generate", &Capabilities::generate},
    {"score", &Capabilities::score},
    {"tokenize", &Capabilities::tokenize},
};

/// Only the fields that are not at their defaults.
template <typename Named, std::size_t kCount, typename Object>
std::string FieldsToJson(const Named (&names)[kCount], Object object) {
  std::vector<std::string> fields;
  for (const Named& named : names) {
    std::string value;
    ModelField field(nullptr, &value);
    named.visit(field, object);
    if (!value.empty()) fields.push_back(fmt::format("\"{}\":{}", named.name, value));
  }
  return fmt::format("{{{}}}", fmt::join(fields, ","));
}

/// The identity as it is: an object where it is canonical JSON, which reads better; else its text.
std::string IdentityToJson(const std::string& identity) {
  using nlohmann::json;
  const json parsed = json::parse(identity, nullptr, /*allow_exceptions=*/false);
  const bool looks_like_bytes = parsed.size() == 1 && parsed.contains("bytes");  // Of TextToJson.
  const bool is_canonical =
      parsed.is_object() && !looks_like_bytes &&
      parsed.dump(-1, ' ', false, json::error_handler_t::replace) == identity &&
      ReadJson(identity, JsonKind::kObject, "").problem.empty();
  return is_canonical ? identity : TextToJson(identity);
}

template <typename Named, std::size_t kCount, typename Object>
void FieldsFromJson(const Named (&names)[kCount], const JsonMember& member, Object& object) {
  const JsonMembers fields = ReadJson(member.text, JsonKind::kObject, "");
  if (member.kind != JsonKind::kObject || !fields.problem.empty()) {
    ThrowModelError(fmt::format("field \"{}\" should be an object, but is {}", member.name,
                                Quote(member.text)));
  }
  for (const JsonMember& read : fields.list) {
    const auto* const named =
        std::find_if(std::begin(names), std::end(names),
                     [&](const Named& known) { return known.name == read.name; });
    if (named == std::end(names)) {
      ThrowModelError(fmt::format("unknown field {} in \"{}\"", Quote(read.name), member.name));
    }
    ModelField field(&read, nullptr);
    named->visit(field, object);
  }
}

std::string IdentityFromJson(const JsonMember& member) {
  if (member.kind == JsonKind::kText) return member.text;
  const nlohmann::json object = nlohmann::json::parse(member.text, nullptr, false);
  if (!object.is_object()) {
    ThrowModelError("field \"identity\" should be an object or text, but is " + Quote(member.text));
  }
  std::string text;
  if (TextFromJson(member.text, text)) return text;
  // A formatter may have put the names in another order.
  return object.dump();
}

void CapabilitiesFromJson(const JsonMember& member, Capabilities& can) {
  const JsonMembers items = ReadJson(member.text, JsonKind::kArray, "");
  if (member.kind != JsonKind::kArray || !items.problem.empty()) {
    ThrowModelError("field \"can\" should be an array, but is " + Quote(member.text));
  }
  for (const JsonMember& item : items.list) {
    const auto* const named =
        std::find_if(std::begin(kCapabilities), std::end(kCapabilities),
                     [&](const NamedCapability& known) { return known.name == item.text; });
    if (item.kind != JsonKind::kText || named == std::end(kCapabilities)) {
      ThrowModelError(fmt::format("field \"can\" holds {}; there are generate, score and tokenize",
                                  Quote(item.text)));
    }
    can.*(named->has) = true;
  }
}

}  // namespace

std::string ModelToJson(const RecordedModel& model) {
  std::vector<std::string> can;
  for (const NamedCapability& capability : kCapabilities) {
    if (model.capabilities.*(capability.has)) can.push_back(fmt::format("\"{}\"", capability.name));
  }
  const std::string found = FieldsToJson(kFindings, model.capabilities);
  return fmt::format("{{\"can\":[{}],{}\"identity\":{},\"info\":{}}}", fmt::join(can, ","),
                     found == "{}" ? "" : fmt::format("\"found\":{},", found),
                     IdentityToJson(model.identity), FieldsToJson(kModelFields, model.info));
}

RecordedModel ModelFromJson(std::string_view text) {
  const JsonMembers members = ReadJson(text, JsonKind::kObject, "a model is one JSON object");
  if (!members.problem.empty()) ThrowModelError(members.problem);
  RecordedModel model;
  std::vector<std::string_view> missing = {"can", "identity", "info"};
  for (const JsonMember& member : members.list) {
    if (member.name == "can") {
      CapabilitiesFromJson(member, model.capabilities);
    } else if (member.name == "found") {
      FieldsFromJson(kFindings, member, model.capabilities);
    } else if (member.name == "identity") {
      model.identity = IdentityFromJson(member);
    } else if (member.name == "info") {
      FieldsFromJson(kModelFields, member, model.info);
    } else {
      ThrowModelError(fmt::format("unknown field {}", Quote(member.name)));
    }
    std::erase(missing, member.name);
  }
  if (!missing.empty()) ThrowModelError(fmt::format("field \"{}\" is missing", missing.front()));
  return model;
}

}  // namespace gatetest::internal
