// SPDX-License-Identifier: MIT
// The most probable hyper-parameters.
#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

#include "covariance.hpp"

namespace gp {

/// What is believed before any observation; outputs have mean 0 and variance 1.
struct Priors {
  /// log l ~ N(sqrt 2 + log(d) / 2, 3) (Hvarfner, Hellsten, Nardi: "Vanilla Bayesian Optimization Performs Great in
  /// High Dimensions", ICML 2024).
  double length_mean = 0.0;
  double length_deviation = 1.0;
  double scale_deviation = 1.0;  ///< of log s^2 about 0
  double noise_mean = -14.0;     ///< of log noise
  double noise_deviation = 4.0;
  double warp_deviation = 0.75;  ///< of the logarithms of the warping's exponents about 0
  /// The variance of the noise where it is known.
  std::optional<double> fixed_noise;

  static Priors of_dimension(Eigen::Index dimensions);
};

/// The noise of an objective that is deterministic: what keeps the factorisation stable.
inline constexpr double least_noise = 1e-8;

/// The logarithm of the priors' density at the hyper-parameters, up to a constant, and its gradient.
double log_prior(const Priors& priors, const HyperParameters& parameters, Eigen::VectorXd& gradient);

/// Where a search for hyper-parameters begins when nothing is known.
HyperParameters prior_start(const Priors& priors, Eigen::Index dimensions);

/// The hyper-parameters that maximise the marginal likelihood times the priors, searched from each of the starts (at
/// least one; all with input warping or all without). Where no factorisation succeeds, the first start is returned and
/// `converged` is false.
struct Fit {
  HyperParameters parameters;
  double value = 0.0;
  bool converged = false;
};
Fit fit(const Inputs& inputs, const Eigen::MatrixXd& points, const Eigen::VectorXd& outputs, const Priors& priors,
        const std::vector<HyperParameters>& starts);

/// The same where nothing is known. With input warping, the search begins at what is most probable without.
Fit first_fit(const Inputs& inputs, const Eigen::MatrixXd& points, const Eigen::VectorXd& outputs, const Priors& priors,
              bool warps);

}  // namespace gp
