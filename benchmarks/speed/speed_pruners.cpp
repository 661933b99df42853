// SPDX-License-Identifier: MIT
// hone's side of benchmarks/speed for pruners: fills a study in memory, then prints the nanoseconds of one report and
// of one decision: the median over 200 further trials of their means.
//     speed_pruners PRUNER TRIALS REPORTS
// PRUNER: a name, or an object as in a config
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <hone/hone.hpp>

namespace {

using Clock = std::chrono::steady_clock;

// A learning curve: falls towards a level of its own, with some noise.
double loss(hone::RandomStream& noise, double level, std::int64_t step) {
  return level + 1.0 / static_cast<double>(step) + 0.05 * noise.uniform();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 4) throw hone::ConfigError("usage: speed_pruners PRUNER TRIALS REPORTS");
    const std::string pruner = argv[1];
    const std::int64_t trials = std::atoll(argv[2]);
    const std::int64_t reports = std::atoll(argv[3]);
    constexpr std::int64_t further = 200;

    hone::StudyOptions options;
    options.name = "speed";
    options.seed = 1;
    options.sampler = {"random"};
    options.pruner =
        pruner.starts_with('{') ? hone::plugin_spec_from(hone::parse_json(pruner), "PRUNER") : hone::PluginSpec{pruner};
    hone::Study study = hone::Study::create(options);
    // All trials run to their end, so that the history is as long as it can be; a test of ranks, which costs more than
    // the filling ought to take, is asked only where it is timed.
    const bool asks_always = options.pruner.name != "wilcoxon";
    study.optimize(
        [&](hone::Trial& trial) {
          hone::RandomStream noise(1, trial.number(), "noise");
          const double level = trial.suggest_float("level", 0.0, 1.0);
          for (std::int64_t step = 1; step <= reports; ++step) {
            trial.report(loss(noise, level, step), step);
            if (asks_always) trial.should_prune();
          }
          return level;
        },
        trials);
    std::vector<double> reporting_means;
    std::vector<double> deciding_means;
    std::int64_t stops = 0;
    const auto mean = [&](Clock::duration sum) {
      return std::chrono::duration<double, std::nano>(sum).count() / static_cast<double>(reports);
    };
    study.optimize(
        [&](hone::Trial& trial) {
          hone::RandomStream noise(1, trial.number(), "noise");
          const double level = trial.suggest_float("level", 0.0, 1.0);
          Clock::duration reporting{};
          Clock::duration deciding{};
          for (std::int64_t step = 1; step <= reports; ++step) {
            const double value = loss(noise, level, step);
            const auto start = Clock::now();
            trial.report(value, step);
            const auto reported = Clock::now();
            stops += trial.should_prune() ? 1 : 0;
            deciding += Clock::now() - reported;
            reporting += reported - start;
          }
          reporting_means.push_back(mean(reporting));
          deciding_means.push_back(mean(deciding));
          return level;
        },
        further);
    // What else the machine does hits a few trials, and the mean of all.
    const auto median = [](std::vector<double>& means) {
      std::ranges::sort(means);
      return means[means.size() / 2];
    };
    std::printf("%.1f %.1f %lld\n", median(reporting_means), median(deciding_means), static_cast<long long>(stops));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "speed_pruners: %s\n", error.what());
    return 1;
  }
}
