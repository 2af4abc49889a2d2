#include "gatetest/calibration_assertions.h"

#include <gatetest/gatetest.h>
#include <gmock/gmock.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/internal/run_settings.h"
#include "gatetest/internal/test_results.h"
#include "tests/support/failures.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing_support::FailureOf;
using testing_support::FailuresOf;
using testing_support::TemporaryFolder;
using testing_support::WithoutRerun;

/// Texts of eight words in turn, of which every document has other numbers. The first half is of
/// group "low".
Dataset Texts(const std::string& name, std::size_t count, const std::string& kind = "word") {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (std::size_t k = 0; k < 8; ++k) text += kind + std::to_string((i + k) % 8) + " ";
    samples.push_back({.input = text + name + std::to_string(i),
                       .answer = "x",
                       .group = i < count / 2 ? "low" : "high"});
  }
  return MakeDataset(name, std::move(samples));
}

TaskPtr Skills() { return ExactMatch(Texts("skills", 600)); }

class CalibrationAssertions : public GateTest {
 protected:
  Gate gate() const override { return {.tasks = {Skills(), Corpus(Texts("heldout", 2))}}; }

  /// One like it, in which an INCONCLUSIVE verdict does this.
  Gate GateThat(IfInconclusive does) const {
    Gate other = gate();
    other.if_inconclusive = does;
    return other;
  }
};

TEST_F(CalibrationAssertions, PassTextLikeTheTask) {
  EXPECT_CALIBRATION_MATCHES(Texts("chat", 512), "skills");
  ASSERT_CALIBRATION_MATCHES(Texts("chat", 512), Skills());
  EXPECT_CALIBRATION_MATCHES(Calibration(Texts("chat", 300), {.samples = 300}), "skills/low");
}

TEST_F(CalibrationAssertions, TakeWhatADatasetIsLoadedFrom) {
  const TemporaryFolder folder;
  std::string rows;
  const Dataset chat = Texts("chat", 512);
  for (const Sample& sample : chat.samples()) {
    rows += R"({"text": ")" + sample.input + "\"}\n";
  }
  const std::filesystem::path path = folder.Write("chat.jsonl", rows);
  const Fields fields{.input = "text"};
  EXPECT_CALIBRATION_MATCHES(Calibration(path, {}, fields), "skills");
  EXPECT_CALIBRATION_MATCHES(Calibration(path.string(), {}, fields), "skills");
  EXPECT_CALIBRATION_MATCHES(Calibration(path.c_str(), {.samples = 512}, fields), "skills");
  EXPECT_THAT(FailureOf([&] { EXPECT_CALIBRATION_MATCHES(path, "skills"); }),
              AllOf(HasSubstr("NOT MEASURED: "), HasSubstr("chat.jsonl:1: field \"input\"")));
}

TEST_F(CalibrationAssertions, EvaluateTheirArgumentsOnceAndCount) {
  const std::uint64_t before = internal::AssertionCount();
  int calibrations = 0;
  int tasks = 0;
  EXPECT_CALIBRATION_MATCHES((++calibrations, Texts("chat", 512)), (++tasks, "skills"));
  EXPECT_EQ(calibrations, 1);
  EXPECT_EQ(tasks, 1);
  EXPECT_EQ(internal::AssertionCount(), before + 1);
}

TEST_F(CalibrationAssertions, FailFatallyOnlyAsAsserted) {
  const auto failures_of = FailuresOf;
  EXPECT_FALSE(failures_of([] { EXPECT_CALIBRATION_MATCHES(Texts("a", 3), "skills"); })[0].fatal);
  EXPECT_TRUE(failures_of([] { ASSERT_CALIBRATION_MATCHES(Texts("a", 3), "skills"); })[0].fatal);
}

TEST_F(CalibrationAssertions, JudgeAGroupByItsSamplesAlone) {
  const std::string failure = FailureOf([] {
    EXPECT_CALIBRATION_MATCHES(Calibration(Texts("chat", 512), {.samples = 600}), "skills/low");
  });
  EXPECT_THAT(failure, AllOf(HasSubstr("matches \"skills/low\""),
                             HasSubstr("512 samples of calibration, 300 of evaluation")));
}

