// SPDX-License-Identifier: MIT
// What trials that wait cost those that run.
#include <catch2/catch.hpp>
#include <ctime>

#include <hone/study.hpp>

#include "../plugin_registry.hpp"

using namespace hone;

TEST_CASE("trials that wait do not slow down those that run") {
  const auto cost_of_a_thousand_trials = [](int waiting) {
    StudyOptions options;
    options.sampler = {"random"};
    options.pruner = {"nop"};
    options.seed = 1;
    Study study = Study::create(options, test::shared_registry());
    for (int i = 0; i < waiting; ++i) study.enqueue_trial({{"x", 0.5}});
    // Of this process alone: others share the machine.
    const std::clock_t begin = std::clock();
    study.optimize([](Trial& trial) { return trial.suggest_float("x", 0.0, 1.0); }, 1000);
    return static_cast<double>(std::clock() - begin);
  };
  cost_of_a_thousand_trials(1000);
  const double few = cost_of_a_thousand_trials(1000);
  CHECK(cost_of_a_thousand_trials(30000) < 4.0 * few);
}
