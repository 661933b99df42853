// SPDX-License-Identifier: MIT
// Coordinates bent so that a function varies evenly along them.
#pragma once

#include <Eigen/Core>

namespace gp {

/// The distribution function of Kumaraswamy, w(x) = 1 - (1 - x^a)^b with a, b > 0, which maps [0, 1] onto itself
/// (Snoek, Swersky, Zemel, Adams: "Input Warping for Bayesian Optimization of Non-Stationary Functions", ICML 2014,
/// sect. 3, with this distribution for the beta distribution). Beyond [0, 1] coordinates stay as they are.
double warped(double x, double a, double b);

/// The derivative by x. At the ends, where it may be infinite, that of a point nearby.
double warped_slope(double x, double a, double b);

/// The derivatives by log a and log b; 0 at the ends and beyond.
struct WarpedByExponents {
  double by_log_a;
  double by_log_b;
};
WarpedByExponents warped_by_exponents(double x, double a, double b);

}  // namespace gp
