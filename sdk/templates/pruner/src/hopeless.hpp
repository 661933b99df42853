// The mathematics of the pruner, on plain values.
#pragma once

#include <cmath>

#include <hone/types.hpp>

/// Whether `value` is worse than `best` by more than the part `tolerance` of the best one's magnitude. NaN is hopeless.
inline bool is_hopeless(hone::Direction direction, double value, double best, double tolerance) {
  const double excess = hone::as_minimized(direction, value) - hone::as_minimized(direction, best);
  return !(excess <= tolerance * std::abs(best));
}
