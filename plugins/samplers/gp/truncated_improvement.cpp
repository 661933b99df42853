// SPDX-License-Identifier: MIT
#include "truncated_improvement.hpp"

#include <limits>

#include <hone/sdk/portable_math.hpp>

namespace gp {

namespace {

using namespace hone::sdk;

constexpr double log_sqrt_2_pi = 0.91893853320467274;
constexpr double inverse_sqrt_2_pi = 0.39894228040143268;

double pdf(double z) { return inverse_sqrt_2_pi * portable::exp_of_minus_square(z, 0.5); }

// The integrals of Phi, of phi and of phi' from b to a, which are the differences of h, Phi and phi: all three divided
// by exp(log_scale).
struct Integrals {
  double log_scale;
  double of_cdf;
  double of_pdf;
  double of_slope;
};

// From Taylor series about the middle m = (a + b) / 2, for an interval so narrow that three terms have all digits.
Integrals narrow_integrals(double m, double width) {
  const double w2 = width * width;
  const double m2 = m * m;
  // On the left divided by phi(m), which may be too small for a double.
  const double ratio = mills_ratio(m < 0.0 ? -m : m);
  const double phi = m < 0.0 ? 1.0 : pdf(m);
  const double cdf = m < 0.0 ? ratio : 1.0 - phi * ratio;
  return {m < 0.0 ? -0.5 * m2 - log_sqrt_2_pi : 0.0,
          width * (cdf - phi * m * w2 * (1.0 / 24.0 + w2 * (m2 - 3.0) / 1920.0)),
          width * phi * (1.0 + w2 * ((m2 - 1.0) / 24.0 + w2 * ((m2 - 6.0) * m2 + 3.0) / 1920.0)),
          -width * phi * m * (1.0 + w2 * ((m2 - 3.0) / 24.0 + w2 * ((m2 - 10.0) * m2 + 15.0) / 1920.0))};
}

// For b < a <= 0, divided by phi(a).
Integrals left_integrals(double a, double b, double width) {
  // phi(b) / phi(a) - 1; the exponent is (a^2 - b^2) / 2.
  const double less = portable::expm1(0.5 * width * (a + b));
  const double share = 1.0 + less;
  return {-0.5 * a * a - log_sqrt_2_pi, scaled_h(-a) - share * scaled_h(-b), mills_ratio(-a) - share * mills_ratio(-b),
          -less};
}

// `width` is a - b, with all its digits.
Integrals integrals(double a, double width) {
  const double b = a - width;
  const double middle = a - 0.5 * width;
  if (width * (1.0 + (middle < 0.0 ? -middle : 0.0)) < 0.05) return narrow_integrals(middle, width);
  if (a <= 0.0) return left_integrals(a, b, width);
  if (b >= 0.0) {
    // Almost the whole width: Phi(z) = 1 - Phi(-z).
    const Integrals missing = left_integrals(-b, -a, width);
    const double phi = pdf(b);
    return {0.0, width - phi * missing.of_cdf, phi * missing.of_pdf, -phi * missing.of_slope};
  }
  const double phi_a = pdf(a);
  const double phi_b = pdf(b);
  return {0.0, a + phi_a * scaled_h(a) - phi_b * scaled_h(-b), 1.0 - phi_a * mills_ratio(a) - phi_b * mills_ratio(-b),
          phi_a - phi_b};
}

}  // namespace

LogAcquisition log_truncated_improvement(Prediction y, double lower, double upper) {
  if (upper == std::numeric_limits<double>::infinity()) return log_expected_improvement(y, lower);
  const double a = (y.mean - lower) / y.deviation;
  const Integrals h = integrals(a, (upper - lower) / y.deviation);
  const double length = y.deviation * h.of_cdf;
  return {portable::log(length) + h.log_scale, h.of_pdf / length, h.of_slope / length};
}

}  // namespace gp
