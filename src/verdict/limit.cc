#include "gatetest/limit.h"

namespace gatetest {

std::string_view Name(Claim claim) {
  switch (claim) {
    case Claim::kDataset:
      return "dataset";
    case Claim::kPopulation:
      return "population";
    case Claim::kPointEstimate:
      return "point estimate";
  }
  return "?";
}

}  // namespace gatetest
