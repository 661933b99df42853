// SPDX-License-Identifier: MIT
// What is not known yet at pending points, told by samples.
#pragma once

#include <Eigen/Core>

#include "log_expected_improvement.hpp"

namespace gp {

/// The normal prediction of an output at a point, given what comes out at the pending points: if that is m + L z, where
/// m is their mean and L L^T their covariance, the mean is `mean` + `weights` . z. (Rasmussen and Williams 2006, eq.
/// A.6; the weights are L^-1 times the covariances of the point with the pending ones.)
struct ConditionalPrediction : Prediction {
  Eigen::VectorXd weights;
};

/// The derivatives of a function of a conditional prediction.
struct ConditionalSlopes {
  double by_mean = 0.0;
  double by_deviation = 0.0;
  Eigen::VectorXd by_weights;
};

/// Samples of one output at the pending points: a row for each point, a column for each sample.
struct PendingOutcomes {
  Eigen::MatrixXd base_samples;  ///< z, standard normal
  Eigen::MatrixXd values;        ///< what the function is expected to be there, given that m + L z is observed
};

/// @param means, factor  m and L of what will be observed, noise included
/// @param noise          its variance: the function's values given the observations are m + (L - noise L^-T) z
PendingOutcomes pending_outcomes(const Eigen::VectorXd& means, const Eigen::MatrixXd& factor, double noise,
                                 const Eigen::MatrixXd& base_samples);

}  // namespace gp
