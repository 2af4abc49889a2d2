#include "tests/benchmarks/other_clients.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "tests/benchmarks/child_process.h"
#include "tests/benchmarks/http_bodies.h"

namespace gatetest::benchmarks {
namespace {

/// The number after `label`.
double NumberAfter(std::string_view label, const std::string& output) {
  const std::size_t found = output.find(label);
  if (found == std::string::npos) {
    throw std::runtime_error(fmt::format("there is no '{}' in: {}", label, output));
  }
  return std::stod(output.substr(found + label.size()));
}

/// The number in "  12345 requests in 1.00s".
double RequestsOf(const std::string& output) {
  const std::size_t end = output.find(" requests in ");
  if (end == std::string::npos) throw std::runtime_error("wrk counted nothing: " + output);
  const std::size_t start = output.find_last_not_of("0123456789", end - 1) + 1;
  return std::stod(output.substr(start, end - start));
}

void Write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

HttpRun WrkAgainst(const std::string& program, const TempFolder& folder, const std::string& url,
                   int seconds, std::size_t requests) {
  const std::string script = (folder.path() / "post.lua").string();
  Write(script, fmt::format("wrk.method = 'POST'\nwrk.body = [==[{}]==]\n"
                            "wrk.headers['Content-Type'] = 'application/json'\n"
                            "wrk.headers['Authorization'] = "
                            "'Bearer sk-0123456789abcdef0123456789abcdef'\n",
                            ChatRequest()));
  const Finished run = RunToEnd({program, "-t1", fmt::format("-c{}", kConnections),
                                 fmt::format("-d{}", seconds), "-s", script, url});
  // It says so only if there were any.
  for (const char* const trouble : {"Non-2xx", "Socket errors"}) {
    if (run.output.find(trouble) != std::string::npos) {
      throw std::runtime_error("wrk met errors: " + run.output);
    }
  }
  return {.requests_per_second = NumberAfter("Requests/sec:", run.output),
          .cpu_seconds = run.cpu_seconds / RequestsOf(run.output) * static_cast<double>(requests)};
}

HttpRun NodeAgainst(const std::string& program, const TempFolder& folder, const std::string& url,
                    std::size_t requests) {
  const std::string body = (folder.path() / "request.json").string();
  Write(body, ChatRequest());
  const Finished run = RunToEnd({program, GATETEST_NODE_CLIENT, url, std::to_string(requests),
                                 std::to_string(kConnections), body});
  const nlohmann::json result = nlohmann::json::parse(run.output);
  return {.requests_per_second = result.at("requests_per_second").get<double>(),
          .cpu_seconds = result.at("cpu_seconds").get<double>()};
}

}  // namespace gatetest::benchmarks
