// SPDX-License-Identifier: MIT
// How well hyper-parameters explain observations.
#pragma once

#include <Eigen/Core>

#include "covariance.hpp"

namespace gp {

/// The logarithm of the marginal likelihood of `outputs` y at the rows of `points` under a Gaussian process of mean 0,
///     -1/2 y' K^-1 y - 1/2 log |K| - n/2 log 2 pi,    K = s^2 C + noise I
/// (Rasmussen and Williams 2006, equation 5.8), and its gradient by the logarithms of the hyper-parameters (5.9), those
/// of the input warping among them. O(n^3 + n^2 d) time and O(n^2) memory: no n x n x d tensor is kept.
class MarginalLikelihood {
 public:
  /// The arguments are borrowed.
  MarginalLikelihood(const Inputs& inputs, const Eigen::MatrixXd& points, const Eigen::VectorXd& outputs);

  /// -infinity if K has no Cholesky factor in double precision; the gradient is then zero.
  double operator()(const HyperParameters& parameters, Eigen::VectorXd& gradient);

 private:
  void fill(const HyperParameters& parameters);
  void warp(const HyperParameters& parameters);
  void add_length_gradients(const HyperParameters& parameters, Eigen::VectorXd& gradient);
  void add_warp_gradients(const HyperParameters& parameters, Eigen::VectorXd& gradient);

  const Inputs& inputs_;
  const Eigen::MatrixXd& points_;
  const Eigen::VectorXd& outputs_;
  Eigen::MatrixXd warped_;    // the points as the kernel sees them
  Eigen::MatrixXd by_log_a_;  // their derivatives by log a_j and log b_j of their own coordinate j
  Eigen::MatrixXd by_log_b_;
  Eigen::MatrixXd covariance_;  // s^2 C, its lower triangle
  Eigen::MatrixXd slope_;       // -2 s^2 dC / dr^2, its lower triangle
  Eigen::MatrixXd inverse_;     // K, then K^-1
};

}  // namespace gp
