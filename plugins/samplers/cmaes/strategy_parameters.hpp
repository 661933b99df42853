// SPDX-License-Identifier: MIT
// The constants of a CMA-ES with a given dimension and population size.
#pragma once

#include <cstdint>

#include <Eigen/Core>

namespace cmaes {

/// Names as in Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772, Table 1.
struct StrategyParameters {
  Eigen::Index n = 0;       ///< dimension
  Eigen::Index lambda = 0;  ///< population size
  Eigen::Index mu = 0;      ///< number of points with a positive weight
  Eigen::VectorXd w;        ///< recombination weights, best first; the first mu sum to one, the others are <= 0
  double mu_eff = 0.0;      ///< variance effective selection mass (eq. 8)
  double c_sigma = 0.0, d_sigma = 0.0;
  double c_c = 0.0, c_1 = 0.0, c_mu = 0.0;
  double chi_n = 0.0;          ///< E||N(0, I)||
  std::int64_t eigen_gap = 1;  ///< generations between two decompositions of C
};

/// 4 + floor(3 ln n) (eq. 48). n >= 1.
Eigen::Index default_population_size(Eigen::Index n);

/// The defaults of active CMA-ES (eqs. 49 to 58). n >= 1, lambda >= 2.
StrategyParameters strategy_parameters(Eigen::Index n, Eigen::Index lambda);

/// Those of sep-CMA-ES, which learns a diagonal C with a rate (n + 2) / 3 times as high and positive weights alone
/// (Ros and Hansen, "A simple modification in CMA-ES achieving linear time and space complexity", PPSN 2008).
StrategyParameters separable_parameters(Eigen::Index n, Eigen::Index lambda);

}  // namespace cmaes
