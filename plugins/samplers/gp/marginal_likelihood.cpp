// SPDX-License-Identifier: MIT
#include "marginal_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Cholesky>

#include "input_warping.hpp"

namespace gp {
namespace {

// The lower triangle of (L L')^-1 in place of that of L. By blocks of columns, so that the zeros of L^-1 above the
// diagonal cost nothing: n^3 / 3 multiplications rather than n^3.
void invert(Eigen::MatrixXd& factor) {
  constexpr Eigen::Index width = 32;
  const Eigen::Index n = factor.rows();
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Zero(n, n);  // L^-1
  for (Eigen::Index c = 0; c < n; c += width) {
    const Eigen::Index rest = n - c;
    auto block = inverse.block(c, c, rest, std::min(width, rest));
    block.topRows(block.cols()).setIdentity();
    factor.bottomRightCorner(rest, rest).triangularView<Eigen::Lower>().solveInPlace(block);
  }
  for (Eigen::Index c = 0; c < n; c += width) {
    const Eigen::Index w = std::min(width, n - c);
    factor.block(c, 0, w, c + w) = inverse.block(c, c, n - c, w).transpose() * inverse.block(c, 0, n - c, c + w);
  }
}

}  // namespace

MarginalLikelihood::MarginalLikelihood(const Inputs& inputs, const Eigen::MatrixXd& points,
                                       const Eigen::VectorXd& outputs)
    : inputs_(inputs), points_(points), outputs_(outputs), warped_(points) {
  const Eigen::Index n = points.rows();
  covariance_.setZero(n, n);
  slope_.setZero(n, n);
  inverse_.resize(n, n);
}

void MarginalLikelihood::warp(const HyperParameters& parameters) {
  by_log_a_.setZero(points_.rows(), points_.cols());
  by_log_b_ = by_log_a_;
  for (Eigen::Index j = 0; j < inputs_.size(); ++j) {
    if (inputs_.categorical[static_cast<std::size_t>(j)] != 0) continue;
    const double a = parameters.warp_a(j), b = parameters.warp_b(j);
    for (Eigen::Index i = 0; i < points_.rows(); ++i) {
      warped_(i, j) = warped(points_(i, j), a, b);
      const auto [by_log_a, by_log_b] = warped_by_exponents(points_(i, j), a, b);
      by_log_a_(i, j) = by_log_a;
      by_log_b_(i, j) = by_log_b;
    }
  }
}

void MarginalLikelihood::fill(const HyperParameters& parameters) {
  const Eigen::ArrayXd factors = parameters.inverse_squared_lengths();
  const double scale = parameters.scale();
  const Eigen::Index n = points_.rows();
  for (Eigen::Index b = 0; b < n; ++b) {
    auto column = covariance_.col(b).tail(n - b).array();
    auto slope = slope_.col(b).tail(n - b).array();
    Eigen::ArrayXd squared = squared_distances(inputs_, factors, warped_.bottomRows(n - b), warped_.row(b).transpose());
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
    const auto x = warped_.col(j).array();
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

// dK_ab/dlog a_j = -slope_ab (w_aj - w_bj) (w'_aj - w'_bj) / l_j^2, w' being the derivative of w; likewise for log b_j.
void MarginalLikelihood::add_warp_gradients(const HyperParameters& parameters, Eigen::VectorXd& gradient) {
  const Eigen::ArrayXd factors = parameters.inverse_squared_lengths();
  const Eigen::Index n = points_.rows();
  const Eigen::Index d = inputs_.size();
  for (Eigen::Index j = 0; j < d; ++j) {
    const auto w = warped_.col(j).array();
    const auto by_a = by_log_a_.col(j).array();
    const auto by_b = by_log_b_.col(j).array();
    for (Eigen::Index b = 0; b + 1 < n; ++b) {
      const Eigen::Index rest = n - b - 1;
      const Eigen::ArrayXd weights = factors[j] * slope_.col(b).tail(rest).array() * (w.tail(rest) - w[b]);
      gradient[d + 2 + j] -= (weights * (by_a.tail(rest) - by_a[b])).sum();
      gradient[2 * d + 2 + j] -= (weights * (by_b.tail(rest) - by_b[b])).sum();
    }
  }
}

double MarginalLikelihood::operator()(const HyperParameters& parameters, Eigen::VectorXd& gradient) {
  const Eigen::Index n = points_.rows();
  const Eigen::Index d = inputs_.size();
  gradient.setZero(parameters.theta.size());
  if (parameters.warps) warp(parameters);
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

  invert(inverse_);
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
  if (parameters.warps) add_warp_gradients(parameters, gradient);
  gradient[d] = scale_sum;
  gradient[d + 1] = 0.5 * parameters.noise() * trace;
  return value;
}

}  // namespace gp
