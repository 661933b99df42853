// SPDX-License-Identifier: MIT
// What is not known yet at pending points, integrated over by samples.
#pragma once

#include <Eigen/Core>

#include "log_expected_improvement.hpp"

namespace gp {

/// The normal prediction of an output at a point, jointly with the same output at the pending points.
struct JointPrediction {
  double mean;
  double variance;
  Eigen::VectorXd covariances;  ///< with each pending point
};

/// The derivatives of a function of a joint prediction.
struct JointSlopes {
  double by_mean = 0.0;
  double by_variance = 0.0;
  Eigen::VectorXd by_covariances;
};

/// The predictions of an output at a point, given each sample of the pending outcomes: they differ in the mean alone.
struct ConditionalPredictions {
  Eigen::VectorXd means;
  double deviation;
  Eigen::VectorXd weights;  ///< of the base samples in the means: L^-1 covariances
  bool floored;             ///< whether so little variance was left that a floor took its place
};

/// One output at the pending points: a joint normal distribution and samples of it, m + L z with L L^T the covariance
/// and z fixed base samples. Given a sample, the prediction at a further point is normal again (Rasmussen and Williams
/// 2006, eq. A.6), so that what depends on that point is integrated over in closed form.
class PendingOutcomes {
 public:
  /// @param covariance    of the outcomes, or of their noisy observations if these are what will be known. If it is
  ///                      singular, as with two equal points, a multiple of the identity is added
  /// @param base_samples  standard normal numbers: a row for each pending point, a column for each sample
  PendingOutcomes(const Eigen::VectorXd& means, const Eigen::MatrixXd& covariance, const Eigen::MatrixXd& base_samples);

  /// The outcomes: a row for each pending point, a column for each sample.
  const Eigen::MatrixXd& samples() const { return samples_; }

  ConditionalPredictions given_each_sample(const JointPrediction& point) const;

  /// The derivatives of a function of `given_each_sample(point)` by the joint prediction, from those by the means and
  /// by the deviation.
  JointSlopes pull_back(const ConditionalPredictions& conditional, const JointPrediction& point,
                        const Eigen::VectorXd& by_means, double by_deviation) const;

 private:
  Eigen::MatrixXd factor_;  // L
  Eigen::MatrixXd base_samples_;
  Eigen::MatrixXd samples_;
};

}  // namespace gp
