// SPDX-License-Identifier: MIT
#include "input_warping.hpp"

#include <algorithm>
#include <cmath>

namespace gp {
namespace {

// log(1 - x^a), with its digits where x is near 1.
double log_remainder(double x, double a) { return std::log(-std::expm1(a * std::log(x))); }

}  // namespace

double warped(double x, double a, double b) {
  if (!(x > 0.0 && x < 1.0)) return x;
  return -std::expm1(b * log_remainder(x, a));
}

double warped_slope(double x, double a, double b) {
  if (x < 0.0 || x > 1.0) return 1.0;
  constexpr double margin = 1e-9;
  const double inside = std::clamp(x, margin, 1.0 - margin);
  return a * b * std::exp((a - 1.0) * std::log(inside) + (b - 1.0) * log_remainder(inside, a));
}

WarpedByExponents warped_by_exponents(double x, double a, double b) {
  if (!(x > 0.0 && x < 1.0)) return {0.0, 0.0};
  const double rest = log_remainder(x, a);
  const double log_x = std::log(x);
  return {a * b * std::exp((b - 1.0) * rest + a * log_x) * log_x, -b * std::exp(b * rest) * rest};
}

}  // namespace gp
