#include "src/store/copy_store.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "src/store/response_json.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

/// The identity without the code that ran; all of it where it is no JSON.
std::string IdentityWithoutCode(const std::string& identity) {
  nlohmann::json parts = nlohmann::json::parse(identity, nullptr, /*allow_exceptions=*/false);
  if (!parts.is_object()) return identity;
  parts.erase("build");
  parts.erase("code");
  return parts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
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
    if (there && (there->recorded >= answer.recorded ||
                  ResponseToJson(there->response) == ResponseToJson(answer.response))) {
      ++copied.there;
      return;
    }
    shelf->Put(question, answer);
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
