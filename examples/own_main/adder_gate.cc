// A team's main with a flag of its own: --candidate_bits=N, the candidate that is to be gated.
#include <gatetest/gatetest.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace {

int candidate_bits = 12;

/// Stands for an engine: adds, in registers of so many bits that stop at their largest number.
gatetest::ModelPtr Adder(int bits) {
  const gatetest::ModelInfo info = {
      .name = "adder", .quantization = "int" + std::to_string(bits), .weights = "none"};
  return gatetest::FunctionModel(
      info, {.generate = [bits](const gatetest::Request& request) {
        std::istringstream terms(request.prompt);
        int left = 0;
        int right = 0;
        char plus = 0;
        terms >> left >> plus >> right;
        const int largest = (1 << (bits - 1)) - 1;
        return gatetest::Response::Text(std::to_string(std::min(left + right, largest)));
      }});
}

gatetest::TaskPtr Sums() {
  std::vector<gatetest::Sample> samples;
  for (int i = 0; i < 50; ++i) {
    const int left = 17 * i % 300;
    const int right = 31 * i % 300;
    samples.push_back({.input = std::to_string(left) + "+" + std::to_string(right) + "=",
                       .answer = std::to_string(left + right)});
  }
  return gatetest::ExactMatch(gatetest::MakeDataset("sums", std::move(samples)));
}

/// Takes `--candidate_bits=N` from the arguments; false when N is not one of 2 to 31.
bool TakeCandidate(int* argc, char** argv) {
  constexpr std::string_view kFlag = "--candidate_bits=";
  char** const end = argv + *argc;
  char** const found = std::find_if(
      argv, end, [&](std::string_view argument) { return argument.starts_with(kFlag); });
  if (found == end) return true;
  const std::string_view value = std::string_view(*found).substr(kFlag.size());
  const auto [rest, error] =
      std::from_chars(value.data(), value.data() + value.size(), candidate_bits);
  std::copy(found + 1, end + 1, found);  // With the null pointer at the end.
  --*argc;
  return error == std::errc() && rest == value.data() + value.size() && candidate_bits >= 2 &&
         candidate_bits <= 31;
}

class AdderGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override { return {.baseline = Adder(16), .tasks = {Sums()}}; }
};

TEST_F(AdderGate, CandidateMayShip) { EXPECT_RETENTION_ABOVE(Adder(candidate_bits), 0.9); }

}  // namespace

int main(int argc, char** argv) {
  if (!TakeCandidate(&argc, argv)) {
    std::cerr << "error: --candidate_bits needs a number from 2 to 31\n";
    return 2;
  }
  if (const std::optional<int> exit_code = gatetest::Init(&argc, argv)) return *exit_code;
  return gatetest::RunAllTests();
}
