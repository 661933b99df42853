// SPDX-License-Identifier: MIT
#include "truncated_improvement.hpp"

#include <limits>

#include <hone/sdk/portable_math.hpp>

namespace gp {

namespace {

using namespace hone::sdk;

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
  const NormalTail at = normal_tail(m);
  // On the left divided by phi(m), which may be too small for a double.
  const double phi = m < 0.0 ? 1.0 : at.pdf;
  const double cdf = m < 0.0 ? at.mills : 1.0 - phi * at.mills;
  return {m < 0.0 ? -0.5 * m2 - log_sqrt_2_pi : 0.0,
          width * (cdf - phi * m * w2 * (1.0 / 24.0 + w2 * (m2 - 3.0) / 1920.0)),
          width * phi * (1.0 + w2 * ((m2 - 1.0) / 24.0 + w2 * ((m2 - 6.0) * m2 + 3.0) / 1920.0)),
          -width * phi * m * (1.0 + w2 * ((m2 - 3.0) / 24.0 + w2 * ((m2 - 10.0) * m2 + 15.0) / 1920.0))};
}

// For b < a <= 0, divided by phi(a); or for 0 <= b < a mirrored, with the two exchanged.
Integrals left_integrals(const NormalTail& a, const NormalTail& b, double width) {
  const double distance = a.z < 0.0 || b.z < 0.0 ? a.z + b.z : -(a.z + b.z);
  // phi(b) / phi(a) - 1; the exponent is (a^2 - b^2) / 2.
  const double less = portable::expm1(0.5 * width * distance);
  const double share = 1.0 + less;
  return {-0.5 * a.z * a.z - log_sqrt_2_pi, a.scaled_h - share * b.scaled_h, a.mills - share * b.mills, -less};
}

// `width` is a - b, with all its digits.
Integrals integrals(const NormalTail& a, const NormalTail& b, double width) {
  const double middle = a.z - 0.5 * width;
  if (width * (1.0 + (middle < 0.0 ? -middle : 0.0)) < 0.05) return narrow_integrals(middle, width);
  if (a.z <= 0.0) return left_integrals(a, b, width);
  if (b.z >= 0.0) {
    // Almost the whole width: Phi(z) = 1 - Phi(-z).
    const Integrals missing = left_integrals(b, a, width);
    return {0.0, width - b.pdf * missing.of_cdf, b.pdf * missing.of_pdf, -b.pdf * missing.of_slope};
  }
  return {0.0, a.z + a.pdf * a.scaled_h - b.pdf * b.scaled_h, 1.0 - a.pdf * a.mills - b.pdf * b.mills, a.pdf - b.pdf};
}

}  // namespace

LogAcquisition log_truncated_improvement(double deviation, const NormalTail& a, const NormalTail& b, double width) {
  const Integrals h = integrals(a, b, width);
  const double length = deviation * h.of_cdf;
  return {portable::log(length) + h.log_scale, h.of_pdf / length, h.of_slope / length};
}

LogAcquisition log_truncated_improvement(Prediction y, double lower, double upper) {
  if (upper == std::numeric_limits<double>::infinity()) return log_expected_improvement(y, lower);
  const double a = (y.mean - lower) / y.deviation;
  const double width = (upper - lower) / y.deviation;
  return log_truncated_improvement(y.deviation, normal_tail(a), normal_tail(a - width), width);
}

}  // namespace gp
