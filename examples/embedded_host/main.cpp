// SPDX-License-Identifier: MIT
// A C++ program that tunes its own function. Build it against an installed hone:
//     cmake -S . -B build -DCMAKE_PREFIX_PATH=PREFIX && cmake --build build && build/embedded_host
#include <iostream>

#include <hone/hone.hpp>

int main() {
  hone::Study study = hone::Study::create({.seed = 7});
  study.optimize(
      [](hone::Trial& trial) {
        const double x = trial.suggest_float("x", -10.0, 10.0);
        const std::string shape = trial.suggest_categorical("shape", {"round", "square"});
        return (x - 2.0) * (x - 2.0) + (shape == "round" ? 0.0 : 1.0);
      },
      100);
  const hone::FrozenTrial best = *study.best_trial();
  std::cout << "best of 100: " << best.value() << " at x = " << std::get<double>(*best.param("x")) << '\n';
}
