// The mathematics of the sampler, on plain values: a random step from a point, in the unit interval.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <hone/distribution.hpp>
#include <hone/random.hpp>

/// The value of a parameter at `unit`, which lies in [0, 1): linear in the value, or in its logarithm.
inline double from_unit(const hone::Distribution& distribution, double unit) {
  if (const auto* real = std::get_if<hone::FloatDistribution>(&distribution)) {
    if (const auto steps = hone::step_count(*real)) {
      // Rounding may lead beyond the end of the range.
      return std::min(hone::grid_value(*real, std::floor(unit * (*steps + 1.0))), real->high);
    }
    if (real->log) return std::clamp(real->low * std::pow(real->high / real->low, unit), real->low, real->high);
    return std::clamp(real->low + unit * (real->high - real->low), real->low, real->high);
  }
  if (const auto* whole = std::get_if<hone::IntDistribution>(&distribution)) {
    const auto low = static_cast<double>(whole->low);
    if (whole->log) return std::floor(low * std::pow((static_cast<double>(whole->high) + 1.0) / low, unit));
    const std::int64_t points = (whole->high - whole->low) / whole->step + 1;
    return low + std::floor(unit * static_cast<double>(points)) * static_cast<double>(whole->step);
  }
  const auto choices = static_cast<double>(std::get<hone::CategoricalDistribution>(distribution).choices.size());
  return std::floor(unit * choices);
}

/// Where a numerical value lies in the unit interval: `from_unit(d, to_unit(d, x))` is x, but for rounding.
inline double to_unit(const hone::Distribution& distribution, double value) {
  if (const auto* real = std::get_if<hone::FloatDistribution>(&distribution)) {
    if (const auto steps = hone::step_count(*real)) return ((value - real->low) / *real->step + 0.5) / (*steps + 1.0);
    if (real->log) return std::log(value / real->low) / std::log(real->high / real->low);
    return (value - real->low) / (real->high - real->low);
  }
  const auto& whole = std::get<hone::IntDistribution>(distribution);
  const auto low = static_cast<double>(whole.low);
  if (whole.log) return std::log((value + 0.5) / low) / std::log((static_cast<double>(whole.high) + 1.0) / low);
  const std::int64_t points = (whole.high - whole.low) / whole.step + 1;
  return ((value - low) / static_cast<double>(whole.step) + 0.5) / static_cast<double>(points);
}

/// `unit` folded back into [0, 1) at the borders, as a ball bounces off two walls.
inline double reflected(double unit) {
  const double folded = std::abs(std::remainder(unit, 2.0));
  return std::min(folded, std::nextafter(1.0, 0.0));
}

/// A draw of the standard normal distribution (Box and Muller, 1958).
inline double normal(hone::RandomStream& random) {
  const double radius = std::sqrt(-2.0 * std::log(random.uniform_open()));
  return radius * std::cos(6.283185307179586 * random.uniform());
}

/// A step from `around`: normal with deviation `scale` of the range; a category is kept, or drawn anew with
/// probability `scale`.
inline double step_from(const hone::Distribution& distribution, double around, double scale,
                        hone::RandomStream& random) {
  if (hone::is_categorical(distribution)) {
    return random.uniform() < scale ? from_unit(distribution, random.uniform()) : around;
  }
  return from_unit(distribution, reflected(to_unit(distribution, around) + scale * normal(random)));
}
