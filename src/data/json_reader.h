// JSON files that people write, such as models files: comments are allowed, a name given twice is
// not, and errors name the file and the field.
#ifndef GATETEST_SRC_DATA_JSON_READER_H_
#define GATETEST_SRC_DATA_JSON_READER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gatetest::internal {

/// Error(kInvalidData): "models.json: models.candidate: <why>".
[[noreturn]] void RefuseJson(const std::string& where, const std::string& why);

/// The whole file. Throws Error(kNotFound) when it cannot be read, and Error(kInvalidData) when it
/// is no JSON, or when an object has a field twice, of which all but one would be lost.
nlohmann::json ReadJsonFile(const std::string& path);

/// One value of a file, and where it is ("models.json: models.candidate.name"). The readers throw
/// Error(kInvalidData), which says what the value should be and what it is.
struct JsonPlace {
  const nlohmann::json& value;
  std::string where;

  /// The value, or the error that it should be `expected`.
  const nlohmann::json& Expect(bool as_expected, const char* expected) const;

  std::string Text() const;
  bool Truth() const;
  double Number() const;
  template <typename Integer>
  Integer Whole() const {
    Expect(value.is_number_integer(), "a whole number");
    const bool fits = value.is_number_unsigned()
                          ? std::in_range<Integer>(value.get<std::uint64_t>())
                          : std::in_range<Integer>(value.get<std::int64_t>());
    return Expect(fits, "a whole number of that size").template get<Integer>();
  }
  std::chrono::milliseconds Milliseconds() const;

  /// An object's field, which has to be there; `meaning` says what to write.
  JsonPlace Required(const std::string& name, const std::string& meaning) const;
};

/// The fields that an object may have, and what reads each of them.
using JsonFields = std::vector<std::pair<std::string, std::function<void(const JsonPlace&)>>>;

/// Reads an object, each of whose fields has to be one of those, in alphabetical order.
void ReadObject(const JsonPlace& place, const JsonFields& fields);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_JSON_READER_H_
