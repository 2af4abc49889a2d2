#include "gatetest/open_store.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/store/sqlite_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing_support::ErrorOf;
using testing_support::TemporaryFolder;

std::string ErrorOfPlace(const std::string& place) {
  return ErrorOf([&] { OpenStore(place); }, ErrorCode::kInvalidArgument);
}

TEST(OpenStoreTest, OpensBothKindsAndMakesNothing) {
  const TemporaryFolder folder;
  for (const std::string kind : {"sqlite:", "recording:"}) {
    const std::string place = kind + (folder / "answers").string();
    EXPECT_EQ(OpenStore(place)->place(), place);
  }
  EXPECT_EQ(OpenStore("sqlite:x:y")->place(),
            "sqlite:" + (std::filesystem::current_path() / "x:y").string());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_FALSE(std::filesystem::exists("x:y"));
}

TEST(OpenStoreTest, RefusesWhatIsNoPlace) {
  const std::string kinds = "; the places are sqlite:FILE and recording:FOLDER";
  EXPECT_EQ(ErrorOfPlace(""), "\"\" is no place for a store: it is empty" + kinds);
  EXPECT_EQ(ErrorOfPlace("sqlite:"),
            "\"sqlite:\" is no place for a store: the file's name is missing" + kinds);
  EXPECT_EQ(ErrorOfPlace("recording:"),
            "\"recording:\" is no place for a store: the folder's name is missing" + kinds);
  for (const std::string path : {"answers.sqlite", "/ci/a:b.sqlite"}) {
    EXPECT_EQ(ErrorOfPlace(path), "\"" + path +
                                      "\" is no place for a store: it does not say of what kind it "
                                      "is (did you mean sqlite:" +
                                      path + "?)" + kinds);
  }
  EXPECT_EQ(ErrorOfPlace("https://host/x"),
            "\"https://host/x\" is no place for a store: there is no kind \"https\"" + kinds);
  EXPECT_EQ(ErrorOfPlace("SQLITE:x"),
            "\"SQLITE:x\" is no place for a store: there is no kind \"SQLITE\"" + kinds);
}

TEST(OpenStoreTest, WhatIsThereAndNoStoreIsAFailureOfTheStore) {
  const TemporaryFolder folder;
  EXPECT_NE(ErrorOf([&] { OpenStore("sqlite:" + folder.path().string()); }, ErrorCode::kStoreFailed)
                .find("it is a folder"),
            std::string::npos);
}

}  // namespace
}  // namespace gatetest::internal
