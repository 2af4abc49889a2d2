#include "gatetest/model.h"

#include <ostream>

#include "src/model/identity.h"
#include "src/text/redact.h"

namespace gatetest {
namespace {

std::uint64_t NextInstance() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

/// Not in the header: one for all libraries of a process.
std::atomic<bool> everything_is_cancelled{false};
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

void Cancel::RequestAll() noexcept {
  everything_is_cancelled.store(true, std::memory_order_relaxed);
}

bool Cancel::all_requested() noexcept {
  return everything_is_cancelled.load(std::memory_order_relaxed);
}

Model::Model() : instance_(NextInstance()) {}

std::string Model::identity() const { return internal::IdentityOf(info(), instance_); }

std::string ToString(const ModelInfo& info) {
  return internal::RedactAddresses(info.quantization.empty() ? info.name
                                                             : info.name + " " + info.quantization);
}

void PrintTo(const ModelPtr& model, std::ostream* os) {
  *os << (model == nullptr ? "no model" : ToString(model->info()));
}

}  // namespace gatetest
