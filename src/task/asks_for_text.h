// Whether a task has a model write.
#ifndef GATETEST_SRC_TASK_ASKS_FOR_TEXT_H_
#define GATETEST_SRC_TASK_ASKS_FOR_TEXT_H_

#include "gatetest/task.h"

namespace gatetest::internal {

/// By the first request of its first sample, made for a model that can do everything. True where
/// there is none, because the data cannot be read, say: who evaluates says why. Throws nothing.
bool AsksForText(const Task& task);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TASK_ASKS_FOR_TEXT_H_
