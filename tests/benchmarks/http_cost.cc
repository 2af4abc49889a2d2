#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/benchmarks/bare_multi.h"
#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/child_process.h"
#include "tests/benchmarks/http_bodies.h"
#include "tests/benchmarks/http_run.h"
#include "tests/benchmarks/nginx_server.h"
#include "tests/benchmarks/other_clients.h"
#include "tests/benchmarks/our_client.h"
#include "tests/benchmarks/ratio_report.h"
#include "tests/benchmarks/temp_folder.h"

namespace gatetest::benchmarks {
namespace {

constexpr std::size_t kRequests = 20'000;
constexpr std::size_t kLargeRequests = 64;
constexpr std::size_t kMemoryRequests = 100'000;

using Run = std::function<HttpRun(const std::string& base_url, std::size_t requests)>;

struct Client {
  std::string name;
  Run run;
  Run run_large;      ///< Against large_base_url; none when it does not read its answers.
  bool here = false;  ///< In this process, so that its memory can be measured.
};

HttpRun BareAgainst(const std::string& base_url, std::size_t requests) {
  BareMulti client(base_url + "/chat/completions", ChatRequest(), kConnections);
  return MeasureHere(requests, [&](std::size_t count) { client.Ask(count); });
}

/// The first is what the others are divided by. Those whose program is missing are in `missing`.
std::vector<Client> Clients(std::vector<std::string>& missing) {
  const auto folder = std::make_shared<TempFolder>();
  std::vector<Client> clients = {
      {"bare libcurl multi", BareAgainst, BareAgainst, true},
      {"GateTest, all of it", OursAgainst, OursScoringAgainst, true},
      {"OpenAiModel alone", OurModelAgainst, nullptr, true},
  };
  if (const std::string wrk = FindProgram("wrk"); !wrk.empty()) {
    clients.push_back({"wrk",
                       [=](const std::string& base_url, std::size_t requests) {
                         return WrkAgainst(wrk, *folder, base_url + "/chat/completions",
                                           /*seconds=*/1, requests);
                       },
                       nullptr});
  } else {
    missing.emplace_back("http, wrk: there is no wrk");
  }
  if (const std::string node = FindProgram("node"); !node.empty()) {
    const Run run = [=](const std::string& base_url, std::size_t requests) {
      return NodeAgainst(node, *folder, base_url + "/chat/completions", requests);
    };
    clients.push_back({"node", run, run});
  } else {
    missing.emplace_back("http, node: there is no node");
  }
  return clients;
}

/// All clients take turns, so that whatever else the machine does befalls all alike.
class Rounds {
 public:
  Rounds(std::string nginx, std::vector<Client> clients)
      : nginx_(std::move(nginx)), clients_(std::move(clients)) {}

  struct Result {
    HttpRun small;
    HttpRun large;
  };

  const std::vector<Client>& clients() const { return clients_; }
  double large_megabytes() { return static_cast<double>(server().large_bytes()) / 1e6; }

  /// Measures as many rounds as are not there yet.
  const Result& at(std::size_t round, std::size_t client) {
    while (rounds_.size() <= round) {
      std::vector<Result> results(clients_.size());
      for (std::size_t i = 0; i < clients_.size(); ++i) {
        const std::size_t turn = (i + rounds_.size()) % clients_.size();
        const Client& one = clients_[turn];
        results[turn].small = one.run(server().base_url(), kRequests);
        if (one.run_large) {
          results[turn].large = one.run_large(server().large_base_url(), kLargeRequests);
        }
      }
      rounds_.push_back(std::move(results));
    }
    return rounds_[round][client];
  }

  double MemoryGrowth(std::size_t client) {
    return clients_[client].run(server().base_url(), kMemoryRequests).peak_rss_growth;
  }

 private:
  /// Started when the first benchmark runs that needs it.
  const NginxServer& server() {
    if (!server_) server_.emplace(nginx_);
    return *server_;
  }

  const std::string nginx_;
  const std::vector<Client> clients_;
  std::optional<NginxServer> server_;
  std::vector<std::vector<Result>> rounds_;
};

struct Row {
  std::string name;
  int repetitions;
  std::function<void(benchmark::State&, std::size_t round)> set_counters;
  std::shared_ptr<std::size_t> round = std::make_shared<std::size_t>(0);  ///< The next.
};

std::vector<Row> Rows(const std::shared_ptr<Rounds>& rounds, int repetitions) {
  std::vector<Row> rows;
  const std::vector<Client>& clients = rounds->clients();
  for (std::size_t i = 1; i < clients.size(); ++i) {
    const std::string pair = clients[i].name + " / " + clients[0].name;
    rows.push_back({"http requests a second, " + pair, repetitions,
                    [=](benchmark::State& state, std::size_t round) {
                      state.counters[kRatio] = rounds->at(round, i).small.requests_per_second /
                                               rounds->at(round, 0).small.requests_per_second;
                    }});
    rows.push_back({"http processor time a request, " + pair, repetitions,
                    [=](benchmark::State& state, std::size_t round) {
                      state.counters[kRatio] = rounds->at(round, i).small.cpu_seconds /
                                               rounds->at(round, 0).small.cpu_seconds;
                    }});
    if (!clients[i].run_large) continue;
    rows.push_back({"http large answers a second, " + pair, repetitions,
                    [=](benchmark::State& state, std::size_t round) {
                      state.counters[kRatio] = rounds->at(round, i).large.requests_per_second /
                                               rounds->at(round, 0).large.requests_per_second;
                    }});
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    rows.push_back({"http, 32 connections, " + clients[i].name, repetitions,
                    [=](benchmark::State& state, std::size_t round) {
                      const Rounds::Result& result = rounds->at(round, i);
                      state.counters[kRequestsPerSecond] = result.small.requests_per_second;
                      state.counters[kCpuSeconds] = result.small.cpu_seconds * 10'000 / kRequests;
                      if (!rounds->clients()[i].run_large) return;
                      state.counters[kLargeMegabytesPerSecond] =
                          result.large.requests_per_second * rounds->large_megabytes();
                    }});
    if (!clients[i].here) continue;
    rows.push_back({"http, 100,000 requests, " + clients[i].name, 1,
                    [=](benchmark::State& state, std::size_t /*round*/) {
                      state.counters[kMemoryGrowth] = rounds->MemoryGrowth(i) / 1e6;
                    }});
  }
  return rows;
}

void Measure(benchmark::State& state, const Row& row) {
  for ([[maybe_unused]] auto iteration : state) {
    try {
      row.set_counters(state, (*row.round)++);
    } catch (const std::exception& error) {
      return state.SkipWithError(error.what());
    }
    state.SetIterationTime(1);  // The counters are the result.
  }
}

}  // namespace

std::vector<std::string> RegisterHttpCost(int repetitions) {
  const std::string nginx = FindProgram("nginx");
  if (nginx.empty()) return {"http, all of it: there is no nginx"};
  std::vector<std::string> missing;
  const auto rounds = std::make_shared<Rounds>(nginx, Clients(missing));
  for (const Row& row : Rows(rounds, repetitions)) {
    benchmark::RegisterBenchmark(row.name.c_str(),
                                 [row](benchmark::State& state) { Measure(state, row); })
        ->Iterations(1)
        ->Repetitions(row.repetitions)
        ->UseManualTime();
  }
  return missing;
}

}  // namespace gatetest::benchmarks
