// SPDX-License-Identifier: MIT
// hone's side of benchmarks/speed: runs one case and prints the seconds that it took, the processor's seconds for the
// last tenth of the trials and for all of them, and the least value that was found of the first objective.
//     speed_hone SAMPLER STORAGE PARAMETERS TRIALS [OBJECTIVES]
// SAMPLER: a name, or an object as in a config; STORAGE: a URL, or an object as in a config
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include <hone/hone.hpp>

int main(int argc, char** argv) {
  try {
    if (argc < 5) throw hone::ConfigError("usage: speed_hone SAMPLER STORAGE PARAMETERS TRIALS [OBJECTIVES]");
    std::vector<std::string> names;
    for (int i = 0; i < std::atoi(argv[3]); ++i) names.push_back("x" + std::to_string(i));

    hone::StudyOptions options;
    const std::string sampler = argv[1];
    const std::string storage = argv[2];
    const int trials = std::atoi(argv[4]);
    const int objectives = argc > 5 ? std::atoi(argv[5]) : 1;
    options.sampler = sampler.starts_with('{') ? hone::plugin_spec_from(hone::parse_json(sampler), "SAMPLER")
                                               : hone::PluginSpec{sampler};
    options.directions.assign(static_cast<std::size_t>(objectives), hone::Direction::minimize);
    options.storage = storage.starts_with('{') ? hone::plugin_spec_from(hone::parse_json(storage), "STORAGE")
                                               : hone::storage_spec_from_url(storage);
    options.seed = 1;
    hone::Study study = hone::Study::create(options);

    double least = std::numeric_limits<double>::infinity();
    const auto objective = [&](hone::Trial& trial) -> hone::Values {
      // The sum of squares about 0, about 1, ...
      std::vector<double> sums(static_cast<std::size_t>(objectives), 0.0);
      for (const std::string& name : names) {
        const double x = trial.suggest_float(name, -5.0, 5.0);
        for (std::size_t k = 0; k < sums.size(); ++k) {
          sums[k] += (x - static_cast<double>(k)) * (x - static_cast<double>(k));
        }
      }
      least = std::min(least, sums.front());
      return sums;
    };
    const std::clock_t begin = std::clock();
    const auto start = std::chrono::steady_clock::now();
    study.optimize(objective, trials - trials / 10);
    const std::clock_t tenth = std::clock();
    study.optimize(objective, trials / 10);
    const std::clock_t end = std::clock();
    const auto processor = [](std::clock_t ticks) { return static_cast<double>(ticks) / CLOCKS_PER_SEC; };
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("%.6f %.6f %.6f %.6g\n", seconds.count(), processor(end - tenth), processor(end - begin), least);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "speed_hone: %s\n", error.what());
    return 1;
  }
}
