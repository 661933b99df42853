// SPDX-License-Identifier: MIT
#include "truncated_improvement.hpp"

#include <limits>

#include <hone/sdk/normal.hpp>
#include <hone/sdk/portable_math.hpp>

namespace gp {

namespace {

using namespace hone::sdk;

constexpr double inverse_sqrt_2_pi = 0.39894228040143268;

// The difference h(a) - h(b), a > b, and those of its derivatives Phi and phi as shares of it.
struct Difference {
  double log;
  double cdf_ratio;
  double pdf_ratio;
};

// From Taylor series about the middle m = (a + b) / 2, for an interval so narrow that three terms have all digits.
Difference narrow_difference(double m, double width) {
  const double w2 = width * width;
  const double m2 = m * m;
  // phi(m) / Phi(m)
  const double tail = log_normal_cdf(m);
  const double hazard = m < -5.0 ? log_h(m).pdf_ratio / log_h(m).cdf_ratio
                                 : inverse_sqrt_2_pi * portable::exp_of_minus_square(m, 0.5) / normal_cdf(m);
  // The integrals over the interval of Phi, phi and phi', each divided by the width and by Phi(m), phi(m), phi(m).
  const double of_cdf = 1.0 - hazard * m * w2 * (1.0 / 24.0 + w2 * (m2 - 3.0) / 1920.0);
  const double of_pdf = 1.0 + w2 * ((m2 - 1.0) / 24.0 + w2 * ((m2 - 6.0) * m2 + 3.0) / 1920.0);
  const double of_slope = -m * (1.0 + w2 * ((m2 - 3.0) / 24.0 + w2 * ((m2 - 10.0) * m2 + 15.0) / 1920.0));
  return {tail + portable::log(width * of_cdf), hazard * of_pdf / of_cdf, hazard * of_slope / of_cdf};
}

// For b < a <= 0, where h is small: all as shares of h(a).
Difference left_difference(double a, double b, double width) {
  const LogH upper = log_h(a);
  const LogH lower = log_h(b);
  // h(b) / h(a); the exponent is (a^2 - b^2) / 2.
  const double share = portable::exp(0.5 * width * (a + b)) * upper.pdf_ratio / lower.pdf_ratio;
  const double rest = 1.0 - share;
  return {upper.value + portable::log1p(-share), (upper.cdf_ratio - share * lower.cdf_ratio) / rest,
          (upper.pdf_ratio - share * lower.pdf_ratio) / rest};
}

// `width` is a - b, with all its digits.
Difference difference_of_h(double a, double width) {
  const double b = a - width;
  const double middle = a - 0.5 * width;
  if (width * (1.0 + (middle < 0.0 ? -middle : 0.0)) < 0.05) return narrow_difference(middle, width);
  if (a <= 0.0) return left_difference(a, b, width);
  if (b >= 0.0) {
    // Almost the whole width: h(z) = z + h(-z).
    const Difference missing = left_difference(-b, -a, width);
    const double lost = portable::exp(missing.log);
    const double h = width - lost;
    return {portable::log(h), lost * missing.cdf_ratio / h, -lost * missing.pdf_ratio / h};
  }
  const LogH upper = log_h(a);
  const LogH lower = log_h(b);
  const double h_upper = portable::exp(upper.value);
  const double h_lower = portable::exp(lower.value);
  const double h = h_upper - h_lower;
  return {portable::log(h), (h_upper * upper.cdf_ratio - h_lower * lower.cdf_ratio) / h,
          (h_upper * upper.pdf_ratio - h_lower * lower.pdf_ratio) / h};
}

}  // namespace

LogAcquisition log_truncated_improvement(Prediction y, double lower, double upper) {
  if (upper == std::numeric_limits<double>::infinity()) return log_expected_improvement(y, lower);
  const double a = (y.mean - lower) / y.deviation;
  const Difference h = difference_of_h(a, (upper - lower) / y.deviation);
  return {portable::log(y.deviation) + h.log, h.cdf_ratio / y.deviation, h.pdf_ratio / y.deviation};
}

}  // namespace gp
