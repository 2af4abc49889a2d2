#include "tests/benchmarks/http_run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/benchmarks/benchmarks.h"

namespace gatetest::benchmarks {
namespace {

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  if (!(statm >> pages >> resident)) throw std::runtime_error("cannot read /proc/self/statm");
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

HttpRun MeasureHere(std::size_t requests, const std::function<void(std::size_t)>& ask) {
  const std::size_t first = requests / 10;
  const Stopwatch stopwatch;
  const double cpu = CpuSeconds();
  ask(first);
  const double resident = ResidentBytes();
  ask(requests - first);
  return {.requests_per_second = static_cast<double>(requests) / stopwatch.seconds(),
          .cpu_seconds = CpuSeconds() - cpu,
          .peak_rss_growth = ResidentBytes() - resident};
}

}  // namespace gatetest::benchmarks
