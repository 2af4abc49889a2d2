// Random numbers that are the same wherever the tests run: the engine is the standard's, and so
// portable; its distributions are not, so these are our own.
#ifndef GATETEST_TESTS_SIMULATION_RANDOM_H_
#define GATETEST_TESTS_SIMULATION_RANDOM_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>

namespace gatetest::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// In (0, 1), never an end, so that its logarithm is finite.
  double Uniform() { return (static_cast<double>(engine_() >> 12) + 0.5) * 0x1p-52; }

  bool Happens(double probability) { return Uniform() < probability; }

  /// In [0, count).
  std::size_t Below(std::size_t count) {
    return static_cast<std::size_t>(Uniform() * static_cast<double>(count));
  }

  /// Standard normal: Marsaglia's polar method.
  double Normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    double u = 0.0;
    double v = 0.0;
    double s = 0.0;
    do {
      u = 2.0 * Uniform() - 1.0;
      v = 2.0 * Uniform() - 1.0;
      s = u * u + v * v;
    } while (s >= 1.0);
    const double factor = std::sqrt(-2.0 * std::log(s) / s);
    spare_ = v * factor;
    has_spare_ = true;
    return u * factor;
  }

  /// Mean and variance `shape`: Marsaglia and Tsang (2000).
  double Gamma(double shape) {
    if (shape < 1.0) {
      // Drawn first: the order in which a product evaluates its factors is the compiler's.
      const double larger = Gamma(shape + 1.0);
      return larger * std::pow(Uniform(), 1.0 / shape);
    }
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    while (true) {
      const double x = Normal();
      const double root = 1.0 + c * x;
      if (root <= 0.0) continue;
      const double v = root * root * root;
      if (std::log(Uniform()) < 0.5 * x * x + d * (1.0 - v + std::log(v))) return d * v;
    }
  }

  /// Of scale 1.
  double Laplace() {
    const double size = -std::log(Uniform());
    return Happens(0.5) ? size : -size;
  }

  /// Student's t with 3 degrees of freedom.
  double StudentOf3() {
    const double normal = Normal();
    return normal / std::sqrt(2.0 * Gamma(1.5) / 3.0);
  }

 private:
  std::mt19937_64 engine_;
  double spare_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace gatetest::simulation

#endif  // GATETEST_TESTS_SIMULATION_RANDOM_H_
