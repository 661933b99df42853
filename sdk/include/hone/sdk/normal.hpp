// SPDX-License-Identifier: MIT
// The standard normal distribution and its truncation to an interval, accurate in both tails, with portable bits.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <hone/sdk/portable_math.hpp>

namespace hone::sdk {

namespace detail {

inline constexpr double sqrt_half = 0.70710678118654752;
inline constexpr double log_sqrt_2_pi = 0.91893853320467274;
inline constexpr double sqrt_half_pi = 1.2533141373155003;

// The rational functions of Wichura's PPND16 ("Algorithm AS 241: the percentage points of the normal distribution",
// Applied Statistics 37, 1988), lowest degree first.
inline constexpr std::array<double, 8> ppnd_a = {
    3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
    4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
inline constexpr std::array<double, 8> ppnd_b = {1.0,
                                                 4.2313330701600911252e+1,
                                                 6.8718700749205790830e+2,
                                                 5.3941960214247511077e+3,
                                                 2.1213794301586595867e+4,
                                                 3.9307895800092710610e+4,
                                                 2.8729085735721942674e+4,
                                                 5.2264952788528545610e+3};
inline constexpr std::array<double, 8> ppnd_c = {
    1.42343711074968357734e0, 4.63033784615654529590e0,  5.76949722146069140550e0,  3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
inline constexpr std::array<double, 8> ppnd_d = {1.0,
                                                 2.05319162663775882187e0,
                                                 1.67638483018380384940e0,
                                                 6.89767334985100004550e-1,
                                                 1.48103976427480074590e-1,
                                                 1.51986665636164571966e-2,
                                                 5.47593808499534494600e-4,
                                                 1.05075007164441684324e-9};
inline constexpr std::array<double, 8> ppnd_e = {
    6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,  2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
inline constexpr std::array<double, 8> ppnd_f = {1.0,
                                                 5.99832206555887937690e-1,
                                                 1.36929880922735805310e-1,
                                                 1.48753612908506148525e-2,
                                                 7.86869131145613259100e-4,
                                                 1.84631831751005468180e-5,
                                                 1.42151175831644588870e-7,
                                                 2.04426310338993978564e-15};

// The upper quantile of a tail probability p < 0.075, told as r = sqrt(-log p), for r <= 27.
inline double quantile_of_tail(double r) {
  using portable::detail::polynomial;
  if (r <= 5.0) return polynomial(r - 1.6, ppnd_c) / polynomial(r - 1.6, ppnd_d);
  return polynomial(r - 5.0, ppnd_e) / polynomial(r - 5.0, ppnd_f);
}

}  // namespace detail

/// The probability below x; 0 where it is less than 1e-325.
inline double normal_cdf(double x) {
  if (x * x > 1500.0) return x < 0.0 ? 0.0 : 1.0;
  const double tail =
      0.5 * portable::erfcx((x < 0.0 ? -x : x) * detail::sqrt_half) * portable::exp_of_minus_square(x, 0.5);
  return x < 0.0 ? tail : 1.0 - tail;
}

/// log of `normal_cdf`, finite however far out: about -x^2 / 2 on the left.
inline double log_normal_cdf(double x) {
  if (x > 0.0) return portable::log1p(-normal_cdf(-x));
  return portable::log(0.5 * portable::erfcx(-x * detail::sqrt_half)) - 0.5 * x * x;
}

/// The x with `normal_cdf(x) == p`; infinite at 0 and 1, NaN outside. Relative error about 1e-15.
inline double normal_quantile(double p) {
  using portable::detail::polynomial;
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(r, detail::ppnd_a) / polynomial(r, detail::ppnd_b);
  }
  const double tail = q < 0.0 ? p : 1.0 - p;
  if (!(tail > 0.0)) {
    if (tail == 0.0) return q < 0.0 ? -portable::detail::infinity : portable::detail::infinity;
    return portable::detail::nan;
  }
  const double x = detail::quantile_of_tail(std::sqrt(-portable::log(tail)));
  return q < 0.0 ? -x : x;
}

/// The x with `log_normal_cdf(x) == log_p`, for probabilities that a double could not hold.
inline double log_normal_quantile(double log_p) {
  if (log_p > -2.6) return normal_quantile(portable::exp(log_p));  // 0.074 and more
  double x = 0.0;
  if (log_p > -720.0) {
    x = -detail::quantile_of_tail(std::sqrt(-log_p));
  } else {
    x = -std::sqrt(-2.0 * (log_p + detail::log_sqrt_2_pi));
  }
  // Newton's method on log(cdf); its derivative pdf / cdf is what erfcx is the inverse of (Mills' ratio).
  for (int i = 0; i < 3; ++i) {
    const double mills = detail::sqrt_half_pi * portable::erfcx(-x * detail::sqrt_half);
    x -= (log_normal_cdf(x) - log_p) * mills;
  }
  return x;
}

/// The log of the probability of [a, b], a <= b, either of which may be infinite; -infinity when a == b. Relative error
/// below 1e-12.
inline double log_normal_mass(double a, double b) {
  if (a > 0.0) return log_normal_mass(-b, -a);
  const double width = b - a;
  const double middle = 0.5 * (a + b);
  if (width * (1.0 + (middle < 0.0 ? -middle : middle)) < 0.02) {
    // A difference of two nearly equal probabilities has few digits: the integral of the density's Taylor series about
    // the middle has all of them.
    const double h2 = 0.25 * width * width;
    const double m2 = middle * middle;
    const double series = h2 * ((m2 - 1.0) / 6.0 + h2 * ((m2 - 6.0) * m2 + 3.0) / 120.0);
    return portable::log(width) - detail::log_sqrt_2_pi - 0.5 * m2 + portable::log1p(series);
  }
  if (b <= 0.0) {
    const double upper = log_normal_cdf(b);
    return upper + portable::log(-portable::expm1(log_normal_cdf(a) - upper));
  }
  return portable::log1p(-(normal_cdf(a) + normal_cdf(-b)));
}

/// The point of [a, b] below which the share q of the interval's probability lies, as `truncated_normal_quantile`, for
/// an interval that holds 0.
/// @param below, above  the probabilities left of a and right of b
inline double truncated_normal_quantile_about_zero(double q, double a, double b, double below, double above) {
  const double mass = 1.0 - (below + above);
  const double p = below + q * mass;
  // Each half from its own end, where the small probabilities keep their digits.
  const double x = p <= 0.5 ? normal_quantile(p) : -normal_quantile(above + (1.0 - q) * mass);
  return std::clamp(x, a, b);
}

/// The point of [a, b] below which the share q of the interval's probability lies: a draw from the normal distribution
/// truncated to [a, b], when q is uniform in (0, 1). a < b. Relative error below 1e-12, and absolute error below 1e-15
/// about 0.
inline double truncated_normal_quantile(double q, double a, double b) {
  if (a >= 0.0) return -truncated_normal_quantile(1.0 - q, -b, -a);
  if (b > 0.0) return truncated_normal_quantile_about_zero(q, a, b, normal_cdf(a), normal_cdf(-b));
  double x = 0.0;
  const double below = normal_cdf(a);
  const double p = below + q * (normal_cdf(b) - below);
  if (p > 1e-290) {
    x = normal_quantile(p);
  } else {
    // No double holds such probabilities with all digits: cdf(x) / cdf(b) = r + q (1 - r) with r = cdf(a) / cdf(b).
    const double upper = log_normal_cdf(b);
    const double r = portable::exp(log_normal_cdf(a) - upper);
    x = log_normal_quantile(upper + portable::log(r + q * (1.0 - r)));
  }
  return std::clamp(x, a, b);
}

}  // namespace hone::sdk
