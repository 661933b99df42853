// SPDX-License-Identifier: MIT
// hone's side of benchmarks/quality/curves.py: trains on learning curves with simulated workers, and prints the
// simulated time, the epochs of all workers and the trials until one is within 1 % of the best, and whether it is.
//     curves_hone PROBLEM SAMPLER PRUNER WORKERS SEED EPOCHS TRIALS
// SAMPLER, PRUNER: as in a config; EPOCHS: of all workers, after which it ends; TRIALS: likewise.
//     curves_hone --loss PROBLEM SEED EPOCH P0 P1 P2 P3 P4 P5
// prints the loss at a point, the noise of trial 7 and the target.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hone/hone.hpp>

#include "curve_problems.hpp"

namespace {

struct Worker {
  std::optional<hone::Trial> trial;
  std::array<double, 6> point{};
  int epoch = 0;
};

hone::PluginSpec spec(const std::string& text, const char* where) {
  return text.starts_with('{') ? hone::plugin_spec_from(hone::parse_json(text), where) : hone::PluginSpec{text};
}

struct Outcome {
  long time = 0;
  long trained = 0;
  long trials = 0;
  bool reached = false;
};

// Each worker trains one epoch in a unit of time; the one that has been waiting longest comes next.
Outcome train(hone::Study& study, const curves::Problem& problem, int workers, long epochs, long trials) {
  std::vector<Worker> all(static_cast<std::size_t>(workers));
  std::priority_queue<std::pair<long, long>, std::vector<std::pair<long, long>>, std::greater<>> next;
  for (long w = 0; w < workers; ++w) next.emplace(0, w);
  Outcome outcome;
  for (; outcome.trained < epochs; ++outcome.trained) {
    const auto [now, w] = next.top();
    next.pop();
    Worker& worker = all[static_cast<std::size_t>(w)];
    if (!worker.trial) {
      if (outcome.trials == trials) break;
      worker.trial.emplace(study.ask());
      worker.point = problem.point(*worker.trial);
      worker.epoch = static_cast<int>(worker.trial->resume_step().value_or(0));
      outcome.trials = std::max<long>(outcome.trials, worker.trial->number() + 1);
    }
    hone::Trial& trial = *worker.trial;
    ++worker.epoch;
    outcome.time = now + 1;
    next.emplace(outcome.time, w);
    const double loss = problem.loss(worker.point, worker.epoch);
    outcome.reached = loss <= problem.target;
    if (outcome.reached) break;
    const double seen = loss + problem.noise(trial.number(), worker.epoch);
    trial.report(seen, worker.epoch);
    if (worker.epoch == problem.epochs) {
      study.tell(trial, seen);
      worker.trial.reset();
    } else if (trial.should_prune()) {
      study.tell(trial, hone::TrialState::pruned);
      worker.trial.reset();
    }
  }
  return outcome;
}

void print_loss(char** words) {
  const auto problem = curves::problem(words[0], static_cast<std::uint64_t>(std::atoll(words[1])));
  const int epoch = std::atoi(words[2]);
  std::array<double, 6> point{};
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = std::strtod(words[3 + i], nullptr);
  std::printf("%.17g %.17g %.17g\n", problem->loss(point, epoch), problem->noise(7, epoch), problem->target);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 11 && std::string_view(argv[1]) == "--loss") {
      print_loss(argv + 2);
      return 0;
    }
    if (argc < 8) throw hone::ConfigError("usage: curves_hone PROBLEM SAMPLER PRUNER WORKERS SEED EPOCHS TRIALS");
    const auto problem = curves::problem(argv[1], static_cast<std::uint64_t>(std::atoll(argv[5])));
    hone::StudyOptions options;
    options.name = "curves";
    options.seed = static_cast<std::uint64_t>(std::atoll(argv[5]));
    options.sampler = spec(argv[2], "SAMPLER");
    options.pruner = spec(argv[3], "PRUNER");
    options.workers = std::atoi(argv[4]);
    hone::Study study = hone::Study::create(options);
    const Outcome outcome = train(study, *problem, std::atoi(argv[4]), std::atol(argv[6]), std::atol(argv[7]));
    std::printf("%ld %ld %ld %d\n", outcome.time, outcome.trained, outcome.trials, outcome.reached ? 1 : 0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "curves_hone: %s\n", error.what());
    return 1;
  }
}
