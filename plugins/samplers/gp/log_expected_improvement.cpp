// SPDX-License-Identifier: MIT
#include "log_expected_improvement.hpp"

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

// Mills' ratio Phi(-t) / phi(t), t >= 0.
double mills(double t) { return sqrt_half_pi * portable::erfcx(t * sqrt_half); }

// h(-t) / Phi(-t) for t >= 4. With H_0 = Phi(-t), H_1 = h(-t) and k H_k = H_{k-2} - t H_{k-1} (Abramowitz and Stegun
// 7.2.5, the repeated integrals of erfc), the ratio is 1 / (t + 2 / (t + 3 / (t + 4 / ...))).
double integral_ratio(double t) {
  constexpr int terms = 36;  // 1e-16 at t = 4, the slowest
  double tail = t;
  for (int k = terms; k >= 2; --k) tail = t + k / tail;
  return 1.0 / tail;
}

}  // namespace

LogH log_h(double z) {
  if (z >= 0.0) {
    const double below = normal_cdf(-z);
    const double pdf = inverse_sqrt_2_pi * portable::exp_of_minus_square(z, 0.5);
    const double h = z + (pdf - z * below);
    return {portable::log(h), (1.0 - below) / h, pdf / h};
  }
  const double t = -z;
  const double ratio = mills(t);
  if (t < 4.0) {
    // h(-t) = phi(t) (1 - t R(t)), which loses little more than a digit here.
    const double scaled = 1.0 - t * ratio;
    return {portable::log(scaled) - log_sqrt_2_pi - 0.5 * t * t, ratio / scaled, 1.0 / scaled};
  }
  const double q = integral_ratio(t);
  return {portable::log(ratio * q) - log_sqrt_2_pi - 0.5 * t * t, 1.0 / q, 1.0 / (ratio * q)};
}

LogAcquisition log_expected_improvement(Prediction y, double best) {
  // EI = sigma h(z); its derivatives are Phi(z) in the mean and phi(z) in the deviation.
  const LogH h = log_h((y.mean - best) / y.deviation);
  return {portable::log(y.deviation) + h.value, h.cdf_ratio / y.deviation, h.pdf_ratio / y.deviation};
}

LogAcquisition log_probability_of_feasibility(Prediction c, double limit) {
  const double z = (limit - c.mean) / c.deviation;
  // phi(z) / Phi(z), which is the reciprocal of Mills' ratio on the left.
  const double hazard =
      z <= 0.0 ? 1.0 / mills(-z) : inverse_sqrt_2_pi * portable::exp_of_minus_square(z, 0.5) / (1.0 - normal_cdf(-z));
  return {log_normal_cdf(z), -hazard / c.deviation, -hazard * z / c.deviation};
}

double constrained_log_expected_improvement(Prediction y, std::optional<double> best,
                                            std::span<const Prediction> constraints, std::span<double> slopes) {
  LogAcquisition term{0.0, 0.0, 0.0};
  if (best) term = log_expected_improvement(y, *best);
  double sum = term.value;
  slopes[0] = term.by_mean;
  slopes[1] = term.by_deviation;
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    term = log_probability_of_feasibility(constraints[i], 0.0);
    sum += term.value;
    slopes[2 + 2 * i] = term.by_mean;
    slopes[3 + 2 * i] = term.by_deviation;
  }
  return sum;
}

}  // namespace gp
