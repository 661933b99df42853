// SPDX-License-Identifier: MIT
// Values of a distribution by their place in the unit interval.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <variant>

#include <hone/distribution.hpp>
#include <hone/sdk/numeric_transform.hpp>

namespace hone::sdk {

/// The value (internal representation) at a fraction `u` in [0, 1) of the distribution: its quantile when values are
/// uniform (in the logarithm with `log`), each point of a grid and each choice taking an equal part. Portable.
inline double from_unit_interval(const Distribution& distribution, double u) {
  const auto part_of = [u](double count) { return std::min(std::floor(u * count), count - 1.0); };
  if (const auto* real = std::get_if<FloatDistribution>(&distribution)) {
    if (real->step) return std::min(grid_value(*real, part_of(*step_count(*real) + 1.0)), real->high);
    if (!real->log) return std::min(real->low + u * (real->high - real->low), real->high);
  } else if (const auto* whole = std::get_if<IntDistribution>(&distribution)) {
    const std::int64_t count = (whole->high - whole->low) / whole->step + 1;
    if (!whole->log) {
      return static_cast<double>(whole->low) + part_of(static_cast<double>(count)) * static_cast<double>(whole->step);
    }
  } else {
    return part_of(static_cast<double>(std::get<CategoricalDistribution>(distribution).choices.size()));
  }
  const NumericTransform transform(distribution);
  return transform.to_value(transform.low() + u * (transform.high() - transform.low()));
}

}  // namespace hone::sdk
