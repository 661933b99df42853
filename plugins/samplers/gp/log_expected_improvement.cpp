// SPDX-License-Identifier: MIT
#include "log_expected_improvement.hpp"

#include <array>
#include <cstddef>

#include <hone/sdk/normal.hpp>
#include <hone/sdk/portable_math.hpp>

namespace gp {

namespace {

using namespace hone::sdk;

constexpr double log_sqrt_2_pi = 0.91893853320467274;
constexpr double inverse_sqrt_2_pi = 0.39894228040143268;
constexpr double sqrt_half_pi = 1.2533141373155003;
constexpr double sqrt_half = 0.70710678118654752;

// (1 + t)^2 h(-t) / phi(t) as a function of (t - 5) / (t + 5), for t >= 0. Interpolates at Chebyshev nodes, computed
// with 200 digits; relative error 3e-18 before rounding.
constexpr std::array<double, 28> scaled_h_terms = {
    1.2945411512431624,      -0.3687229645450182,    -0.02803069962751524,   0.2611670078471583,
    -0.27354820376339317,    0.15402166231138148,    -0.02931098245948176,   -0.03186187271056427,
    0.03474622676143351,     -0.01613170587187408,   0.002328315607924915,   0.0015767754766350432,
    -0.0008527350673583131,  -3.581762135749763e-05, 0.00014695208226571342, -1.720539822294549e-05,
    -2.3404127001887595e-05, 4.974357904386926e-06,  4.014635769820607e-06,  -1.0020249608079564e-06,
    -7.591892611416073e-07,  1.6908705323883012e-07, 1.4455010870352037e-07, -2.2934606212376455e-08,
    -2.2639864520937355e-08, 2.1129714185916647e-09, 1.993211038192779e-09,  -8.649986051488111e-11};

}  // namespace

double mills_ratio(double t) { return sqrt_half_pi * portable::erfcx(t * sqrt_half); }

double scaled_h(double t) {
  const double root = 1.0 / (1.0 + t);
  return portable::detail::polynomial((t - 5.0) / (t + 5.0), scaled_h_terms) * root * root;
}

LogH log_h(double z) {
  const double t = z < 0.0 ? -z : z;
  const double scaled = scaled_h(t);
  if (z < 0.0) return {portable::log(scaled) - log_sqrt_2_pi - 0.5 * t * t, mills_ratio(t) / scaled, 1.0 / scaled};
  const double pdf = inverse_sqrt_2_pi * portable::exp_of_minus_square(t, 0.5);
  const double h = z + pdf * scaled;
  return {portable::log(h), (1.0 - pdf * mills_ratio(t)) / h, pdf / h};
}

LogAcquisition log_expected_improvement(Prediction y, double best) {
  // EI = sigma h(z); its derivatives are Phi(z) in the mean and phi(z) in the deviation.
  const LogH h = log_h((y.mean - best) / y.deviation);
  return {portable::log(y.deviation) + h.value, h.cdf_ratio / y.deviation, h.pdf_ratio / y.deviation};
}

LogAcquisition log_probability_of_feasibility(Prediction c) {
  const double z = c.mean / c.deviation;
  // phi(z) / Phi(z), which is the reciprocal of Mills' ratio on the left.
  const double hazard = z <= 0.0 ? 1.0 / mills_ratio(-z)
                                 : inverse_sqrt_2_pi * portable::exp_of_minus_square(z, 0.5) / (1.0 - normal_cdf(-z));
  return {log_normal_cdf(z), hazard / c.deviation, -hazard * z / c.deviation};
}

double log_joint_feasibility(std::span<const Prediction> constraints, std::span<double> slopes) {
  double sum = 0.0;
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const LogAcquisition term = log_probability_of_feasibility(constraints[i]);
    sum += term.value;
    slopes[2 * i] = term.by_mean;
    slopes[2 * i + 1] = term.by_deviation;
  }
  return sum;
}

double constrained_log_expected_improvement(Prediction y, std::optional<double> best,
                                            std::span<const Prediction> constraints, std::span<double> slopes) {
  LogAcquisition improvement{0.0, 0.0, 0.0};
  if (best) improvement = log_expected_improvement(y, *best);
  slopes[0] = improvement.by_mean;
  slopes[1] = improvement.by_deviation;
  return improvement.value + log_joint_feasibility(constraints, slopes.subspan(2));
}

}  // namespace gp
