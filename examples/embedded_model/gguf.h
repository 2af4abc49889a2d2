// Reads GGUF version 3, the model file format of llama.cpp: metadata by key, tensors by name.
//
//   const auto file = embedded::GgufFile::Read("model.gguf");
//   const int layers = file.Integer("llama.block_count", 1, 1000);
//   const std::vector<float> norm = file.Tensor("output_norm.weight", {128});
//
// Nothing in a file is trusted: every count, size and offset is checked against the file's length.
// Every error is a std::runtime_error that names the file, what is wrong and what was expected.
#ifndef EMBEDDED_MODEL_GGUF_H_
#define EMBEDDED_MODEL_GGUF_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace embedded {

class GgufFile {
 public:
  static GgufFile Read(const std::filesystem::path& path);

  // Metadata. An error if the key is missing, of another kind, or (Integer) out of range.
  int Integer(std::string_view key, int minimum, int maximum) const;
  double Number(std::string_view key) const;
  const std::string& Text(std::string_view key) const;

  // A tensor of F32 or F16 values as floats, all finite. `shape` is what the caller expects,
  // outermost dimension first: {rows, columns} for a matrix stored row by row.
  std::vector<float> Tensor(std::string_view name, const std::vector<std::uint64_t>& shape) const;

  // Throws the std::runtime_error that says what is wrong with this file.
  [[noreturn]] void Fail(const std::string& problem) const;

 private:
  // Arrays (token texts and scores) are checked and skipped: nothing here needs their elements.
  struct Array {};

  using Value = std::variant<std::uint64_t, std::int64_t, double, bool, std::string, Array>;
  struct TensorInfo {
    std::vector<std::uint64_t> shape;  // Outermost dimension first.
    std::uint32_t type = 0;
    std::uint64_t offset = 0;  // From data_begin_.
  };
  class Parser;

  const Value& Find(std::string_view key, const std::string& expected) const;
  std::uint64_t CheckInside(const std::string& tensor, const TensorInfo& info) const;

  std::filesystem::path path_;
  std::string bytes_;
  std::map<std::string, Value, std::less<>> metadata_;
  std::map<std::string, TensorInfo, std::less<>> tensors_;
  std::uint64_t data_begin_ = 0;
};

}  // namespace embedded

#endif  // EMBEDDED_MODEL_GGUF_H_
