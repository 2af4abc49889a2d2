// PaidBatch: requests that a budget pays for.
#ifndef GATETEST_SRC_EVALUATION_PAID_BATCH_H_
#define GATETEST_SRC_EVALUATION_PAID_BATCH_H_

#include <chrono>
#include <optional>

#include "gatetest/budget.h"
#include "gatetest/model.h"

namespace gatetest::internal {

/// While it lives, a model is asked: what that may cost at most is reserved, its time is paid for,
/// and runs out.
class PaidBatch {
 public:
  PaidBatch(Spending* spending, const Spending::Reserved& reserved, Cancel& cancel)
      : spending_(spending), reserved_(reserved), cancel_(cancel) {
    const auto left = spending == nullptr ? std::nullopt : spending->time_left();
    if (left) cancel.SetDeadline(start_ + *left);
  }
  ~PaidBatch() {
    if (spending_ == nullptr) return;
    cancel_.SetDeadline(std::nullopt);
    spending_->PayTime(std::chrono::steady_clock::now() - start_);
    spending_->Release(reserved_);
  }
  PaidBatch(const PaidBatch&) = delete;
  PaidBatch& operator=(const PaidBatch&) = delete;

 private:
  Spending* const spending_;
  const Spending::Reserved reserved_;
  Cancel& cancel_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_PAID_BATCH_H_
