#include "gatetest/error.h"

namespace gatetest {

Error::~Error() = default;

}  // namespace gatetest
