// SPDX-License-Identifier: MIT
// hone's side of benchmarks/quality/curves: trains on the learning curves of one seed with simulated workers, and
// prints the simulated time and the epochs of all workers until a trial is within 1 % of the best.
//     curves_hone SAMPLER PRUNER WORKERS SEED LIMIT
// SAMPLER, PRUNER: as in a config; LIMIT: epochs of all workers. The curves are those of curves.py, number for number.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

#include <hone/hone.hpp>

namespace {

constexpr int epochs = 81;

// Uniform in [0, 1), by splitmix64.
double hash(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  std::uint64_t z = a * 0x9E3779B97F4A7C15ULL + b * 0xBF58476D1CE4E5B9ULL + c * 0x94D049BB133111EBULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

struct Point {
  double rate, width, dropout;  // in [0, 1]
  int kind;
};

struct Curves {
  explicit Curves(std::uint64_t s) : seed(s) {
    for (std::uint64_t i = 0; i < 3; ++i) optimum[i] = 0.2 + 0.6 * hash(seed, 1, i);
    best_kind = static_cast<int>(3.0 * hash(seed, 1, 3));
    std::vector<double> ends;
    for (std::uint64_t i = 0; i < 20000; ++i) {
      ends.push_back(loss({hash(seed, 2, 4 * i), hash(seed, 2, 4 * i + 1), hash(seed, 2, 4 * i + 2),
                           static_cast<int>(3.0 * hash(seed, 2, 4 * i + 3))},
                          epochs));
    }
    std::sort(ends.begin(), ends.end());
    target = ends.front() + 0.01 * (ends[ends.size() / 2] - ends.front());
  }

  double loss(const Point& p, int epoch) const {
    const auto square = [](double x) { return x * x; };
    const double end = 0.1 + 1.8 * square(p.rate - optimum[0]) + 0.6 * square(p.width - optimum[1]) +
                       0.4 * square(p.dropout - optimum[2]) + (p.kind == best_kind ? 0.0 : 0.1);
    // Low rates are slow, so curves cross; one kind blooms late; what is too fast diverges.
    const double tau = 1.5 * std::pow(10.0, 0.6 * (1.0 - p.rate));
    const double begun = p.kind == 2 ? std::max(0.0, epoch - 4.0) : epoch;
    const double diverged = p.rate > optimum[0] + 0.3 ? 0.02 * std::max(0, epoch - 5) : 0.0;
    // What ends well begins a little better.
    return end + 0.5 * (1.0 - std::min(end, 1.0)) * std::exp(-begun / tau) + diverged;
  }
  double noise(std::int64_t trial, int epoch) const {
    return 0.02 * (hash(seed, 3, static_cast<std::uint64_t>(trial * 100 + epoch)) - 0.5);
  }

  std::uint64_t seed;
  double optimum[3] = {};
  int best_kind = 0;
  double target = 0.0;
};

struct Worker {
  std::optional<hone::Trial> trial;
  Point point{};
  int epoch = 0;
};

hone::PluginSpec spec(const std::string& text, const char* where) {
  return text.starts_with('{') ? hone::plugin_spec_from(hone::parse_json(text), where) : hone::PluginSpec{text};
}

void begin(hone::Study& study, Worker& worker) {
  worker.trial.emplace(study.ask());
  hone::Trial& trial = *worker.trial;
  worker.point.rate = trial.suggest_float("rate", 0.0, 1.0);
  worker.point.width = trial.suggest_float("width", 0.0, 1.0);
  worker.point.dropout = trial.suggest_float("dropout", 0.0, 1.0);
  worker.point.kind = static_cast<int>(std::get<std::int64_t>(
      trial.suggest_categorical("kind", std::vector<hone::Choice>{std::int64_t{0}, std::int64_t{1}, std::int64_t{2}})));
  worker.epoch = static_cast<int>(trial.resume_step().value_or(0));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 6) throw hone::ConfigError("usage: curves_hone SAMPLER PRUNER WORKERS SEED LIMIT");
    const int workers = std::atoi(argv[3]);
    const Curves curves(static_cast<std::uint64_t>(std::atoll(argv[4])));
    const long limit = std::atol(argv[5]);
    hone::StudyOptions options;
    options.name = "curves";
    options.seed = curves.seed;
    options.sampler = spec(argv[1], "SAMPLER");
    options.pruner = spec(argv[2], "PRUNER");
    options.workers = workers;
    hone::Study study = hone::Study::create(options);

    std::vector<Worker> all(static_cast<std::size_t>(workers));
    std::priority_queue<std::pair<long, long>, std::vector<std::pair<long, long>>, std::greater<>> next;
    for (long w = 0; w < workers; ++w) next.emplace(0, w);
    long trained = 0;
    long time = 0;
    for (; trained < limit; ++trained) {
      const auto [now, w] = next.top();
      next.pop();
      Worker& worker = all[static_cast<std::size_t>(w)];
      if (!worker.trial) begin(study, worker);
      ++worker.epoch;
      time = now + 1;
      next.emplace(time, w);
      const double loss = curves.loss(worker.point, worker.epoch);
      if (loss <= curves.target) break;
      hone::Trial& trial = *worker.trial;
      const double seen = loss + curves.noise(trial.number(), worker.epoch);
      trial.report(seen, worker.epoch);
      if (worker.epoch == epochs) {
        study.tell(trial, seen);
        worker.trial.reset();
      } else if (trial.should_prune()) {
        study.tell(trial, hone::TrialState::pruned);
        worker.trial.reset();
      }
    }
    std::printf("%ld %ld %d\n", time, trained, trained < limit ? 1 : 0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "curves_hone: %s\n", error.what());
    return 1;
  }
}
