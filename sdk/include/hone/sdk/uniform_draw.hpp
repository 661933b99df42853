// SPDX-License-Identifier: MIT
// A uniform draw from a distribution.
#pragma once

#include <cmath>
#include <cstdint>
#include <variant>

#include <hone/distribution.hpp>
#include <hone/random.hpp>
#include <hone/sdk/numeric_transform.hpp>

namespace hone::sdk {

/// A value (internal representation): uniform, uniform in the logarithm with `log`, each point of a grid and each
/// choice equally likely. Takes one number from the stream (more only when a whole number is rejected to avoid bias).
/// A continuous float is in [low, high), or `low` when the range is a single point. Portable.
inline double uniform_draw(const Distribution& distribution, RandomStream& stream) {
  if (const auto* real = std::get_if<FloatDistribution>(&distribution)) {
    if (real->step) {
      const auto points = static_cast<std::uint64_t>(*step_count(*real)) + 1;
      return std::min(grid_value(*real, static_cast<double>(stream.below(points))), real->high);
    }
    if (real->log) {
      const NumericTransform transform(distribution);
      const double point = transform.low() + stream.uniform() * (transform.high() - transform.low());
      // Rounding may reach `high`, which a half-open interval does not contain.
      const double value = transform.to_value(point);
      return value < real->high || real->low == real->high ? value : std::nextafter(real->high, real->low);
    }
    const double value = real->low + stream.uniform() * (real->high - real->low);
    return value < real->high || real->low == real->high ? value : std::nextafter(real->high, real->low);
  }
  if (const auto* whole = std::get_if<IntDistribution>(&distribution)) {
    if (whole->log) {
      const NumericTransform transform(distribution);
      return transform.to_value(transform.low() + stream.uniform() * (transform.high() - transform.low()));
    }
    const auto points = static_cast<std::uint64_t>((whole->high - whole->low) / whole->step) + 1;
    return static_cast<double>(whole->low + static_cast<std::int64_t>(stream.below(points)) * whole->step);
  }
  return static_cast<double>(stream.below(std::get<CategoricalDistribution>(distribution).choices.size()));
}

}  // namespace hone::sdk
