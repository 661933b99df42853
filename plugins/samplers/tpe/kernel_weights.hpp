// SPDX-License-Identifier: MIT
// How much each observation counts in the mixture.
#pragma once

#include <cstddef>
#include <vector>

namespace tpe {

enum class WeightRule {
  ramp,     ///< the newest 25 count fully, older ones less and less: linearly from 1 / n to 1
  uniform,  ///< all count the same
};

/// The weights of n observations, oldest first, not normalised; in (0, 1]. (Bergstra, Yamins, Cox 2013; the ramp is
/// that of hyperopt and Optuna.)
inline std::vector<double> kernel_weights(std::size_t n, WeightRule rule) {
  constexpr std::size_t flat = 25;
  std::vector<double> weights(n, 1.0);
  if (rule == WeightRule::uniform || n <= flat) return weights;
  const std::size_t sloped = n - flat;
  const double start = 1.0 / static_cast<double>(n);
  const double slope = sloped > 1 ? (1.0 - start) / static_cast<double>(sloped - 1) : 0.0;
  for (std::size_t i = 0; i < sloped; ++i) weights[i] = start + static_cast<double>(i) * slope;
  return weights;
}

}  // namespace tpe
