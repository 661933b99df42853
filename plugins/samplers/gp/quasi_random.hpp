// SPDX-License-Identifier: MIT
// Evenly spread points, to start searches from and to integrate with.
#pragma once

#include <Eigen/Core>

#include <hone/random.hpp>

namespace gp {

/// The first `count` points of Sobol's sequence (direction numbers of Joe and Kuo 2008, from Boost.Random) under a
/// random digital shift, which keeps them even: in (0, 1)^dimensions, one a column. Dimensions beyond the 3667 that
/// there are direction numbers for are filled at random. Best with a power of two.
Eigen::MatrixXd sobol_points(Eigen::Index dimensions, Eigen::Index count, hone::RandomStream random);

/// The same, as standard normal numbers: the base samples of a Monte Carlo acquisition function (Balandat et al.,
/// "BoTorch: a framework for efficient Monte-Carlo Bayesian optimization", NeurIPS 2020, sect. 4).
Eigen::MatrixXd normal_base_samples(Eigen::Index dimensions, Eigen::Index count, hone::RandomStream random);

}  // namespace gp
