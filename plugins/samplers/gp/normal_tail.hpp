// SPDX-License-Identifier: MIT
// The normal distribution at a distance from its mean: what all expected improvements are made of.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <hone/sdk/portable_math.hpp>

namespace gp {

namespace detail {

// (1 + t)^2 h(-t) / phi(t) as a function of (t - 5) / (t + 5), for t >= 0. Interpolates at Chebyshev nodes, computed
// with 200 digits; relative error 3e-18 before rounding.
inline constexpr std::array<double, 28> scaled_h_terms = {
    1.2945411512431624,      -0.3687229645450182,    -0.02803069962751524,   0.2611670078471583,
    -0.27354820376339317,    0.15402166231138148,    -0.02931098245948176,   -0.03186187271056427,
    0.03474622676143351,     -0.01613170587187408,   0.002328315607924915,   0.0015767754766350432,
    -0.0008527350673583131,  -3.581762135749763e-05, 0.00014695208226571342, -1.720539822294549e-05,
    -2.3404127001887595e-05, 4.974357904386926e-06,  4.014635769820607e-06,  -1.0020249608079564e-06,
    -7.591892611416073e-07,  1.6908705323883012e-07, 1.4455010870352037e-07, -2.2934606212376455e-08,
    -2.2639864520937355e-08, 2.1129714185916647e-09, 1.993211038192779e-09,  -8.649986051488111e-11};

}  // namespace detail

inline constexpr double log_sqrt_2_pi = 0.91893853320467274;

/// Of the point z, with t = |z|.
struct NormalTail {
  double z;
  double mills;     ///< Mills' ratio R(t) = Phi(-t) / phi(t)
  double scaled_h;  ///< h(-t) / phi(t) = 1 - t R(t), with h(z) = phi(z) + z Phi(z)
  double pdf;       ///< phi(t)
};

/// Relative errors below 1e-15; phi is 0 where it is less than 1e-307. |z| < 1e150. One straight line of arithmetic, so
/// that a loop over it becomes vectors.
inline NormalTail normal_tail(double z) {
  using hone::sdk::portable::exp_in_range;
  using hone::sdk::portable::detail::polynomial;
  const double t = z < 0.0 ? -z : z;
  // As `erfcx`, whose argument is t / sqrt(2).
  const double x = t * 0.70710678118654752;
  const double mills = 1.2533141373155003 *
                       polynomial((x - 3.75) / (x + 3.75), hone::sdk::portable::detail::erfcx_terms) / (1.0 + 2.0 * x);
  const double root = 1.0 / (1.0 + t);
  const double scaled = polynomial((t - 5.0) / (t + 5.0), gp::detail::scaled_h_terms) * root * root;
  // As `exp_of_minus_square`.
  const double near = t < 40.0 ? t : 40.0;
  const double high = std::bit_cast<double>(std::bit_cast<std::uint64_t>(near) & 0xfffffffff8000000ULL);
  const double pdf =
      0.39894228040143268 * exp_in_range(-0.5 * high * high) * exp_in_range(-0.5 * (near - high) * (near + high));
  return {z, mills, scaled, pdf};
}

}  // namespace gp
