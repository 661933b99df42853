// SPDX-License-Identifier: MIT
// hone's side of benchmarks/speed: runs one case and prints the seconds that it took.
//     speed_hone SAMPLER STORAGE PARAMETERS TRIALS [OBJECTIVES]     STORAGE: a URL, or an object as in a config
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <hone/hone.hpp>

int main(int argc, char** argv) {
  try {
    if (argc != 5 && argc != 6) {
      throw hone::ConfigError("usage: speed_hone SAMPLER STORAGE PARAMETERS TRIALS [OBJECTIVES]");
    }
    const int objectives = argc == 6 ? std::atoi(argv[5]) : 1;
    std::vector<std::string> names;
    for (int i = 0; i < std::atoi(argv[3]); ++i) names.push_back("x" + std::to_string(i));

    hone::StudyOptions options;
    options.sampler = {argv[1]};
    const std::string storage = argv[2];
    options.storage = storage.starts_with('{') ? hone::plugin_spec_from(hone::parse_json(storage), "STORAGE")
                                               : hone::storage_spec_from_url(storage);
    options.directions.assign(static_cast<std::size_t>(objectives), hone::Direction::minimize);
    options.seed = 1;
    hone::Study study = hone::Study::create(options);

    const auto start = std::chrono::steady_clock::now();
    study.optimize(
        [&](hone::Trial& trial) -> hone::Values {
          // Each objective is a bowl with a centre of its own.
          std::vector<double> sums(static_cast<std::size_t>(objectives), 0.0);
          for (const std::string& name : names) {
            const double x = trial.suggest_float(name, -5.0, 5.0);
            for (std::size_t k = 0; k < sums.size(); ++k) {
              const double distance = x - static_cast<double>(k);
              sums[k] += distance * distance;
            }
          }
          return sums;
        },
        std::atoi(argv[4]));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("%.6f\n", seconds.count());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "speed_hone: %s\n", error.what());
    return 1;
  }
}
