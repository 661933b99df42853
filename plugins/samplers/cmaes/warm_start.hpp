// SPDX-License-Identifier: MIT
// The first distribution from the good points of a similar problem (WS-CMA-ES).
#pragma once

#include <Eigen/Core>

namespace cmaes {

struct Gaussian {
  Eigen::VectorXd mean;
  double sigma = 0.0;
  Eigen::MatrixXd C;  ///< of determinant 1
};

/// The share of the source's points that counts, and the deviation of the kernel around each.
inline constexpr double warm_start_gamma = 0.1;
inline constexpr double warm_start_alpha = 0.1;

/// The normal distribution that is closest to a mixture of N(point, alpha^2 I). `points` are the columns, at least one.
/// Nomura, Watanabe, Akimoto, Ozaki, Onishi: "Warm Starting CMA-ES for Hyperparameter Optimization", AAAI 2021,
/// arXiv 2012.06932, section 4.
Gaussian warm_start(const Eigen::MatrixXd& points, double alpha);

}  // namespace cmaes
