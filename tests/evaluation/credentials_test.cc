// No credential is recorded or shown.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"
#include "tests/support/scoped_variable.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing_support::ItemsOf;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;
using testing_support::ScopedVariable;

// It holds what JSON escapes.
const std::string kKey = "sk-\"quoted\"\\0123456789abcdef";
constexpr char kVariable[] = "GATETEST_TESTED_CREDENTIAL";

class Credentials : public testing::Test {
 protected:
  static ModelInfo Info() {
    return {.name = "tinylm",
            .provider = "https://me:hunter2hunter2@host/v1?key=hunter2hunter2",
            .weights = "w1",
            .api_key_variable = kVariable};
  }

  static TaskPtr Asking(const std::string& input) {
    return ExactMatch(MakeDataset("one", {{.id = "a", .input = input, .answer = "x"}}));
  }

  /// All that was put into the store.
  std::string Recorded() const {
    std::string all;
    for (const MemoryStore::Record& record : store_.records) {
      all += record.identity + "\n" + record.question.request + "\n" + record.answer.response.text +
             "\n" + record.answer.response.failure + "\n";
    }
    return all;
  }

  EvaluationPtr Evaluate(const ModelPtr& model, const TaskPtr& task,
                         StoreMode mode = StoreMode::kAuto) {
    Evaluator evaluator({.store = &store_, .mode = mode});
    return evaluator.Evaluate(model, task);
  }

  const ScopedVariable key_{kVariable, kKey};
  MemoryStore store_;
};

