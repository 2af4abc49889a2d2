#include "src/text/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/scoped_variable.h"

namespace gatetest::internal {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing_support::ScopedVariable;

constexpr char kHidden[] = "\\[redacted [0-9a-f]+\\]";

// ------------------------------------------------------------------------------------- addresses

TEST(RedactAddresses, LeavesTextWithoutCredentialsAsItIs) {
  for (const std::string text :
       {"", "plain text, no address", "me@example.com", "a: b", "C:/models", "://", "https://host",
        "https://host:8080/v1/models#part", "file:///models/a.gguf", "what?a=b"}) {
    EXPECT_EQ(RedactAddresses(text), text);
  }
}

TEST(RedactAddresses, HidesWhoAsks) {
  EXPECT_THAT(RedactAddresses("https://user:secret@host/v1"),
              MatchesRegex("https://" + std::string(kHidden) + "@host/v1"));
  EXPECT_THAT(RedactAddresses("https://token@host"),
              MatchesRegex("https://" + std::string(kHidden) + "@host"));
  EXPECT_EQ(RedactAddresses("https://@host"), "https://@host");
}

TEST(RedactAddresses, APasswordMayHoldAnything) {
  for (const std::string password :
       {"p@ss", "a@b@c", "p:a:s:s", "pa/ss", "pa?ss", "p#ss", "p?a=b&c"}) {
    EXPECT_THAT(RedactAddresses("https://user:" + password + "@host/v1"),
                MatchesRegex("https://" + std::string(kHidden) + "@host/v1"));
  }
}

TEST(RedactAddresses, HidesTheValuesOfAQuery) {
  EXPECT_THAT(RedactAddresses("https://host/v1?key=abc&empty=&flag&v=2"),
              MatchesRegex("https://host/v1\\?key=" + std::string(kHidden) + "&empty=&" + kHidden +
                           "&v=" + kHidden));
  EXPECT_EQ(RedactAddresses("https://host/v1?"), "https://host/v1?");
  EXPECT_THAT(RedactAddresses("https://me@host?a=b"),
              MatchesRegex("https://" + std::string(kHidden) + "@host\\?a=" + kHidden));
  EXPECT_THAT(RedactAddresses("https://host/v1?mail=me@example.com"),
              MatchesRegex("https://host/v1\\?mail=" + std::string(kHidden)));
}

TEST(RedactAddresses, HidesAllOfATextAndLeavesTheRest) {
  EXPECT_THAT(
      RedactAddresses("GET https://a:b@one/x failed, \"wss://c@two?k=v\" too.\n<http://three?q>"),
      MatchesRegex("GET https://" + std::string(kHidden) + "@one/x failed, \"wss://" + kHidden +
                   "@two\\?k=" + kHidden + "\" too.\n<http://three\\?" + kHidden + ">"));
}

TEST(RedactAddresses, TellsCredentialsApart) {
  EXPECT_NE(RedactAddresses("https://a:b@host"), RedactAddresses("https://a:c@host"));
  EXPECT_EQ(RedactAddresses("https://a:b@host"), RedactAddresses("https://a:b@host"));
  EXPECT_NE(RedactAddresses("https://host?k=1"), RedactAddresses("https://host?k=2"));
}

TEST(RedactAddresses, OfWhatIsHiddenIsTheSame) {
  const std::string once = RedactAddresses("https://a:b@host/?k=v&w=x");
  EXPECT_THAT(once, Not(HasSubstr("a:b")));
  EXPECT_THAT(RedactAddresses(once), Not(HasSubstr("a:b")));
}

// ----------------------------------------------------------------------------------- environment

TEST(SecretsOfEnvironment, AreTheNamedVariableAndThoseThatAreNamedLikeOne) {
  const ScopedVariable named("GATETEST_TESTED_CREDENTIAL", "value-of-named");
  const ScopedVariable key("GATETEST_TESTED_KEY", "value-of-key");
  const ScopedVariable token("GATETEST_TESTED_TOKEN", "value-of-token");
  const ScopedVariable secret("GATETEST_TESTED_SECRET", "value-of-secret");
  const ScopedVariable password("GATETEST_TESTED_PASSWORD", "value=of=password");
  const ScopedVariable other("GATETEST_TESTED_KEYBOARD", "value-of-keyboard");
  const auto secrets = SecretsOfEnvironment("GATETEST_TESTED_CREDENTIAL");
  for (const char* const value : {"value-of-named", "value-of-key", "value-of-token",
                                  "value-of-secret", "value=of=password"}) {
    EXPECT_THAT(secrets, Contains(value));
  }
  EXPECT_THAT(secrets, Not(Contains("value-of-keyboard")));
  EXPECT_THAT(SecretsOfEnvironment(""), Not(Contains("value-of-named")));
}

TEST(SecretsOfEnvironment, ShortValuesAreWords) {
  const ScopedVariable short_one("GATETEST_TESTED_KEY", "1234567");
  EXPECT_THAT(SecretsOfEnvironment("GATETEST_TESTED_KEY"), Not(Contains("1234567")));
  const ScopedVariable long_enough("GATETEST_TESTED_KEY", "12345678");
  EXPECT_THAT(SecretsOfEnvironment(""), Contains("12345678"));
}

TEST(SecretsOfEnvironment, TheLongestComeFirst) {
  const ScopedVariable one("GATETEST_TESTED_A_KEY", "sk-12345");
  const ScopedVariable other("GATETEST_TESTED_B_KEY", "sk-12345-and-more");
  EXPECT_EQ(RedactSecrets("it is sk-12345-and-more.", SecretsOfEnvironment("")),
            "it is [credential].");
}

// --------------------------------------------------------------------------------------- secrets

TEST(RedactSecrets, HidesAllOfThemEverywhere) {
  EXPECT_EQ(RedactSecrets("one two one", {"one"}), "[credential] two [credential]");
  EXPECT_EQ(RedactSecrets("one two", {"one", "two"}), "[credential] [credential]");
  EXPECT_EQ(RedactSecrets("oneone", {"one"}), "[credential][credential]");
  EXPECT_EQ(RedactSecrets("nothing", {"one"}), "nothing");
  EXPECT_EQ(RedactSecrets("nothing", {}), "nothing");
  EXPECT_EQ(RedactSecrets("", {"one"}), "");
}

}  // namespace
}  // namespace gatetest::internal
