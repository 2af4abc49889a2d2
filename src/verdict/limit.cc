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

std::string_view Name(Stop stop) {
  switch (stop) {
    case Stop::kNever:
      return "never";
    case Stop::kCertain:
      return "certain";
    case Stop::kConfident:
      return "confident";
  }
  return "?";
}

}  // namespace gatetest
