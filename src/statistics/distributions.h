// What every statistic here shares: Boost's distributions without its exceptions, and the check of
// alpha.
#ifndef GATETEST_SRC_STATISTICS_DISTRIBUTIONS_H_
#define GATETEST_SRC_STATISTICS_DISTRIBUTIONS_H_

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/policies/policy.hpp>
#include <string>

namespace gatetest::internal {

namespace policies = boost::math::policies;

/// Boost reports by value (infinity, its best approximation), never by a std:: exception: arguments
/// are checked here first, and results where they can overflow.
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;
using Beta = boost::math::beta_distribution<double, Quiet>;
using Normal = boost::math::normal_distribution<double, Quiet>;
using StudentsT = boost::math::students_t_distribution<double, Quiet>;

/// Error(kInvalidArgument).
[[noreturn]] void ThrowInvalid(const std::string& message);

/// Throws unless 0 < alpha < 0.5, NaN included; `where` is the public function's name.
void CheckAlpha(const char* where, double alpha);

/// z(1-alpha), for alphas so small that 1 - alpha is 1, too.
double UpperNormal(double alpha);

/// t(1-alpha, degrees), likewise.
double UpperStudent(double alpha, double degrees);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_DISTRIBUTIONS_H_
