#include <gtest/gtest.h>

TEST(Product, AddsUp) { EXPECT_EQ(1 + 1, 2); }
