// SPDX-License-Identifier: MIT
#include "yeo_johnson.hpp"

#include <boost/math/tools/minima.hpp>
#include <cmath>

namespace gp {
namespace {

// (x + 1)^exponent - 1 over the exponent, for x >= 0.
double power(double x, double exponent) {
  const double log = std::log1p(x);
  return exponent == 0.0 ? log : std::expm1(exponent * log) / exponent;
}

double log_likelihood(const Eigen::VectorXd& y, double exponent) {
  const Eigen::ArrayXd z = y.unaryExpr([&](double value) { return yeo_johnson(value, exponent); }).array();
  const double variance = (z - z.mean()).square().mean();
  double log_slopes = 0.0;
  for (const double value : y) log_slopes += std::copysign(std::log1p(std::abs(value)), value);
  return -0.5 * static_cast<double>(y.size()) * std::log(variance) + (exponent - 1.0) * log_slopes;
}

}  // namespace

double yeo_johnson(double y, double exponent) { return y >= 0.0 ? power(y, exponent) : -power(-y, 2.0 - exponent); }

double yeo_johnson_exponent(const Eigen::VectorXd& y) {
  constexpr int bits = 20;
  return boost::math::tools::brent_find_minima([&](double exponent) { return -log_likelihood(y, exponent); }, -3.0, 5.0,
                                               bits)
      .first;
}

}  // namespace gp
