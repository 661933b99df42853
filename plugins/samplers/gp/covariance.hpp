// SPDX-License-Identifier: MIT
// The covariance function: Matérn-5/2 or squared exponential, with a length scale for each parameter.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace gp {

enum class Kernel { matern52, rbf };

/// How parameters enter the covariance.
struct Inputs {
  Kernel kernel = Kernel::matern52;
  /// By parameter: 1 if it is categorical. Its coordinate is then the choice's index, and two choices are at distance 1
  /// (the Hamming distance); numbers are in [0, 1].
  std::vector<std::uint8_t> categorical;

  Eigen::Index size() const { return static_cast<Eigen::Index>(categorical.size()); }
};

/// The hyper-parameters, kept as their logarithms in one vector: the length scales l_1 … l_d, the variance s^2 of the
/// function, the variance of the noise; with input warping, then the exponents a_1 … a_d and b_1 … b_d.
struct HyperParameters {
  Eigen::VectorXd theta;
  bool warps = false;

  static HyperParameters of(const Eigen::VectorXd& lengths, double scale, double noise);
  Eigen::Index dimensions() const { return warps ? (theta.size() - 2) / 3 : theta.size() - 2; }
  double warp_a(Eigen::Index j) const { return std::exp(theta[dimensions() + 2 + j]); }
  double warp_b(Eigen::Index j) const { return std::exp(theta[2 * dimensions() + 2 + j]); }
  auto log_lengths() const { return theta.head(dimensions()); }
  Eigen::ArrayXd inverse_squared_lengths() const { return (-2.0 * log_lengths().array()).exp(); }
  double scale() const { return std::exp(theta[dimensions()]); }
  double noise() const { return std::exp(theta[dimensions() + 1]); }
};

/// The point as distances are measured from it: numbers warped, if the parameters say so.
Eigen::VectorXd warped_point(const Inputs& inputs, const HyperParameters& parameters,
                             const Eigen::Ref<const Eigen::VectorXd>& point);

/// The squared distances r^2 = sum_j (x_j - x'_j)^2 / l_j^2 of a point from the rows of `points` (n x d).
Eigen::ArrayXd squared_distances(const Inputs& inputs, const Eigen::ArrayXd& inverse_squared_lengths,
                                 const Eigen::Ref<const Eigen::MatrixXd>& points,
                                 const Eigen::Ref<const Eigen::VectorXd>& point);

/// Turns squared distances r^2 into correlations in place: (1 + a + a^2 / 3) exp(-a) with a = sqrt(5) r (Matérn-5/2;
/// Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equation 4.17), or exp(-r^2 / 2).
void correlate(Kernel kernel, Eigen::Ref<Eigen::ArrayXd> squared);

/// As `correlate`; `slope` receives the derivative by r^2, times -2: 5/3 (1 + a) exp(-a), or exp(-r^2 / 2). Both are
/// smooth at r = 0.
void correlate(Kernel kernel, Eigen::Ref<Eigen::ArrayXd> squared, Eigen::Ref<Eigen::ArrayXd> slope);

}  // namespace gp
