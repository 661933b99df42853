// SPDX-License-Identifier: MIT
// The real line folded smoothly onto [0, 1], so that a search distribution needs no bounds.
#pragma once

#include <algorithm>
#include <cmath>

namespace cmaes {

/// pycma's BoundTransform with margins of a twentieth: the identity on [a, 1 - a], a quadratic on either side whose
/// vertex lies a beyond the bound, mirrored there, and with that period. No point of the interval is drawn with more
/// than density: nothing is clipped to a bound, and an optimum at a bound is one of the smooth function as well.
struct BoxTransform {
  static constexpr double a = 0.05;
  static constexpr double period = 2.0 * (1.0 + 2.0 * a);

  /// The point of [0, 1] that x is folded to.
  static double to_box(double x) {
    double u = std::fmod(x + a, period);
    if (u < 0.0) u += period;
    u = std::min(u, period - u) - a;  // in [-a, 1 + a]
    if (u < a) return std::max(0.0, (u + a) * (u + a) / (4.0 * a));
    if (u > 1.0 - a) return std::min(1.0, 1.0 - (u - 1.0 - a) * (u - 1.0 - a) / (4.0 * a));
    return u;
  }

  /// Of all x that fold to y in [0, 1], the one in [-a, 1 + a].
  static double from_box(double y) {
    if (y < a) return 2.0 * std::sqrt(a * y) - a;
    if (y > 1.0 - a) return 1.0 + a - 2.0 * std::sqrt(a * (1.0 - y));
    return y;
  }

  /// Of all x that fold to y, the one closest to `center`.
  static double from_box_near(double y, double center) {
    const double x = from_box(y);
    const double mirrored = -2.0 * a - x;
    const auto nearest = [center](double one) { return one + period * std::round((center - one) / period); };
    const double p = nearest(x), q = nearest(mirrored);
    return std::abs(q - center) < std::abs(p - center) ? q : p;
  }
};

}  // namespace cmaes
