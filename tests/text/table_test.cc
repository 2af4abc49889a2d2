#include "src/text/table.h"

#include <gtest/gtest.h>

#include <string>

namespace gatetest::internal {
namespace {

TEST(Table, HasColumnsAsWideAsTheirWidestCell) {
  Table table({"rung", "n", "verdict"});
  table.Add({"f16", "1,000", "baseline"});
  table.Add({"int4-long", "2", "ok"});
  EXPECT_EQ(table.text(),
            "rung       n      verdict\n"
            "f16        1,000  baseline\n"
            "int4-long  2      ok\n");
}

TEST(Table, LeavesOutColumnsWithoutACell) {
  Table table({"rung", "cost", "verdict", "speed"});
  table.Add({"f16", "", "baseline", ""});
  table.Add({"int4", "", "ok", ""});
  EXPECT_EQ(table.text(),
            "rung  verdict\n"
            "f16   baseline\n"
            "int4  ok\n");
}

TEST(Table, KeepsAColumnWithOneCell) {
  Table table({"rung", "cost", "verdict"});
  table.Add({"f16", "", "baseline"});
  table.Add({"int4", "7", "ok"});
  EXPECT_EQ(table.text(),
            "rung  cost  verdict\n"
            "f16         baseline\n"
            "int4  7     ok\n");
}

TEST(Table, HasNoBlanksAtTheEndOfALine) {
  Table table({"a", "long title"});
  table.Add({"1", "x"});
  table.Add({"2", ""});
  EXPECT_EQ(table.text(), "a  long title\n1  x\n2\n");
}

TEST(Table, CountsCharactersNotBytes) {
  Table table({"name", "n"});
  table.Add({"größe…", "1"});
  table.Add({"plain6", "2"});
  EXPECT_EQ(table.text(),
            "name    n\n"
            "größe…  1\n"
            "plain6  2\n");
}

}  // namespace
}  // namespace gatetest::internal
