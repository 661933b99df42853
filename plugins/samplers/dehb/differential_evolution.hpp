// SPDX-License-Identifier: MIT
// The operators of differential evolution on points of the unit cube.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <hone/distribution.hpp>
#include <hone/random.hpp>
#include <hone/sdk/numeric_transform.hpp>

namespace dehb {

/// A value as a coordinate in [0, 1]: where it lies between the ends of its range (of their logarithms); of k choices,
/// the middle of the choice's k-th part. NaN for a value that is not in the distribution.
inline double to_unit(const hone::Distribution& distribution, double value) {
  if (!hone::contains(distribution, value)) return std::numeric_limits<double>::quiet_NaN();
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(&distribution)) {
    return (value + 0.5) / static_cast<double>(categorical->choices.size());
  }
  const hone::sdk::NumericTransform transform(distribution);
  return (transform.to_point(value) - transform.low()) / (transform.high() - transform.low());
}

/// The inverse; a possible value for every coordinate in [0, 1].
inline double from_unit(const hone::Distribution& distribution, double unit) {
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(&distribution)) {
    const auto count = static_cast<double>(categorical->choices.size());
    return std::min(std::floor(unit * count), count - 1.0);
  }
  const hone::sdk::NumericTransform transform(distribution);
  return transform.to_value(transform.low() + unit * (transform.high() - transform.low()));
}

/// rand/1 (Storn & Price 1997): base + F (plus - minus). A coordinate that leaves [0, 1] is drawn anew, as DEHB does.
inline std::vector<double> mutant(std::span<const double> base, std::span<const double> plus,
                                  std::span<const double> minus, double factor, hone::RandomStream& random) {
  std::vector<double> point;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const double moved = base[i] + factor * (plus[i] - minus[i]);
    const double anew = random.uniform();
    point.push_back(moved >= 0.0 && moved <= 1.0 ? moved : anew);
  }
  return point;
}

/// Binomial crossover: each coordinate is the mutant's with this probability, one of them in any case.
inline std::vector<double> crossed(std::span<const double> target, std::span<const double> mutated, double probability,
                                   hone::RandomStream& random) {
  std::vector<double> point(target.begin(), target.end());
  const auto surely = static_cast<std::size_t>(random.below(point.size()));
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (random.uniform() < probability || i == surely) point[i] = mutated[i];
  }
  return point;
}

}  // namespace dehb
