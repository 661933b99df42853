// SPDX-License-Identifier: MIT
// How far from the best point the next one is sought.
#pragma once

#include <cstddef>
#include <span>
#include <tuple>

#include <Eigen/Core>

namespace gp {

/// What a trial brought: the less the better, the violation of constraints first.
struct Merit {
  double violation;
  double loss;

  friend bool operator<(const Merit& a, const Merit& b) {
    return std::tie(a.violation, a.loss) < std::tie(b.violation, b.loss);
  }
};

/// The trust region of TuRBO-1 (Eriksson, Pearce, Gardner, Turner, Poloczek: "Scalable Global Optimization via Local
/// Bayesian Optimization", NeurIPS 2019, arXiv 1910.01739): a box about the best point that doubles after three
/// improvements in a row, and halves after as many trials without one as there are parameters, four at least. When it
/// has become smaller than 2^-7 a search begins anew elsewhere. Any improvement counts; there it must be a thousandth
/// of the best value, which depends on where an objective has its zero.
struct TrustRegion {
  static constexpr double initial = 0.8, longest = 1.6, shortest = 0.0078125;
  static constexpr std::size_t successes_to_double = 3;

  std::size_t first = 0;    ///< the trial that its search began with
  std::size_t best = 0;     ///< the best one since
  double length = initial;  ///< of a side, as a share of the parameter's range
  bool is_starting = true;  ///< whether the search still spreads its first trials evenly
};

/// The region after some trials, a function of them alone.
/// @param trials   at least one, in the order of their numbers
/// @param startup  so many trials of a search are spread evenly and count neither as success nor as failure
TrustRegion trust_region(std::span<const Merit> trials, std::size_t dimensions, std::size_t startup);

/// Half the sides of the box: in proportion to the model's length scales, with `length` as their geometric mean.
Eigen::ArrayXd half_sides(const TrustRegion& region, const Eigen::Ref<const Eigen::VectorXd>& log_lengths);

}  // namespace gp
