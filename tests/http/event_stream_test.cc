#include "src/http/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Read {
  std::vector<std::string> events;
  bool foreign = false;
};

Read ReadPieces(const std::vector<std::string>& pieces) {
  Read read;
  EventStream stream([&](const std::string& data) { read.events.push_back(data); });
  for (const std::string& piece : pieces) stream.Add(piece);
  read.foreign = stream.foreign();
  return read;
}

std::vector<std::string> EventsOf(const std::string& text) { return ReadPieces({text}).events; }

/// With another line end.
std::string With(const std::string& end, const std::string& text) {
  std::string replaced;
  for (const char c : text) replaced += c == '\n' ? end : std::string(1, c);
  return replaced;
}

TEST(EventStream, IsTheSameHoweverItIsCut) {
  const std::string text =
      ": comment\n\ndata: {\"a\":\"é€😀\"}\n\nevent: message\nid: 7\ndata:two\n: between\n"
      "data: lines\nretry: 10\n\n\n\ndata: [DONE]\n\n";
  const std::vector<std::string> expected = {"{\"a\":\"é€😀\"}", "two\nlines", "[DONE]"};
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string stream = With(end, text);
    EXPECT_EQ(EventsOf(stream), expected);
    for (std::size_t i = 0; i <= stream.size(); ++i) {
      for (std::size_t j = i; j <= stream.size(); j += 1 + j % 3) {
        const Read read =
            ReadPieces({stream.substr(0, i), stream.substr(i, j - i), stream.substr(j)});
        ASSERT_EQ(read.events, expected) << i << ", " << j;
        ASSERT_FALSE(read.foreign) << i << ", " << j;
      }
    }
    std::vector<std::string> bytes;
    for (const char c : stream) bytes.emplace_back(1, c);
    EXPECT_EQ(ReadPieces(bytes).events, expected);
  }
}

TEST(EventStream, TakesLineEndsOfAllKinds) {
  EXPECT_THAT(EventsOf("data: 1\r\n\r\ndata: 2\n\ndata: 3\r\rdata: 4\r\n\ndata: 5\n\r\n"),
              ElementsAre("1", "2", "3", "4", "5"));
}

TEST(EventStream, ReadsFieldsAsTheyAreMeant) {
  struct Case {
    std::string text;
    std::vector<std::string> events;
  };
  const std::vector<Case> cases = {
      {"data:x\n\n", {"x"}},
      {"data: x\n\n", {"x"}},
      {"data:  x\n\n", {" x"}},
      {"data: x \n\n", {"x "}},
      {"data\n\n", {""}},
      {"data:\n\n", {""}},
      {"data\ndata\n\n", {"\n"}},
      {"data: a: b\n\n", {"a: b"}},
      {"data: a\ndata: b\ndata: c\n\n", {"a\nb\nc"}},
      {"event: ping\n\n", {}},
      {"id: 1\n\n", {}},
      {":\n\n", {}},
      {": data: x\n\n", {}},
      {"\n\n\n", {}},
      {"data: not ended\n", {}},
      {"data: not ended", {}},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(EventsOf(one.text), one.events) << one.text;
    EXPECT_FALSE(ReadPieces({one.text}).foreign) << one.text;
  }
}

TEST(EventStream, LeavesOutWhatIsSentTwice) {
  EXPECT_THAT(EventsOf("id: 1\ndata: a\n\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
              ElementsAre("a", "b"));
  EXPECT_THAT(EventsOf("id: 1\ndata: a\n\nid: 2\ndata: a\n\n"), ElementsAre("a", "a"));
  EXPECT_THAT(EventsOf("id: 1\ndata: a\n\nid: 1\ndata: b\n\n"), ElementsAre("a", "b"))
      << "one id for all";
  EXPECT_THAT(EventsOf("data: a\n\ndata: a\n\n"), ElementsAre("a", "a")) << "nobody can tell";
  EXPECT_THAT(EventsOf("id: 1\ndata: a\n\ndata: a\n\ndata: a\n\n"), ElementsAre("a", "a", "a"));
  EXPECT_THAT(EventsOf("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 1\ndata: c\n\n"),
              ElementsAre("a", "b", "c"));
}

TEST(EventStream, KnowsWhatIsNoStream) {
  for (const std::string text : {"{\"choices\":[]}\n", "<html>\n", "\n\n<html>\n", "Data: x\n\n",
                                 " data: x\n\n", "error: quota\n", "data: x\n\nOops\n"}) {
    EXPECT_TRUE(ReadPieces({text}).foreign) << text;
  }
  EXPECT_THAT(EventsOf("{\"choices\":[]}"), IsEmpty());
}

}  // namespace
}  // namespace gatetest::internal
