// SPDX-License-Identifier: MIT
#include "pending_outcomes.hpp"

#include <cmath>

#include <Eigen/Cholesky>

namespace gp {

namespace {

// The share of its variance that a point keeps whatever is known: one that is pending already has next to nothing to
// offer, but a derivative.
constexpr double least_share = 1e-10;

Eigen::MatrixXd cholesky_factor(const Eigen::MatrixXd& covariance) {
  if (covariance.rows() == 0) return covariance;
  const double size = covariance.diagonal().cwiseAbs().maxCoeff();
  for (double share = 0.0; share < 1.0; share = share == 0.0 ? 1e-12 : share * 10.0) {
    Eigen::MatrixXd raised = covariance;
    raised.diagonal().array() += share * size;
    const Eigen::LLT<Eigen::MatrixXd> factorised(raised);
    if (factorised.info() == Eigen::Success) return factorised.matrixL();
  }
  // No covariance at all; the outcomes vary on their own.
  return covariance.diagonal().cwiseAbs().cwiseSqrt().asDiagonal();
}

}  // namespace

PendingOutcomes::PendingOutcomes(const Eigen::VectorXd& means, const Eigen::MatrixXd& covariance,
                                 const Eigen::MatrixXd& base_samples)
    : factor_(cholesky_factor(covariance)), base_samples_(base_samples) {
  samples_ = factor_ * base_samples_;
  samples_.colwise() += means;
}

ConditionalPredictions PendingOutcomes::given_each_sample(const JointPrediction& point) const {
  ConditionalPredictions result;
  result.weights = factor_.triangularView<Eigen::Lower>().solve(point.covariances);
  result.means = base_samples_.transpose() * result.weights;
  result.means.array() += point.mean;
  const double variance = point.variance - result.weights.squaredNorm();
  result.floored = !(variance > least_share * point.variance);
  result.deviation = std::sqrt(result.floored ? least_share * point.variance : variance);
  return result;
}

JointSlopes PendingOutcomes::pull_back(const ConditionalPredictions& conditional, const JointPrediction& point,
                                       const Eigen::VectorXd& by_means, double by_deviation) const {
  JointSlopes slopes;
  slopes.by_mean = by_means.sum();
  Eigen::VectorXd by_weights = base_samples_ * by_means;
  if (conditional.floored) {
    slopes.by_variance = 0.5 * by_deviation * conditional.deviation / point.variance;
  } else {
    slopes.by_variance = 0.5 * by_deviation / conditional.deviation;
    by_weights -= by_deviation / conditional.deviation * conditional.weights;
  }
  slopes.by_covariances = factor_.triangularView<Eigen::Lower>().transpose().solve(by_weights);
  return slopes;
}

}  // namespace gp
