#include "src/store/copy_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "src/store/model_identity.h"
#include "src/store/recording_file.h"
#include "src/store/response_json.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

/// Whether the answer that is there was recorded later than the one that is copied, or at the same
/// time. A recording knows days only, and of two of one day the one that is copied wins: it may
/// have been refreshed in the evening.
bool IsLater(std::int64_t there, std::int64_t copied) {
  const bool is_a_day = there == DayOf(there) || copied == DayOf(copied);
  return is_a_day ? DayOf(there) > DayOf(copied) : there >= copied;
}

void Copy(Store& from, Store& to, CopiedHolding& copied) {
  const RecordedModel& model = copied.holding.model;
  const std::string& task = copied.holding.task;
  const std::unique_ptr<Shelf> shelf = to.Open(model, task, 0);
  from.ForEach(model.identity, task, [&](const Question& question, const RecordedAnswer& answer) {
    if (!answer.response.failure.empty()) {  // One that was edited by hand.
      if (copied.damaged.empty()) {
        copied.damaged =
            fmt::format("sample {}: {}", Quote(question.sample), answer.response.failure);
      }
      return;
    }
    const std::array<AnswerKey, 1> key = {question.key};
    const std::optional<RecordedAnswer> there = shelf->Find(key).front();
    if (there && (IsLater(there->recorded, answer.recorded) ||
                  ResponseToJson(there->response) == ResponseToJson(answer.response))) {
      ++copied.there;
      return;
    }
    RecordedAnswer put = answer;
    // Of one day: it must not be passed over for an answer of another task that has an hour.
    if (there) put.recorded = std::max(put.recorded, there->recorded);
    shelf->Put(question, put);
    ++copied.written;
  });
}

}  // namespace

std::vector<CopiedHolding> CopyStore(Store& from, Store& to, CopiedBuilds builds) {
  std::vector<CopiedHolding> all;
  std::map<std::string, std::string> newest;  // The models recorded last come first.
  for (Holding& holding : from.Holdings()) {
    const auto [known, is_new] =
        newest.try_emplace(IdentityWithoutCode(holding.model.identity), holding.model.identity);
    const bool older = known->second != holding.model.identity;
    all.push_back({.holding = std::move(holding), .older_build = older});
  }
  for (CopiedHolding& one : all) {
    if (builds == CopiedBuilds::kAll) one.older_build = false;
    if (!one.older_build) Copy(from, to, one);
  }
  return all;
}

}  // namespace gatetest::internal
