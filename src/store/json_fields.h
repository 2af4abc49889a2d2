// The fields of a JSON object as they are written, without making values of them: for files of
// thousands of lines of which few are needed.
#ifndef GATETEST_SRC_STORE_JSON_FIELDS_H_
#define GATETEST_SRC_STORE_JSON_FIELDS_H_

#include <string_view>

namespace gatetest::internal {

///   JsonFields fields(R"({"a": [1, 2]})");
///   while (fields.Next()) Use(fields.name(), fields.value());   // "a", "[1, 2]"
class JsonFields {
 public:
  /// `object`: valid JSON (nlohmann::json::accept), and an object.
  explicit JsonFields(std::string_view object);

  /// Goes to the next field; false when there is none.
  bool Next();

  /// As written, without its quotes.
  std::string_view name() const { return name_; }
  std::string_view value() const { return value_; }

 private:
  std::string_view TakeValue();
  std::string_view TakeText();

  std::string_view rest_;
  std::string_view name_;
  std::string_view value_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_JSON_FIELDS_H_
