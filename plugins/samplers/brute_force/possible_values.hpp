// SPDX-License-Identifier: MIT
// The values of a distribution by their index.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <variant>

#include <hone/distribution.hpp>

namespace brute_force {

/// How many values a distribution has; nothing if it is continuous.
inline std::optional<std::int64_t> value_count(const hone::Distribution& distribution) {
  if (hone::is_single(distribution)) return 1;
  if (const auto* categorical = std::get_if<hone::CategoricalDistribution>(&distribution)) {
    return static_cast<std::int64_t>(categorical->choices.size());
  }
  if (const auto* whole = std::get_if<hone::IntDistribution>(&distribution)) {
    return (whole->high - whole->low) / whole->step + 1;
  }
  const std::optional<double> steps = hone::step_count(std::get<hone::FloatDistribution>(distribution));
  return steps ? std::optional(static_cast<std::int64_t>(*steps) + 1) : std::nullopt;
}

/// The value (internal representation) with an index in 0 … value_count - 1.
inline double value_at(const hone::Distribution& distribution, std::int64_t index) {
  if (const auto* whole = std::get_if<hone::IntDistribution>(&distribution)) {
    return static_cast<double>(whole->low + index * whole->step);
  }
  if (const auto* real = std::get_if<hone::FloatDistribution>(&distribution)) {
    // Rounding may lead beyond the end of a range.
    return std::min(hone::grid_value(*real, static_cast<double>(index)), real->high);
  }
  return static_cast<double>(index);
}

/// The index of the nearest value.
inline std::int64_t index_of(const hone::Distribution& distribution, double value) {
  if (const auto* whole = std::get_if<hone::IntDistribution>(&distribution)) {
    return (static_cast<std::int64_t>(value) - whole->low) / whole->step;
  }
  if (const auto* real = std::get_if<hone::FloatDistribution>(&distribution)) {
    return real->step ? static_cast<std::int64_t>(std::round((value - real->low) / *real->step)) : 0;
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace brute_force
