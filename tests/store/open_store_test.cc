#include "gatetest/open_store.h"

#include <gtest/gtest.h>

#include <string>

#include "src/store/store_place.h"
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

TEST(OpenStoreTest, RefusesWhatTheShellDoesNotExpand) {
  for (const std::string place : {"sqlite:~/answers.sqlite", "recording:~/answers"}) {
    EXPECT_EQ(ErrorOfPlace(place),
              "\"" + place +
                  "\" is no place for a store: the shell does not expand ~ after a colon; write "
                  "$HOME; the places are sqlite:FILE and recording:FOLDER");
  }
}

TEST(OpenStoreTest, RefusesWhatIsForgotten) {
  EXPECT_EQ(ErrorOfPlace("sqlite::memory:"),
            "\"sqlite::memory:\" is no place for a store: what is recorded must outlive the "
            "program; name a file or a folder; the places are sqlite:FILE and recording:FOLDER");
}

TEST(OpenStoreTest, ShowsNoPassword) {
  for (const std::string place :
       {"postgres://me:hunter22@host/db", "sqlite:~/p://me:hunter22@h", "x/p://me:hunter22@host"}) {
    const std::string error = ErrorOfPlace(place);
    EXPECT_EQ(error.find("hunter22"), std::string::npos) << error;
    EXPECT_NE(error.find("no place for a store"), std::string::npos) << error;
  }
}

TEST(StorePlaceTest, LooksAtTheTextAlone) {
  const StorePlace file = ParseStorePlace("sqlite:/no/such/a:b.sqlite");
  EXPECT_EQ(file.kind, StorePlace::Kind::kSqlite);
  EXPECT_EQ(file.path, "/no/such/a:b.sqlite");
  const StorePlace folder = ParseStorePlace("recording:~x/y");
  EXPECT_EQ(folder.kind, StorePlace::Kind::kRecording);
  EXPECT_EQ(folder.path, "~x/y");
}

TEST(OpenStoreTest, WhatIsThereAndNoStoreIsAFailureOfTheStore) {
  const TemporaryFolder folder;
  EXPECT_NE(ErrorOf([&] { OpenStore("sqlite:" + folder.path().string()); }, ErrorCode::kStoreFailed)
                .find("it is a folder"),
            std::string::npos);
}

}  // namespace
}  // namespace gatetest::internal
