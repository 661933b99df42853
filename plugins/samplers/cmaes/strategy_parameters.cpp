// SPDX-License-Identifier: MIT
#include "strategy_parameters.hpp"

#include <algorithm>
#include <cmath>

namespace cmaes {
namespace {

double effective_mass(const Eigen::VectorXd& w) { return w.sum() * w.sum() / w.squaredNorm(); }

double expected_length(double n) { return std::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)); }

// w' of eq. 49, best first.
Eigen::VectorXd raw_weights(Eigen::Index lambda) {
  Eigen::VectorXd w(lambda);
  const double middle = std::log((static_cast<double>(lambda) + 1.0) / 2.0);
  for (Eigen::Index i = 0; i < lambda; ++i) w[i] = middle - std::log(static_cast<double>(i + 1));
  return w;
}

// The sizes that both variants share: n, lambda, mu, the positive weights and mu_eff.
StrategyParameters with_weights(Eigen::Index n, Eigen::Index lambda) {
  StrategyParameters p;
  p.n = n;
  p.lambda = lambda;
  p.mu = lambda / 2;
  p.w = raw_weights(lambda);
  p.mu_eff = effective_mass(p.w.head(p.mu));
  p.chi_n = expected_length(static_cast<double>(n));
  return p;
}

double damping(const StrategyParameters& p) {
  const double n = static_cast<double>(p.n);
  return 1.0 + 2.0 * std::max(0.0, std::sqrt((p.mu_eff - 1.0) / (n + 1.0)) - 1.0) + p.c_sigma;
}

}  // namespace

Eigen::Index default_population_size(Eigen::Index n) {
  return 4 + static_cast<Eigen::Index>(std::floor(3.0 * std::log(static_cast<double>(n))));
}

StrategyParameters strategy_parameters(Eigen::Index dimension, Eigen::Index lambda) {
  StrategyParameters p = with_weights(dimension, lambda);
  const double n = static_cast<double>(dimension);
  p.c_sigma = (p.mu_eff + 2.0) / (n + p.mu_eff + 5.0);            // eq. 55
  p.d_sigma = damping(p);                                         // eq. 55
  p.c_c = (4.0 + p.mu_eff / n) / (n + 4.0 + 2.0 * p.mu_eff / n);  // eq. 56
  p.c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + p.mu_eff);               // eq. 57
  p.c_mu = std::min(1.0 - p.c_1 - 1e-8,
                    2.0 * (0.25 + p.mu_eff + 1.0 / p.mu_eff - 2.0) / ((n + 2.0) * (n + 2.0) + p.mu_eff));  // eq. 58

  const Eigen::Index negatives = p.lambda - p.mu;
  const double mu_eff_minus = effective_mass(p.w.tail(negatives));
  const double alpha = std::min({1.0 + p.c_1 / p.c_mu,                         // eq. 50
                                 1.0 + 2.0 * mu_eff_minus / (p.mu_eff + 2.0),  // eq. 51
                                 (1.0 - p.c_1 - p.c_mu) / (n * p.c_mu)});      // eq. 52
  const double positive_sum = p.w.cwiseMax(0.0).sum();
  const double negative_sum = -p.w.cwiseMin(0.0).sum();
  for (double& w : p.w) w *= w >= 0.0 ? 1.0 / positive_sum : alpha / negative_sum;  // eq. 53
  // Decomposing C costs n^3 and changes little at the rates of high dimensions. The tutorial (B.2) waits for
  // 1 / (10 n (c_1 + c_mu)) generations, pycma five times as long.
  p.eigen_gap = std::max<std::int64_t>(1, std::llround(0.5 / (n * (p.c_1 + p.c_mu))));
  return p;
}

StrategyParameters separable_parameters(Eigen::Index dimension, Eigen::Index lambda) {
  StrategyParameters p = with_weights(dimension, lambda);
  const double n = static_cast<double>(dimension);
  for (Eigen::Index i = 0; i < lambda; ++i) {
    p.w[i] = i < p.mu ? std::log(static_cast<double>(p.mu) + 1.0) - std::log(static_cast<double>(i + 1)) : 0.0;
  }
  p.w /= p.w.sum();
  p.mu_eff = 1.0 / p.w.squaredNorm();
  p.c_sigma = (p.mu_eff + 2.0) / (n + p.mu_eff + 3.0);
  p.d_sigma = damping(p);
  p.c_c = 4.0 / (n + 4.0);
  p.c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + p.mu_eff);
  const double full =
      2.0 / p.mu_eff / ((n + std::sqrt(2.0)) * (n + std::sqrt(2.0))) +
      (1.0 - 1.0 / p.mu_eff) * std::min(1.0, (2.0 * p.mu_eff - 1.0) / ((n + 2.0) * (n + 2.0) + p.mu_eff));
  p.c_mu = std::min(1.0 - p.c_1, (n + 2.0) / 3.0 * full);
  return p;
}

}  // namespace cmaes