TEST_F(Credentials, AreNotInWhatIsRecorded) {
  const TaskPtr task = Asking("my key is " + kKey + ".");
  const EvaluationPtr live = Evaluate(MakeModel(Info()), task);
  EXPECT_EQ(live->items.at(0).outcome.answer, "my key is [credential].");
  ASSERT_THAT(store_.records, SizeIs(1));
  EXPECT_EQ(store_.records[0].question.request,
            R"({"kind":"generate","prompt":"my key is [credential]."})");
  EXPECT_THAT(Recorded(), AllOf(Not(HasSubstr("0123456789")), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(live->provenance.identity,
              AllOf(HasSubstr("@host/v1?key=[redacted"), Not(HasSubstr("hunter2"))));
  EXPECT_EQ(ItemsOf(*Evaluate(NeverLoaded(Info()), task)), ItemsOf(*live));
}

TEST_F(Credentials, AreNotInThePartOfALongRequestThatIsKept) {
  // The key begins before the end of what is kept of a text, and ends behind it.
  Evaluate(MakeModel(Info()), Asking(std::string(190, 'x') + kKey));
  EXPECT_THAT(store_.records, SizeIs(1));
  EXPECT_THAT(Recorded(), Not(HasSubstr("sk-")));
}

TEST_F(Credentials, AreNotInStopStrings) {
  Evaluate(MakeModel(Info()), ExactMatch(Numbers(1), {.generate = {.stop = {kKey}}}));
  EXPECT_THAT(store_.records, SizeIs(1));
  EXPECT_THAT(Recorded(), Not(HasSubstr("0123456789")));
}

TEST_F(Credentials, OfOtherVariablesAreHiddenToo) {
  const ScopedVariable token("GATETEST_TESTED_TOKEN", "token-0123456789");
  Evaluate(MakeModel(), Asking("say token-0123456789"));
  EXPECT_THAT(store_.records, SizeIs(1));
  EXPECT_THAT(Recorded(), Not(HasSubstr("0123456789")));
}

TEST_F(Credentials, AreNotInFailedAnswers) {
  const auto refuses = [](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Response::Failed("401 for " + kKey + " at https://me:pw@host/v1"));
  };
  const EvaluationPtr evaluation = Evaluate(MakeModel(Info(), refuses), Asking("x"));
  EXPECT_THAT(evaluation->items.at(0).outcome.unmeasured,
              testing::MatchesRegex("401 for \\[credential\\] at https://\\[redacted "
                                    "[0-9a-f]+\\]@host/v1"));
  EXPECT_THAT(store_.records, IsEmpty());
}

TEST_F(Credentials, AreNotInWhatAModelThrows) {
  const auto throws = [](std::span<const Request>, ResponseSink&, const Cancel&) {
    throw std::runtime_error("no access with " + kKey);
  };
  const EvaluationPtr evaluation = Evaluate(MakeModel(Info(), throws), Asking("x"));
  EXPECT_EQ(evaluation->items.at(0).outcome.unmeasured,
            "the model threw: no access with [credential]");
}

TEST_F(Credentials, AreNotInTheFailureOfAnEvaluation) {
  const auto model = MakeModel(Info());
  model->set_capabilities([]() -> Capabilities {
    throw std::runtime_error("401 for " + kKey + " at https://me:pw@host/v1");
  });
  EXPECT_THAT(Evaluate(model, Asking("x"))->failure,
              AllOf(HasSubstr("401 for [credential] at https://[redacted"), HasSubstr("@host/v1"),
                    Not(HasSubstr("me:pw"))));
}

TEST_F(Credentials, AreNotInTheReasonWhyNothingIsRecorded) {
  store_.on_put = [](const Question&) {
    throw Error(ErrorCode::kStoreFailed, "postgres://me:pw@host/db is down");
  };
  EXPECT_THAT(Evaluate(MakeModel(Info()), Asking("x"))->provenance.not_recorded,
              AllOf(HasSubstr("@host/db is down"), Not(HasSubstr("me:pw"))));
}

/// A model that cannot say who it is.
class Unidentified final : public Model {
 public:
  const ModelInfo& info() const override { return info_; }
  Capabilities capabilities() const override { return {.generate = true}; }
  void Run(std::span<const Request> /*requests*/, ResponseSink& /*sink*/,
           const Cancel& /*cancel*/) override {}
  std::string identity() const override {
    throw std::runtime_error("no answer for " + kKey + " from https://me:pw@host");
  }

 private:
  const ModelInfo info_ = {.name = "unidentified", .api_key_variable = kVariable};
};

TEST_F(Credentials, AreNotInTheFailureToTellTheIdentity) {
  EXPECT_THAT(Evaluate(std::make_shared<Unidentified>(), Asking("x"))->failure,
              AllOf(HasSubstr("no answer for [credential]"), Not(HasSubstr("me:pw"))));
}

TEST_F(Credentials, AreNotInWhatIsSaidOfMissingAnswers) {
  // What is shown of a text ends within the key.
  const std::string before(50, 'x');
  Evaluate(MakeModel(Info()), Asking(before + "y" + kKey));
  const EvaluationPtr missing =
      Evaluate(NeverLoaded(Info()), Asking(before + "z" + kKey), StoreMode::kReplay);
  EXPECT_EQ(missing->unrecorded, 1U);
  EXPECT_THAT(missing->failure, AllOf(HasSubstr("prompt was \"xxx"), Not(HasSubstr("sk-"))));
}

TEST_F(Credentials, DoNotCountAsAChange) {
  Evaluate(MakeModel(Info()), Asking("key " + kKey));
  const TaskPtr shorter =
      ExactMatch(MakeDataset("one", {{.id = "a", .input = "key " + kKey, .answer = "x"}}),
                 {.generate = {.max_tokens = 5}});
  const EvaluationPtr missing = Evaluate(NeverLoaded(Info()), shorter, StoreMode::kReplay);
  EXPECT_THAT(missing->failure,
              AllOf(HasSubstr("max_tokens was none and is 5"), Not(HasSubstr("prompt"))));
}

TEST_F(Credentials, AreNotInWhatAScorerSays) {
  const TaskPtr throws = CustomTask(
      MakeDataset("one", {{.id = "a", .input = "q"}}),
      [](const Sample&, const Response&) -> double {
        throw std::runtime_error("401 for " + kKey + " at https://me:hunter2hunter2@judge");
      },
      {.name = "judged"});
  const EvaluationPtr evaluation = Evaluate(MakeModel(Info()), throws);
  ASSERT_THAT(evaluation->items, SizeIs(1));
  EXPECT_THAT(evaluation->items[0].outcome.unmeasured,
              AllOf(HasSubstr("401 for [credential] at https://"), Not(HasSubstr("hunter2"))));
}

TEST_F(Credentials, AreNotInWhatAModelDeclaresAndTellModelsApart) {
  ModelInfo one = Info();
  one.options = "header " + kKey;
  const std::string identity = Evaluate(MakeModel(one), Asking("q"))->provenance.identity;
  EXPECT_THAT(identity, AllOf(HasSubstr("header [redacted"), Not(HasSubstr("0123456789"))));
  EXPECT_THAT(Recorded(), Not(HasSubstr("0123456789")));
  ASSERT_EQ(store_.models.count(identity), 1U);
  EXPECT_THAT(store_.models.at(identity).info.options, Not(HasSubstr("0123456789")));
  const ScopedVariable other(kVariable, "another-key-of-the-same-service");
  one.options = "header another-key-of-the-same-service";
  EXPECT_NE(Evaluate(MakeModel(one), Asking("q"))->provenance.identity, identity);
}

}  // namespace
}  // namespace gatetest
