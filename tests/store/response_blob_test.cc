#include "src/store/response_blob.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "src/store/response_json.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing_support::ErrorOf;

Response FromText(const std::string& blob) {
  return ResponseFromBlob(
      std::span(reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size()));
}

std::string ErrorOfBlob(const std::string& blob) {
  return ErrorOf([&] { FromText(blob); }, ErrorCode::kStoreFailed);
}

TEST(ResponseBlobTest, ShortOnesStayReadable) {
  EXPECT_EQ(ResponseToBlob(Response::Text("140")), R"(j{"text":"140"})");
  EXPECT_EQ(FromText(R"(j{"text":"140"})").text, "140");
}

TEST(ResponseBlobTest, CompressesAbove1024Bytes) {
  const std::size_t around = ResponseToJson(Response::Text("x")).size() - 1;
  const Response largest_plain = Response::Text(std::string(1024 - around, 'x'));
  const Response smallest_compressed = Response::Text(std::string(1025 - around, 'x'));
  EXPECT_EQ(ResponseToBlob(largest_plain)[0], 'j');
  const std::string blob = ResponseToBlob(smallest_compressed);
  EXPECT_EQ(blob.substr(0, 9), std::string("z\x01\x04\0\0\0\0\0\0", 9));  // 0x401 = 1025
  EXPECT_LT(blob.size(), 100U);
  EXPECT_EQ(FromText(blob).text, smallest_compressed.text);
}

TEST(ResponseBlobTest, LargeOnesComeBack) {
  Response response;
  std::mt19937 random(17);
  std::uniform_real_distribution<double> uniform(-20, 0);
  for (int i = 0; i < 20'000; ++i) response.logprobs.push_back(uniform(random));
  EXPECT_EQ(FromText(ResponseToBlob(response)).logprobs, response.logprobs);
}

TEST(ResponseBlobTest, DamageIsAnErrorAndNeverACrash) {
  EXPECT_NE(ErrorOfBlob("").find("it is empty"), std::string::npos);
  EXPECT_NE(ErrorOfBlob("x{}").find("it begins with the byte 120"), std::string::npos);
  EXPECT_NE(ErrorOfBlob("z123").find("it is cut off"), std::string::npos);
  const std::string blob = ResponseToBlob(Response::Text(std::string(3000, 'x')));
  ASSERT_EQ(blob[0], 'z');
  for (std::size_t size = 0; size < blob.size(); ++size) {
    EXPECT_NE(ErrorOfBlob(blob.substr(0, size)), "no error") << size;
  }
  for (std::size_t i = 0; i < blob.size(); ++i) {
    std::string damaged = blob;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    // Bits of zlib's header may say nothing; what comes out then is the answer itself.
    const std::string error =
        ErrorOf([&] { EXPECT_EQ(FromText(damaged).text, std::string(3000, 'x')) << i; },
                ErrorCode::kStoreFailed);
    EXPECT_TRUE(i >= 9 || error != "no error") << i;
  }
}

TEST(ResponseBlobTest, RefusesSizesThatCannotBe) {
  std::string blob = ResponseToBlob(Response::Text(std::string(3000, 'x')));
  blob[8] = '\x7F';
  EXPECT_NE(ErrorOfBlob(blob).find("it claims to be of 9151314442816850883 bytes"),
            std::string::npos)
      << ErrorOfBlob(blob);
  blob[8] = '\0';
  blob[4] = '\x30';  // Below 1 GiB, and far more than these few bytes can hold.
  EXPECT_NE(ErrorOfBlob(blob).find("it claims to be of 80530"), std::string::npos)
      << ErrorOfBlob(blob);
}

}  // namespace
}  // namespace gatetest::internal
