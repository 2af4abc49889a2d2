#include "gguf.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>

namespace embedded {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF values are little-endian");

constexpr std::uint32_t kVersion = 3;
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint64_t kDefaultAlignment = 32;

// Types of metadata values, as numbered in the GGUF specification.
enum class ValueType : std::uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

// Types of tensors; the specification has many more.
constexpr std::uint32_t kTensorF32 = 0;
constexpr std::uint32_t kTensorF16 = 1;

float HalfToFloat(std::uint16_t half) {
  const int exponent = (half >> 10) & 0x1f;
  const int fraction = half & 0x3ff;
  float magnitude = 0;
  if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), -24);  // Zero or subnormal.
  } else if (exponent < 0x1f) {
    magnitude = std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  } else {
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  }
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

template <typename T>
T LoadAs(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::vector<float> ToFloats(const char* bytes, std::uint32_t type, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = type == kTensorF32 ? LoadAs<float>(bytes + i * sizeof(float))
                                   : HalfToFloat(LoadAs<std::uint16_t>(bytes + 2 * i));
  }
  return values;
}

std::string ShapeText(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t dimension : shape) {
    text += (text.empty() ? "[" : ", ") + std::to_string(dimension);
  }
  return text.empty() ? "[]" : text + "]";
}

}  // namespace

// Walks over the header (metadata, then the directory of tensors) and never past the file's end.
class GgufFile::Parser {
 public:
  explicit Parser(GgufFile& file) : file_(file) {}

  void ParseHeader() {
    if (file_.bytes_.substr(0, 4) != "GGUF") {
      file_.Fail("not a GGUF file: it does not begin with the four bytes \"GGUF\"");
    }
    position_ = 4;
    const auto version = Take<std::uint32_t>("the version");
    if (version != kVersion) {
      file_.Fail("GGUF version " + std::to_string(version) + ", expected " +
                 std::to_string(kVersion));
    }
    const auto tensor_count = Take<std::uint64_t>("the number of tensors");
    const auto metadata_count = Take<std::uint64_t>("the number of metadata entries");
    // A false count needs no check of its own: each entry takes bytes, and the file runs out.
    for (std::uint64_t i = 0; i < metadata_count; ++i) ParseMetadataEntry();
    for (std::uint64_t i = 0; i < tensor_count; ++i) ParseTensorInfo();
    const std::uint64_t alignment = Alignment();
    file_.data_begin_ = (position_ + alignment - 1) / alignment * alignment;
  }

 private:
  // Moves over `size` bytes and returns where they begin.
  const char* Advance(std::uint64_t size, const std::string& what) {
    const std::uint64_t left = file_.bytes_.size() - position_;
    if (size > left) {
      file_.Fail("truncated: " + what + " at byte " + std::to_string(position_) + " needs " +
                 std::to_string(size) + " bytes, expected at most the " + std::to_string(left) +
                 " that are left");
    }
    const char* begin = file_.bytes_.data() + position_;
    position_ += size;
    return begin;
  }

  template <typename T>
  T Take(const std::string& what) {
    return LoadAs<T>(Advance(sizeof(T), what));
  }

  std::string TakeString(const std::string& what) {
    const auto size = Take<std::uint64_t>("the length of " + what);
    return {Advance(size, what), static_cast<std::size_t>(size)};
  }

  void ParseMetadataEntry() {
    std::string key = TakeString("a metadata key");
    Value value = TakeValue(Take<ValueType>("the type of " + key), key);
    if (!file_.metadata_.emplace(key, std::move(value)).second) {
      file_.Fail("metadata key " + key + " occurs twice, expected once");
    }
  }

  Value TakeValue(ValueType type, const std::string& key) {
    switch (type) {
      case ValueType::kUint8:
        return std::uint64_t{Take<std::uint8_t>(key)};
      case ValueType::kUint16:
        return std::uint64_t{Take<std::uint16_t>(key)};
      case ValueType::kUint32:
        return std::uint64_t{Take<std::uint32_t>(key)};
      case ValueType::kUint64:
        return Take<std::uint64_t>(key);
      case ValueType::kInt8:
        return std::int64_t{Take<std::int8_t>(key)};
      case ValueType::kInt16:
        return std::int64_t{Take<std::int16_t>(key)};
      case ValueType::kInt32:
        return std::int64_t{Take<std::int32_t>(key)};
      case ValueType::kInt64:
        return Take<std::int64_t>(key);
      case ValueType::kFloat32:
        return double{Take<float>(key)};
      case ValueType::kFloat64:
        return Take<double>(key);
      case ValueType::kBool:
        return Take<std::uint8_t>(key) != 0;
      case ValueType::kString:
        return TakeString(key);
      case ValueType::kArray:
        SkipArray(key);
        return Array{};
    }
    file_.Fail("metadata key " + key + " has type " +
               std::to_string(static_cast<std::uint32_t>(type)) + ", expected 0 to 12");
  }

  void SkipArray(const std::string& key) {
    const auto type = Take<ValueType>("the element type of " + key);
    const auto count = Take<std::uint64_t>("the length of " + key);
    // Arrays of arrays would let a hostile file nest until the stack overflows; no model has them.
    if (type == ValueType::kArray) {
      file_.Fail("metadata key " + key + " is an array of arrays, expected plain elements");
    }
    for (std::uint64_t i = 0; i < count; ++i) TakeValue(type, key);
  }

