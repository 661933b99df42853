// SPDX-License-Identifier: MIT
#include "cma_es.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cmaes {

CmaEs::CmaEs(StrategyParameters parameters, Eigen::VectorXd mean, double sigma, Covariance C,
             std::optional<LearningRates> rates)
    : p_(std::move(parameters)),
      m_(std::move(mean)),
      sigma_(sigma),
      C_(std::move(C)),
      p_sigma_(Eigen::VectorXd::Zero(p_.n)),
      p_c_(Eigen::VectorXd::Zero(p_.n)),
      rates_(std::move(rates)) {}

void CmaEs::tell(const Eigen::MatrixXd& X) {
  const SearchDistribution before = distribution();
  const Eigen::MatrixXd C_before = rates_ ? C_.matrix() : Eigen::MatrixXd();
  const Eigen::MatrixXd Y = (X.colwise() - m_) / sigma_;
  const Eigen::MatrixXd whitened = C_.axes()->whitened(Y);

  // Selection and recombination.
  const Eigen::VectorXd y_w = Y.leftCols(p_.mu) * p_.w.head(p_.mu);  // eq. 41
  m_ += sigma_ * y_w;                                                // eq. 42

  // Step-size control.
  const Eigen::VectorXd root_inverse_y_w = C_.axes()->rotated(whitened.leftCols(p_.mu) * p_.w.head(p_.mu));
  p_sigma_ = (1.0 - p_.c_sigma) * p_sigma_ +
             std::sqrt(p_.c_sigma * (2.0 - p_.c_sigma) * p_.mu_eff) * root_inverse_y_w;  // eq. 43
  const double length = p_sigma_.norm();
  // No more than a factor of e at once, as in pycma: injected points could else blow it up.
  sigma_ *= std::exp(std::min(1.0, p_.c_sigma / p_.d_sigma * (length / p_.chi_n - 1.0)));  // eq. 44

  // Covariance matrix adaptation.
  ++g_;
  const double unbiased = std::sqrt(1.0 - std::pow(1.0 - p_.c_sigma, 2.0 * static_cast<double>(g_)));
  const bool h_sigma = length / unbiased < (1.4 + 2.0 / (static_cast<double>(p_.n) + 1.0)) * p_.chi_n;
  p_c_ *= 1.0 - p_.c_c;
  if (h_sigma) p_c_ += std::sqrt(p_.c_c * (2.0 - p_.c_c) * p_.mu_eff) * y_w;  // eq. 45
  update_covariance(Y, whitened, h_sigma);

  if (rates_) {
    rates_->adapt(before.mean, before.sigma, C_before, *before.axes, m_, sigma_, C_);
    decomposed_ = g_;
  } else if (g_ - decomposed_ >= p_.eigen_gap) {
    C_.decompose();
    decomposed_ = g_;
  }
}

void CmaEs::update_covariance(const Eigen::MatrixXd& Y, const Eigen::MatrixXd& whitened, bool h_sigma) {
  Eigen::VectorXd w = p_.c_mu * p_.w;
  for (Eigen::Index i = p_.mu; i < p_.lambda; ++i) {
    if (w[i] >= 0.0) continue;
    // Each bad step takes away as much as one of average length. (The small number is pycma's.)
    const double norm = whitened.col(i).norm() + 1e-9;
    w[i] *= static_cast<double>(p_.n) / (norm * norm);  // eq. 46
  }
  const double lost = h_sigma ? 0.0 : p_.c_c * (2.0 - p_.c_c);
  C_.update(1.0 + p_.c_1 * lost - p_.c_1 - p_.c_mu * p_.w.sum(), p_.c_1, p_c_, w, Y);  // eq. 47
}

double CmaEs::longest_step() const {
  const double n = static_cast<double>(p_.n);
  return std::sqrt(n) + 2.0 * n / (n + 2.0);
}

void CmaEs::limit_deviations(double most) {
  const Eigen::VectorXd now = deviations();
  if (now.maxCoeff() <= most) return;
  const Eigen::VectorXd factor = (most / now.array()).min(1.0);
  C_.scale(factor);
  p_c_.array() *= factor.array();
  decomposed_ = g_;
}

}  // namespace cmaes
