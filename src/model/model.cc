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

}  // namespace

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
