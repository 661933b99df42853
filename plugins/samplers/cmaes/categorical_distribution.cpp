// SPDX-License-Identifier: MIT
#include "categorical_distribution.hpp"

#include <cmath>
#include <utility>

namespace cmaes {

CategoricalDistribution::CategoricalDistribution(std::vector<Eigen::Index> choices, std::size_t all_discrete) {
  for (const Eigen::Index K : choices) {
    q_.push_back(Eigen::VectorXd::Constant(K, 1.0 / static_cast<double>(K)));
    // With every variable at its margin, a sample still differs in some variable with probability 0.27.
    q_min_.push_back((1.0 - std::pow(0.73, 1.0 / static_cast<double>(all_discrete))) / static_cast<double>(K - 1));
    parameters_ += static_cast<double>(K - 1);
  }
  s_ = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(parameters_));
}

void CategoricalDistribution::tell(const std::vector<std::vector<Eigen::Index>>& chosen, const Eigen::VectorXd& w) {
  if (q_.empty()) return;
  std::vector<Eigen::VectorXd> gradient;  // the natural one
  for (std::size_t i = 0; i < q_.size(); ++i) {
    Eigen::VectorXd g = -w.sum() * q_[i];
    for (std::size_t k = 0; k < chosen.size(); ++k) g[chosen[k][i]] += w[static_cast<Eigen::Index>(k)];
    gradient.push_back(std::move(g));
  }

  // In the coordinates where the Fisher metric is Euclidean (appendix B of the paper on ASNG).
  Eigen::VectorXd local(s_.size());
  Eigen::Index at = 0;
  for (std::size_t i = 0; i < q_.size(); ++i) {
    const Eigen::Index K = q_[i].size();
    const Eigen::ArrayXd root = q_[i].head(K - 1).array().sqrt();
    const double last = q_[i][K - 1];
    const double shared = gradient[i].head(K - 1).sum() / (last + std::sqrt(last));
    local.segment(at, K - 1) = gradient[i].head(K - 1).array() / root + root * shared;
    at += K - 1;
  }
  const double norm = local.norm() + 1e-30;
  for (std::size_t i = 0; i < q_.size(); ++i) q_[i] += delta_ / norm * gradient[i];

  // The radius shrinks while the gradients of successive generations disagree.
  constexpr double alpha = 1.5;
  delta_ = 1.0 / Delta_;
  const double beta = delta_ / std::sqrt(parameters_);
  s_ = (1.0 - beta) * s_ + std::sqrt(beta * (2.0 - beta)) / norm * local;
  gamma_ = (1.0 - beta) * (1.0 - beta) * gamma_ + beta * (2.0 - beta);
  Delta_ *= std::exp(beta * (gamma_ - s_.squaredNorm() / alpha));
  keep_margin();
}

// Lifts what has fallen below the margin, at the cost of what lies above it.
void CategoricalDistribution::keep_margin() {
  for (std::size_t i = 0; i < q_.size(); ++i) {
    Eigen::VectorXd& q = q_[i];
    q = q.cwiseMax(q_min_[i]);
    const double sum = q.sum();
    const double above = sum - q_min_[i] * static_cast<double>(q.size());
    if (above > 0.0) q.array() -= (sum - 1.0) / above * (q.array() - q_min_[i]);
    q /= q.sum();
  }
}

Eigen::Index choice_at(const Eigen::VectorXd& q, double u) {
  double sum = 0.0;
  for (Eigen::Index c = 0; c + 1 < q.size(); ++c) {
    sum += q[c];
    if (u < sum) return c;
  }
  return q.size() - 1;
}

}  // namespace cmaes
