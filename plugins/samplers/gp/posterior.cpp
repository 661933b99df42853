// SPDX-License-Identifier: MIT
#include "posterior.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Cholesky>

#include "input_warping.hpp"

namespace gp {
namespace {

// The least variance that a point has after all others are known, as a share of s^2.
constexpr double least_pivot = 1e-10;
constexpr double first_jitter = 1e-9;

}  // namespace

Posterior::Posterior(Inputs inputs, HyperParameters parameters, const Eigen::Ref<const Eigen::MatrixXd>& points,
                     Eigen::Index capacity)
    : inputs_(std::move(inputs)),
      parameters_(std::move(parameters)),
      factors_(parameters_.inverse_squared_lengths()),
      scale_(parameters_.scale()),
      noise_(parameters_.noise()),
      size_(points.rows()),
      points_(Eigen::MatrixXd::Zero(capacity, points.cols())),
      factor_(Eigen::MatrixXd::Zero(capacity, capacity)) {
  for (Eigen::Index b = 0; b < size_; ++b) points_.row(b) = seen(points.row(b).transpose()).transpose();
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(size_, size_);
  for (Eigen::Index b = 0; b < size_; ++b) {
    Eigen::ArrayXd column =
        squared_distances(inputs_, factors_, points_.middleRows(b, size_ - b), points_.row(b).transpose());
    correlate(inputs_.kernel, column);
    covariance.col(b).tail(size_ - b) = scale_ * column.matrix();
  }
  covariance.diagonal().array() += noise_;
  // With enough on the diagonal every covariance matrix has a factor.
  for (jitter_ = 0.0;; jitter_ = std::max(first_jitter * scale_, 10.0 * jitter_)) {
    Eigen::MatrixXd trial = covariance;
    trial.diagonal().array() += jitter_;
    const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> done(trial);
    if (done.info() != Eigen::Success && jitter_ < 1e3 * scale_) continue;
    factor_.topLeftCorner(size_, size_).triangularView<Eigen::Lower>() = trial;
    return;
  }
}

Eigen::VectorXd Posterior::covariances(const Eigen::Ref<const Eigen::VectorXd>& point) const {
  Eigen::ArrayXd column = squared_distances(inputs_, factors_, points(), point);
  correlate(inputs_.kernel, column);
  return scale_ * column.matrix();
}

Posterior::Covariances Posterior::covariances_with_slope(const Eigen::Ref<const Eigen::VectorXd>& point) const {
  Covariances k{squared_distances(inputs_, factors_, points(), point), Eigen::ArrayXd(size_)};
  correlate(inputs_.kernel, k.value, k.slope);
  k.value *= scale_;
  k.slope *= scale_;
  return k;
}

// dk_a/dx_j = -slope_a (x_j - x_aj) / l_j^2
Eigen::VectorXd Posterior::by_coordinates(const Eigen::Ref<const Eigen::VectorXd>& point,
                                          const Eigen::ArrayXd& by_distance) const {
  const Eigen::VectorXd x = seen(point);
  Eigen::VectorXd result = Eigen::VectorXd::Zero(inputs_.size());
  for (Eigen::Index j = 0; j < result.size(); ++j) {
    if (inputs_.categorical[static_cast<std::size_t>(j)] != 0) continue;
    result[j] = -factors_[j] * (by_distance * (x[j] - points().col(j).array())).sum();
    if (parameters_.warps) result[j] *= warped_slope(point[j], parameters_.warp_a(j), parameters_.warp_b(j));
  }
  return result;
}

void Posterior::append(const Eigen::Ref<const Eigen::VectorXd>& point) {
  points_.row(size_) = seen(point).transpose();
  Eigen::VectorXd row = covariances(points_.row(size_).transpose());
  factor().triangularView<Eigen::Lower>().solveInPlace(row);
  const double pivot = scale_ + noise_ + jitter_ - row.squaredNorm();
  factor_.row(size_).head(size_) = row.transpose();
  factor_(size_, size_) = std::sqrt(std::max(pivot, least_pivot * scale_));
  ++size_;
}

void Posterior::observe(const Eigen::VectorXd& outputs) {
  // The mean that is most probable under a standard normal prior.
  Eigen::VectorXd ones = Eigen::VectorXd::Ones(size_);
  factor().triangularView<Eigen::Lower>().solveInPlace(ones);
  outputs_ = outputs;
  alpha_ = outputs;
  factor().triangularView<Eigen::Lower>().solveInPlace(alpha_);
  mean_ = ones.dot(alpha_) / (ones.squaredNorm() + 1.0);
  alpha_ -= mean_ * ones;
  factor().transpose().triangularView<Eigen::Upper>().solveInPlace(alpha_);
}

Prediction Posterior::predict(const Eigen::Ref<const Eigen::VectorXd>& point) const {
  Eigen::VectorXd k = covariances(seen(point));
  const double mean = mean_ + k.dot(alpha_);
  factor().triangularView<Eigen::Lower>().solveInPlace(k);
  return {mean, deviation(k)};
}

PredictionWithGradient Posterior::predict_with_gradient(const Eigen::Ref<const Eigen::VectorXd>& point) const {
  const auto [k, slope] = covariances_with_slope(seen(point));
  Eigen::VectorXd weights = k.matrix();
  PredictionWithGradient result;
  result.mean = mean_ + weights.dot(alpha_);
  factor().triangularView<Eigen::Lower>().solveInPlace(weights);
  const double variance = scale_ - weights.squaredNorm();
  result.deviation = std::sqrt(std::max(variance, least_pivot * scale_));
  factor().transpose().triangularView<Eigen::Upper>().solveInPlace(weights);
  result.mean_gradient = by_coordinates(point, slope * alpha_.array());
  result.deviation_gradient.setZero(inputs_.size());
  if (variance >= least_pivot * scale_) {
    result.deviation_gradient = by_coordinates(point, slope * weights.array()) / -result.deviation;
  }
  return result;
}

Eigen::MatrixXd Posterior::whitened(const Eigen::Ref<const Eigen::MatrixXd>& points, Eigen::VectorXd& means) const {
  Eigen::MatrixXd k(size_, points.cols());
  for (Eigen::Index i = 0; i < points.cols(); ++i) k.col(i) = covariances(seen(points.col(i)));
  means = k.transpose() * alpha_;
  means.array() += mean_;
  factor().triangularView<Eigen::Lower>().solveInPlace(k);
  return k;
}

double Posterior::deviation(const Eigen::Ref<const Eigen::VectorXd>& weights) const {
  return std::sqrt(std::max(scale_ - weights.squaredNorm(), least_pivot * scale_));
}

std::vector<Prediction> Posterior::predict_all(const Eigen::Ref<const Eigen::MatrixXd>& points) const {
  Eigen::VectorXd means;
  const Eigen::MatrixXd weights = whitened(points, means);
  std::vector<Prediction> result;
  result.reserve(static_cast<std::size_t>(points.cols()));
  for (Eigen::Index i = 0; i < points.cols(); ++i) result.push_back({means[i], deviation(weights.col(i))});
  return result;
}

PendingOutcomes Posterior::pending_outcomes(const Eigen::MatrixXd& base_samples) const {
  const Eigen::Index pending = base_samples.rows();
  // The last block of K's factor is the factor of their covariance given the points before.
  return gp::pending_outcomes(outputs_.tail(pending), factor().bottomRightCorner(pending, pending), noise_ + jitter_,
                              base_samples);
}

std::vector<ConditionalPrediction> Posterior::predict_all_given(const Eigen::Ref<const Eigen::MatrixXd>& points,
                                                                Eigen::Index pending) const {
  Eigen::VectorXd means;
  const Eigen::MatrixXd weights = whitened(points, means);
  std::vector<ConditionalPrediction> result;
  result.reserve(static_cast<std::size_t>(points.cols()));
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    result.push_back({{means[i], deviation(weights.col(i))}, weights.col(i).tail(pending)});
  }
  return result;
}

