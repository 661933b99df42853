// SPDX-License-Identifier: MIT
// The minimum of a smooth function within bounds.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <LBFGSB.h>
#include <Eigen/Core>

namespace gp {

struct Minimum {
  Eigen::VectorXd x;
  double value = std::numeric_limits<double>::infinity();
};

/// When to stop: the projected gradient's largest part, the share by which the value fell in an iteration, and the
/// number of iterations.
struct StoppingRule {
  double gradient = 1e-3;
  double progress = 1e-5;
  int iterations = 50;
};

/// The best point that L-BFGS-B (Byrd, Lu, Nocedal, Zhu, SIAM J. Sci. Comput. 16, 1995) comes upon from `start`.
/// `function(x, gradient)` returns the value and writes the gradient. A line search that fails ends the search. A
/// point without a finite value and gradient is a bad one to the line search, and never the result; but `start` without
/// one is the result itself, with an infinite value.
template <class Function>
Minimum bounded_minimum(Function&& function, const Eigen::VectorXd& start, const Eigen::VectorXd& low,
                        const Eigen::VectorXd& high, const StoppingRule& rule = {}) {
  Minimum best{start, std::numeric_limits<double>::infinity()};
  double worst = std::numeric_limits<double>::lowest();
  const auto traced = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    // The line search may overstep a bound by a rounding error.
    const Eigen::VectorXd inside = x.cwiseMax(low).cwiseMin(high);
    const double value = function(inside, gradient);
    if (!std::isfinite(value) || !gradient.allFinite()) {
      if (!std::isfinite(best.value)) throw std::runtime_error("the function has no value at the start");
      gradient.setZero();
      return worst + 10.0 * (1.0 + std::abs(worst));
    }
    worst = std::max(worst, value);
    if (value < best.value) best = {inside, value};
    return value;
  };
  LBFGSpp::LBFGSBParam<double> settings;
  settings.epsilon = rule.gradient;
  settings.epsilon_rel = 0.0;
  settings.past = 1;
  settings.delta = rule.progress;
  settings.max_iterations = rule.iterations;
  settings.max_linesearch = 10;
  LBFGSpp::LBFGSBSolver<double> solver(settings);
  Eigen::VectorXd x = start;
  double value = 0.0;
  try {
    solver.minimize(traced, x, value, low, high);
  } catch (const std::exception&) {
    // What was found so far counts.
  }
  return best;
}

}  // namespace gp
