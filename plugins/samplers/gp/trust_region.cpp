// SPDX-License-Identifier: MIT
#include "trust_region.hpp"

#include <algorithm>

namespace gp {

TrustRegion trust_region(std::span<const Merit> trials, std::size_t dimensions, std::size_t startup) {
  const std::size_t failures_to_halve = std::max<std::size_t>(4, dimensions);
  TrustRegion region;
  std::size_t successes = 0, failures = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const bool better = i == region.first || trials[i] < trials[region.best];
    if (better) region.best = i;
    region.is_starting = i + 1 < region.first + startup;
    if (i < region.first + startup) continue;
    successes = better ? successes + 1 : 0;
    failures = better ? 0 : failures + 1;
    if (successes == TrustRegion::successes_to_double) {
      region.length = std::min(2.0 * region.length, TrustRegion::longest);
      successes = 0;
    } else if (failures == failures_to_halve) {
      region.length *= 0.5;
      failures = 0;
    }
    if (region.length < TrustRegion::shortest) {
      region = {.first = i + 1, .best = i + 1};
      successes = failures = 0;
    }
  }
  return region;
}

Eigen::ArrayXd half_sides(const TrustRegion& region, const Eigen::Ref<const Eigen::VectorXd>& log_lengths) {
  return 0.5 * region.length * (log_lengths.array() - log_lengths.mean()).exp();
}

}  // namespace gp
