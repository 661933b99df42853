// SPDX-License-Identifier: MIT
// Learning rates that keep the signal-to-noise ratio of the updates constant (LRA-CMA-ES).
#pragma once

#include <Eigen/Core>

#include "covariance.hpp"

namespace cmaes {

/// Nomura, Akimoto, Ono: "CMA-ES with Learning Rate Adaptation: Can CMA-ES with Default Population Size Solve
/// Multimodal and Noisy Problems?", GECCO 2023, arXiv 2304.03473, Algorithm 1 and its constants.
class LearningRates {
 public:
  explicit LearningRates(Eigen::Index n);

  /// Takes an update (m, sigma, C before; m, sigma, C after) and shortens it by the rates, which adapt first. `axes`
  /// are those of C before.
  void adapt(const Eigen::VectorXd& m_before, double sigma_before, const Eigen::MatrixXd& C_before, const Axes& axes,
             Eigen::VectorXd& m, double& sigma, Covariance& C);

  double eta_mean() const { return eta_mean_; }
  double eta_covariance() const { return eta_covariance_; }

 private:
  Eigen::VectorXd E_mean_;
  Eigen::MatrixXd E_covariance_;
  double V_mean_ = 0.0;
  double V_covariance_ = 0.0;
  double eta_mean_ = 1.0;
  double eta_covariance_ = 1.0;
};

}  // namespace cmaes
