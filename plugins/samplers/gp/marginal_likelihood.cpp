// SPDX-License-Identifier: MIT
#include "marginal_likelihood.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Cholesky>

namespace gp {

MarginalLikelihood::MarginalLikelihood(const Inputs& inputs, const Eigen::MatrixXd& points,
                                       const Eigen::VectorXd& outputs)
    : inputs_(inputs), points_(points), outputs_(outputs) {
  const Eigen::Index n = points.rows();
  covariance_.setZero(n, n);
  slope_.setZero(n, n);
  inverse_.resize(n, n);
}

void MarginalLikelihood::fill(const HyperParameters& parameters) {
  const Eigen::ArrayXd factors = parameters.inverse_squared_lengths();
  const double scale = parameters.scale();
  const Eigen::Index n = points_.rows();
  for (Eigen::Index b = 0; b < n; ++b) {
    auto column = covariance_.col(b).tail(n - b).array();
    auto slope = slope_.col(b).tail(n - b).array();
    Eigen::ArrayXd squared = squared_distances(inputs_, factors, points_.bottomRows(n - b), points_.row(b).transpose());
    Eigen::ArrayXd derivative(n - b);
    correlate(inputs_.kernel, squared, derivative);
    column = scale * squared;
    slope = scale * derivative;
  }
}

// d/dlog l_j = 1/2 tr((alpha alpha' - K^-1) dK/dlog l_j), where dK_ab = slope_ab (x_aj - x_bj)^2 / l_j^2. With the
// symmetric W = (alpha alpha' - K^-1) * slope, which has come into `slope_`'s strict lower triangle, the sum over both
// triangles of W_ab (x_a - x_b)^2 is twice that over one.
void MarginalLikelihood::add_length_gradients(const HyperParameters& parameters, Eigen::VectorXd& gradient) {
  const Eigen::ArrayXd factors = parameters.inverse_squared_lengths();
  const Eigen::Index n = points_.rows();
  for (Eigen::Index j = 0; j < inputs_.size(); ++j) {
    const auto x = points_.col(j).array();
    double sum = 0.0;
    for (Eigen::Index b = 0; b + 1 < n; ++b) {
      const auto weights = slope_.col(b).tail(n - b - 1).array();
      if (inputs_.categorical[static_cast<std::size_t>(j)] != 0) {
        sum += (weights * (x.tail(n - b - 1) != x[b]).cast<double>()).sum();
      } else {
        sum += (weights * (x.tail(n - b - 1) - x[b]).square()).sum();
      }
    }
    gradient[j] = factors[j] * sum;
  }
}

double MarginalLikelihood::operator()(const HyperParameters& parameters, Eigen::VectorXd& gradient) {
  const Eigen::Index n = points_.rows();
  const Eigen::Index d = inputs_.size();
  gradient.setZero(d + 2);
  fill(parameters);
  inverse_ = covariance_;
  inverse_.diagonal().array() += parameters.noise();
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(inverse_);
  if (factor.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
  const Eigen::VectorXd alpha = factor.solve(outputs_);
  const double log_determinant = 2.0 * inverse_.diagonal().array().log().sum();
  const double value = -0.5 * outputs_.dot(alpha) - 0.5 * log_determinant -
                       0.5 * static_cast<double>(n) * std::log(2.0 * std::numbers::pi);
  if (!std::isfinite(value)) return -std::numeric_limits<double>::infinity();

  // K^-1 = L^-T L^-1, its lower triangle.
  Eigen::MatrixXd half = Eigen::MatrixXd::Identity(n, n);
  inverse_.triangularView<Eigen::Lower>().solveInPlace(half);
  inverse_.setZero();
  inverse_.selfadjointView<Eigen::Lower>().rankUpdate(half.transpose());

  // From here on `inverse_` is alpha alpha' - K^-1, in the lower triangle.
  inverse_.triangularView<Eigen::Lower>() = (alpha * alpha.transpose() - inverse_).triangularView<Eigen::Lower>();
  const double trace = inverse_.diagonal().sum();
  double scale_sum = 0.5 * (inverse_.diagonal().array() * covariance_.diagonal().array()).sum();
  for (Eigen::Index b = 0; b + 1 < n; ++b) {
    const auto below = inverse_.col(b).tail(n - b - 1).array();
    scale_sum += (below * covariance_.col(b).tail(n - b - 1).array()).sum();
    slope_.col(b).tail(n - b - 1).array() *= below;
  }
  add_length_gradients(parameters, gradient);
  gradient[d] = scale_sum;
  gradient[d + 1] = 0.5 * parameters.noise() * trace;
  return value;
}

}  // namespace gp