TEST_F(CalibrationAssertions, JudgeSlicesLikeAllSamples) {
  Evaluator evaluator({.slice = Slice{.index = 1, .count = 2}});
  const GateScope scope(gate(), evaluator);
  EXPECT_CALIBRATION_MATCHES(Texts("chat", 512), "skills");
  EXPECT_THAT(FailureOf([] { EXPECT_CALIBRATION_MATCHES(Texts("chat", 3), "skills"); }),
              HasSubstr("3 samples of calibration, 600 of evaluation"));
}

TEST_F(CalibrationAssertions, TakeTheSeedOfTheRunUnlessTheSetHasOne) {
  Evaluator evaluator({.seed = 4711});
  const GateScope scope(gate(), evaluator);
  EXPECT_THAT(FailureOf([] { EXPECT_CALIBRATION_MATCHES(Texts("chat", 3), "skills"); }),
              HasSubstr(", seed 4711"));
  EXPECT_THAT(FailureOf([] {
                EXPECT_CALIBRATION_MATCHES(Calibration(Texts("chat", 3), {.seed = 5}), "skills");
              }),
              HasSubstr(", seed 5"));
}

TEST_F(CalibrationAssertions, TolerateWhatIsInconclusiveAsTheGateSays) {
  const auto few = [] {
    EXPECT_CALIBRATION_MATCHES(Calibration(Texts("chat", 100), {.samples = 100}), "skills");
  };
  EXPECT_THAT(FailureOf(few), HasSubstr("INCONCLUSIVE: 100 documents"));
  Evaluator evaluator;
  const GateScope scope(GateThat(IfInconclusive::kPass), evaluator);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(FailuresOf(few).size(), 0U);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("[ gatetest ] warning: INCONCLUSIVE, tolerated here: calibration set "
                        "\"chat\" matches \"skills\""));
  // What is wrong is no matter of tolerance.
  EXPECT_THAT(FailureOf([] { EXPECT_CALIBRATION_MATCHES(Texts("chat", 100), "skills"); }),
              HasSubstr("FAILED: the calibration set has 100 samples"));
}

TEST_F(CalibrationAssertions, NeverThrow) {
  const auto said = [](const Calibration& calibration, const auto& task) {
    return WithoutRerun(FailureOf([&] { EXPECT_CALIBRATION_MATCHES(calibration, task); }));
  };
  const std::string head = "Expected: calibration set \"chat\" matches \"";
  const std::string middle =
      "\": at least 512 samples, text of the same kind (alpha 0.01), none of its data\n Verdict: "
      "NOT "
      "MEASURED: ";
  const Calibration chat(Texts("chat", 512));
  EXPECT_EQ(said(chat, "skils"),
            head + "skils" + middle +
                "there is no task \"skils\"; there is: \"skills\" (measures accuracy), \"heldout\" "
                "(measures perplexity)\n");
  EXPECT_EQ(said(chat, "skills/medium"),
            head + "skills/medium" + middle +
                "task \"skills\" has no group \"medium\"; its groups are high, low\n");
  EXPECT_THAT(said(chat, TaskPtr()), HasSubstr("NOT MEASURED: there is no task: null pointer"));
  EXPECT_THAT(
      said(Calibration("no/such/file.jsonl"), "skills"),
      AllOf(HasSubstr("calibration set \"file\""), HasSubstr("NOT MEASURED: no/such/file.jsonl")));
  EXPECT_THAT(said(Calibration(Texts("chat", 3), {.alpha = 5.0}), "skills"),
              HasSubstr("NOT MEASURED: CalibrationOptions::alpha is 5; it must be above 0"));
}

TEST_F(CalibrationAssertions, SayHowToRunThemAgain) {
  EXPECT_THAT(FailureOf([] { EXPECT_CALIBRATION_MATCHES(Texts("chat", 3), "skills"); }),
              HasSubstr("--gtest_filter=CalibrationAssertions.SayHowToRunThemAgain"));
}

