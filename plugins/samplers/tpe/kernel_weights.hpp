// SPDX-License-Identifier: MIT
// How much each observation counts in the mixture.
#pragma once

#include <cstddef>
#include <vector>

namespace tpe {

enum class WeightRule {
  ramp,         ///< the newest 25 count fully, older ones less and less: linearly from 1 / n to 1
  uniform,      ///< all count the same
  improvement,  ///< each by how much better it is than the best that is not good; uniform among those that are not
};

/// Weights of observations, oldest first: a straight line, then ones. Not normalised; in (0, 1]. (Bergstra, Yamins, Cox
/// 2013; the ramp is that of hyperopt and Optuna.)
struct RampWeights {
  double start = 1.0;
  double slope = 0.0;
  std::size_t sloped = 0;  ///< so many lie on the line

  RampWeights() = default;
  RampWeights(std::size_t n, WeightRule rule) {
    constexpr std::size_t flat = 25;
    if (rule != WeightRule::ramp) {
      sloped = n;
    } else if (n > flat) {
      sloped = n - flat;
      start = 1.0 / static_cast<double>(n);
      slope = sloped > 1 ? (1.0 - start) / static_cast<double>(sloped - 1) : 0.0;
    }
  }

  double of(std::size_t i) const { return i < sloped ? start + static_cast<double>(i) * slope : 1.0; }

  /// The sum of the weights of n observations.
  double sum(std::size_t n) const {
    if (sloped == 0) return static_cast<double>(n);
    const auto line = static_cast<double>(sloped);
    return line * (start + 0.5 * slope * (line - 1.0)) + static_cast<double>(n - sloped);
  }
};

/// The weights of n observations.
inline std::vector<double> kernel_weights(std::size_t n, WeightRule rule) {
  const RampWeights ramp(n, rule);
  std::vector<double> weights(n);
  for (std::size_t i = 0; i < n; ++i) weights[i] = ramp.of(i);
  return weights;
}

}  // namespace tpe