Eigen::VectorXd Posterior::gradient(const Eigen::Ref<const Eigen::VectorXd>& point,
                                    const ConditionalSlopes& slopes) const {
  const auto [k, slope] = covariances_with_slope(seen(point));
  Eigen::VectorXd weights = k.matrix();
  factor().triangularView<Eigen::Lower>().solveInPlace(weights);
  const double variance = scale_ - weights.squaredNorm();
  // By L^-1 k, then by k.
  weights *= variance < least_pivot * scale_ ? 0.0 : -slopes.by_deviation / std::sqrt(variance);
  weights.tail(slopes.by_weights.size()) += slopes.by_weights;
  factor().transpose().triangularView<Eigen::Upper>().solveInPlace(weights);
  return by_coordinates(point, slope * (slopes.by_mean * alpha_ + weights).array());
}

Eigen::MatrixXd Posterior::joint_covariance(const Eigen::Ref<const Eigen::MatrixXd>& points,
                                            Eigen::VectorXd& means) const {
  const Eigen::Index count = points.cols();
  const Eigen::MatrixXd weights = whitened(points, means);
  Eigen::MatrixXd result(count, count);
  Eigen::MatrixXd rows = points.transpose();
  for (Eigen::Index i = 0; i < count; ++i) rows.row(i) = seen(points.col(i)).transpose();
  for (Eigen::Index i = 0; i < count; ++i) {
    Eigen::ArrayXd column = squared_distances(inputs_, factors_, rows, rows.row(i).transpose());
    correlate(inputs_.kernel, column);
    result.col(i) = scale_ * column.matrix();
  }
  result -= weights.transpose() * weights;
  return result;
}

}  // namespace gp
