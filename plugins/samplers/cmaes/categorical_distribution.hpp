// SPDX-License-Identifier: MIT
// The categorical part of CatCMA: a probability for each choice, adapted by natural gradients.
#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

namespace cmaes {

/// Independent categorical distributions and their update with an adaptive trust region (ASNG).
///
/// Hamano, Saito, Nomura, Uchida, Shirakawa: "CatCMA: Stochastic Optimization for Mixed-Category Problems", GECCO 2024,
/// arXiv 2405.09962; Akimoto et al.: "Adaptive Stochastic Natural Gradient Method for One-Shot Neural Architecture
/// Search", ICML 2019.
class CategoricalDistribution {
 public:
  /// `choices`: how many each variable has, 2 at least. `all_discrete`: variables that share the margin's chance of a
  /// change, integers included.
  CategoricalDistribution(std::vector<Eigen::Index> choices, std::size_t all_discrete);

  std::size_t size() const { return q_.size(); }
  /// The probabilities of one variable.
  const Eigen::VectorXd& q(std::size_t variable) const { return q_[variable]; }
  const std::vector<Eigen::VectorXd>& all() const { return q_; }

  /// One generation: `chosen[k][i]` is the choice of variable i in the k-th best point, `w` the weights of the points.
  void tell(const std::vector<std::vector<Eigen::Index>>& chosen, const Eigen::VectorXd& w);

 private:
  void keep_margin();

  std::vector<Eigen::VectorXd> q_;
  std::vector<double> q_min_;
  double parameters_ = 0.0;  // free ones
  double Delta_ = 1.0;       // the inverse of the trust region's radius
  double delta_ = 1.0;
  double gamma_ = 0.0;
  Eigen::VectorXd s_;
};

/// The choice that owns u in [0, 1).
Eigen::Index choice_at(const Eigen::VectorXd& q, double u);

}  // namespace cmaes
