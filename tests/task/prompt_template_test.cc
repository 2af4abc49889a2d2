#include "src/task/prompt_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing::HasSubstr;
using testing_support::ErrorOf;

TEST(PromptTemplate, PutsTheInputInItsPlace) {
  EXPECT_EQ(PromptTemplate("{input}").Fill("1+1="), "1+1=");
  EXPECT_EQ(PromptTemplate("Q: {input}\nA:").Fill("1+1?"), "Q: 1+1?\nA:");
}

TEST(PromptTemplate, DescribesWhatItAdds) {
  EXPECT_EQ(PromptTemplate("{input}").description(), "");
  EXPECT_EQ(PromptTemplate("Q: {input}\nA:").description(), ", prompt \"Q: {input}\nA:\"");
}

TEST(PromptTemplate, LeavesBracesAlone) {
  EXPECT_EQ(PromptTemplate("{\"q\": {input}, {x}}").Fill("{input}"), "{\"q\": {input}, {x}}");
  EXPECT_EQ(PromptTemplate("{{input}}").Fill("x"), "{x}");
}

TEST(PromptTemplate, WantsTheInputExactlyOnce) {
  for (const char* text : {"", "no input", "{Input}", "{input} and {input}"}) {
    EXPECT_THAT(ErrorOf([&] { PromptTemplate{text}; }, ErrorCode::kInvalidArgument),
                HasSubstr("{input} must stand in it once"));
  }
}

}  // namespace
}  // namespace gatetest::internal
