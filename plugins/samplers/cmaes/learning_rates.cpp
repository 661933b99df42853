// SPDX-License-Identifier: MIT
#include "learning_rates.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace cmaes {
namespace {

constexpr double alpha = 1.4;
constexpr double beta_mean = 0.1;
constexpr double beta_covariance = 0.03;
constexpr double gamma = 0.1;

// The rate for which the estimated signal-to-noise ratio would be alpha times itself (eqs. 12 to 16 there).
double adapted(double eta, double beta, double squared_E, double V) {
  const double snr = (squared_E - beta / (2.0 - beta) * V) / (V - squared_E);
  const double change = std::clamp(snr / alpha / eta - 1.0, -1.0, 1.0);
  return std::min(1.0, eta * std::exp(std::min(gamma * eta, beta) * change));
}

}  // namespace

LearningRates::LearningRates(Eigen::Index n)
    : E_mean_(Eigen::VectorXd::Zero(n)), E_covariance_(Eigen::MatrixXd::Zero(n, n)) {}

void LearningRates::adapt(const Eigen::VectorXd& m_before, double sigma_before, const Eigen::MatrixXd& C_before,
                          const Axes& axes, Eigen::VectorXd& m, double& sigma, Covariance& C) {
  const Eigen::MatrixXd root_inverse = axes.B * axes.D.cwiseInverse().asDiagonal() * axes.B.transpose() / sigma_before;
  const Eigen::VectorXd step = m - m_before;
  const Eigen::MatrixXd before = sigma_before * sigma_before * C_before;
  const Eigen::MatrixXd change = sigma * sigma * C.matrix() - before;

  // The same in the local coordinates, where the metric of the distributions is Euclidean.
  const Eigen::VectorXd local_step = root_inverse * step;
  const Eigen::MatrixXd local_change = root_inverse * change * root_inverse / std::sqrt(2.0);
  E_mean_ = (1.0 - beta_mean) * E_mean_ + beta_mean * local_step;
  E_covariance_ = (1.0 - beta_covariance) * E_covariance_ + beta_covariance * local_change;
  V_mean_ = (1.0 - beta_mean) * V_mean_ + beta_mean * local_step.squaredNorm();
  V_covariance_ = (1.0 - beta_covariance) * V_covariance_ + beta_covariance * local_change.squaredNorm();

  const double eta_before = eta_mean_;
  eta_mean_ = adapted(eta_mean_, beta_mean, E_mean_.squaredNorm(), V_mean_);
  eta_covariance_ = adapted(eta_covariance_, beta_covariance, E_covariance_.squaredNorm(), V_covariance_);

  m = m_before + eta_mean_ * step;
  const Eigen::MatrixXd both = before + eta_covariance_ * change;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(both, Eigen::EigenvaluesOnly);
  const double floor = 1e-300;
  sigma = std::exp(solver.eigenvalues().cwiseMax(floor).array().log().sum() / 2.0 / static_cast<double>(m.size()));
  C.set(both / (sigma * sigma));
  // A smaller rate for the mean makes larger steps the best ones.
  sigma *= eta_before / eta_mean_;
}

}  // namespace cmaes