  void ParseTensorInfo() {
    const std::string name = TakeString("a tensor name");
    const auto dimensions = Take<std::uint32_t>("the number of dimensions of " + name);
    if (dimensions > kMaxDimensions) {
      file_.Fail("tensor " + name + " has " + std::to_string(dimensions) +
                 " dimensions, expected at most " + std::to_string(kMaxDimensions));
    }
    TensorInfo info;
    for (std::uint32_t i = 0; i < dimensions; ++i) {
      info.shape.push_back(Take<std::uint64_t>("the shape of " + name));
    }
    std::reverse(info.shape.begin(), info.shape.end());  // The file has the innermost first.
    info.type = Take<std::uint32_t>("the type of " + name);
    info.offset = Take<std::uint64_t>("the offset of " + name);
    if (!file_.tensors_.emplace(name, std::move(info)).second) {
      file_.Fail("tensor " + name + " occurs twice, expected once");
    }
  }

  std::uint64_t Alignment() const {
    constexpr auto kKey = "general.alignment";
    if (!file_.metadata_.contains(kKey)) return kDefaultAlignment;
    return static_cast<std::uint64_t>(file_.Integer(kKey, 1, 1 << 20));
  }

  GgufFile& file_;
  std::uint64_t position_ = 0;
};

GgufFile GgufFile::Read(const std::filesystem::path& path) {
  GgufFile file;
  file.path_ = path;
  if (!std::filesystem::is_regular_file(path))
    file.Fail("there is no such file, expected a GGUF file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) file.Fail("cannot be opened, expected a readable GGUF file");
  file.bytes_.assign(std::istreambuf_iterator<char>(stream), {});
  Parser(file).ParseHeader();
  return file;
}

const GgufFile::Value& GgufFile::Find(std::string_view key, const std::string& expected) const {
  const auto found = metadata_.find(key);
  if (found != metadata_.end()) return found->second;
  Fail("metadata key " + std::string(key) + " is missing, expected " + expected);
}

int GgufFile::Integer(std::string_view key, int minimum, int maximum) const {
  const std::string expected =
      "an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum);
  const auto checked = [&](auto integer) {
    if (std::cmp_less(integer, minimum) || std::cmp_greater(integer, maximum)) {
      Fail("metadata key " + std::string(key) + " is " + std::to_string(integer) + ", expected " +
           expected);
    }
    return static_cast<int>(integer);
  };
  const Value& value = Find(key, expected);
  if (const auto* integer = std::get_if<std::uint64_t>(&value)) return checked(*integer);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return checked(*integer);
  Fail("metadata key " + std::string(key) + " is of another kind, expected " + expected);
}

double GgufFile::Number(std::string_view key) const {
  const std::string expected = "a finite floating-point number";
  const auto* number = std::get_if<double>(&Find(key, expected));
  if (number != nullptr && std::isfinite(*number)) return *number;
  Fail("metadata key " + std::string(key) + " is something else, expected " + expected);
}

const std::string& GgufFile::Text(std::string_view key) const {
  const std::string expected = "a string";
  const auto* text = std::get_if<std::string>(&Find(key, expected));
  if (text != nullptr) return *text;
  Fail("metadata key " + std::string(key) + " is of another kind, expected " + expected);
}

std::vector<float> GgufFile::Tensor(std::string_view name,
                                    const std::vector<std::uint64_t>& shape) const {
  const std::string tensor = "tensor " + std::string(name);
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) Fail(tensor + " is missing, expected shape " + ShapeText(shape));
  const TensorInfo& info = found->second;
  if (info.shape != shape) {
    Fail(tensor + " has shape " + ShapeText(info.shape) + ", expected " + ShapeText(shape));
  }
  if (info.type != kTensorF32 && info.type != kTensorF16) {
    Fail(tensor + " has type " + std::to_string(info.type) + ", expected 0 (F32) or 1 (F16)");
  }
  const std::uint64_t count = CheckInside(tensor, info);
  const char* const begin = bytes_.data() + data_begin_ + info.offset;
  std::vector<float> values = ToFloats(begin, info.type, static_cast<std::size_t>(count));
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
    Fail(tensor + " holds infinities or NaNs, expected finite values");
  }
  return values;
}

// Makes sure that a tensor lies within the file, and returns the number of its values. Only
// divides and subtracts, so that nothing wraps, however large the numbers in the file are.
std::uint64_t GgufFile::CheckInside(const std::string& tensor, const TensorInfo& info) const {
  const std::uint64_t data_size = bytes_.size() - std::min(data_begin_, bytes_.size());
  const std::uint64_t bytes_left = data_size - std::min(data_size, info.offset);
  const std::uint64_t values_left = bytes_left / (info.type == kTensorF32 ? 4 : 2);
  std::uint64_t count = 1;
  bool inside = values_left > 0;
  for (const std::uint64_t dimension : info.shape) {
    inside = inside && dimension > 0 && dimension <= values_left / count;
    if (inside) count *= dimension;
  }
  if (inside) return count;
  Fail("truncated: " + tensor + " at offset " + std::to_string(info.offset) + " of the data has " +
       std::to_string(values_left) + " values, expected shape " + ShapeText(info.shape));
}

void GgufFile::Fail(const std::string& problem) const {
  throw std::runtime_error(path_.string() + ": " + problem);
}

}  // namespace embedded