std::vector<std::string> PropertiesWith(const std::string& part) {
  const ::testing::TestResult& result =
      *::testing::UnitTest::GetInstance()->current_test_info()->result();
  std::vector<std::string> found;
  for (int i = 0; i < result.test_property_count(); ++i) {
    const ::testing::TestProperty& property = result.GetTestProperty(i);
    const std::string key = property.key();
    if (key.find(part) != std::string::npos) found.push_back(key + "=" + property.value());
  }
  return found;
}

TEST_F(CalibrationAssertions, RecordWhatTheyFound) {
  EXPECT_CALIBRATION_MATCHES(Texts("chat", 512), "skills");
  EXPECT_THAT(PropertiesWith("/chat/"),
              AllOf(::testing::SizeIs(6),
                    ::testing::IsSupersetOf({"gatetest_verdict/calibration/chat/skills=PASSED",
                                             "gatetest_n/calibration/chat/skills=512",
                                             "gatetest_leaks/calibration/chat/skills=0"})));
  // Every permutation is as far apart: all documents have the same words but for one of their own.
  EXPECT_THAT(PropertiesWith("gatetest_p/"), ::testing::ElementsAre(HasSubstr("/skills=")));
  EXPECT_THAT(PropertiesWith("gatetest_jsd/"), ::testing::ElementsAre(HasSubstr("/skills=0.")));
  EXPECT_THAT(PropertiesWith("gatetest_effect/"), ::testing::SizeIs(1));
  FailuresOf([] {
    EXPECT_CALIBRATION_MATCHES(Calibration(Texts("few", 3), {.samples = 4}), "skills");
    EXPECT_CALIBRATION_MATCHES(Texts("few", 3), "unknown");
  });
  EXPECT_THAT(
      PropertiesWith("/few/"),
      ::testing::UnorderedElementsAre("gatetest_verdict/calibration/few/skills/samples_4=FAILED",
                                      "gatetest_n/calibration/few/skills/samples_4=3",
                                      "gatetest_leaks/calibration/few/skills/samples_4=0",
                                      "gatetest_verdict/calibration/few/unknown=NOT MEASURED"));
}

TEST(CalibrationAssertionsWithoutAGate, NeedOneForANameAlone) {
  EXPECT_CALIBRATION_MATCHES(Texts("chat", 512), Skills());
  EXPECT_THAT(FailureOf([] { EXPECT_CALIBRATION_MATCHES(Texts("chat", 512), "skills"); }),
              HasSubstr("NOT MEASURED: there is no gate here"));
}

/// While it lives, the run has other settings.
class ScopedSettings {
 public:
  ScopedSettings() : before_(internal::TheRunSettings()) {}
  ~ScopedSettings() { internal::TheRunSettings() = before_; }
  ScopedSettings(const ScopedSettings&) = delete;
  ScopedSettings& operator=(const ScopedSettings&) = delete;

 private:
  const internal::RunSettings before_;
};

/// What `code` prints in a run that evaluates nothing. Its tests are skipped, so it is run where
/// GoogleTest does not see that.
std::string PrintedInPlan(bool only_loads, const std::function<void()>& code) {
  const ScopedSettings settings;
  internal::TheRunSettings().plan = !only_loads;
  internal::TheRunSettings().only_loads = only_loads;
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(FailuresOf(code).size(), 0U);
  return ::testing::internal::GetCapturedStdout();
}

TEST_F(CalibrationAssertions, ArePlanned) {
  const std::string expected =
      R"([   PLAN   ] CalibrationAssertions.ArePlanned: calibration set "chat" matches "skills": at least 512 samples, text of the same kind (alpha 0.01), none of its data
             asks no model: compares 3 samples with 600
)";
  EXPECT_EQ(PrintedInPlan(false, [] { EXPECT_CALIBRATION_MATCHES(Texts("chat", 3), "skills"); }),
            expected);
  EXPECT_THAT(PrintedInPlan(false, [] { EXPECT_CALIBRATION_MATCHES("none.jsonl", "skills"); }),
              HasSubstr("cannot be compared: none.jsonl"));
  EXPECT_EQ(PrintedInPlan(true, [] { EXPECT_CALIBRATION_MATCHES("none.jsonl", "skills"); }), "");
  EXPECT_CALIBRATION_MATCHES(Texts("chat", 512), "skills");
}

}  // namespace
}  // namespace gatetest
