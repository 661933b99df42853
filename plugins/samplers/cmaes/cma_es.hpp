// SPDX-License-Identifier: MIT
// Active CMA-ES by ask and tell on plain vectors.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <Eigen/Core>

#include "covariance.hpp"
#include "learning_rates.hpp"
#include "strategy_parameters.hpp"

namespace cmaes {

/// N(mean, sigma^2 C): what a generation is drawn from. A value, cheap to copy.
struct SearchDistribution {
  Eigen::VectorXd mean;
  double sigma = 0.0;
  std::shared_ptr<const Axes> axes;

  /// mean + sigma B D z (eqs. 38 to 40); z ~ N(0, I).
  Eigen::VectorXd point(const Eigen::VectorXd& z) const { return mean + sigma * axes->colored(z); }
  /// The length of C^(-1/2) (x - mean) / sigma.
  double distance(const Eigen::VectorXd& x) const { return axes->whitened((x - mean) / sigma).norm(); }
};

/// The state of a (mu/mu_w, lambda)-CMA-ES with active update of C. Hansen, "The CMA Evolution Strategy: A Tutorial",
/// arXiv 1604.00772, Figure 6; equation numbers are its.
class CmaEs {
 public:
  /// `rates`: learning rates that adapt to noise; needs a full C.
  CmaEs(StrategyParameters parameters, Eigen::VectorXd mean, double sigma, Covariance C,
        std::optional<LearningRates> rates = std::nullopt);

  const StrategyParameters& parameters() const { return p_; }
  const Eigen::VectorXd& mean() const { return m_; }
  double sigma() const { return sigma_; }
  const Covariance& C() const { return C_; }
  const Eigen::VectorXd& p_sigma() const { return p_sigma_; }
  const Eigen::VectorXd& p_c() const { return p_c_; }
  std::int64_t generation() const { return g_; }
  /// sigma sqrt(C_jj)
  Eigen::VectorXd deviations() const { return sigma_ * C_.diagonal().cwiseSqrt(); }
  SearchDistribution distribution() const { return {m_, sigma_, C_.axes()}; }

  /// One generation: `X` holds lambda points as columns, the best first. Points that were not drawn from
  /// `distribution()` must have been brought within `longest_step`.
  void tell(const Eigen::MatrixXd& X);

  /// How far a point that was not drawn from the distribution may lie (Hansen, "Injecting external solutions into
  /// CMA-ES", arXiv 1110.4181, c_y of eq. 4): sqrt(n) + 2 n / (n + 2).
  double longest_step() const;

  /// Moves the mean, for what corrects it after an update (a margin).
  void set_mean(Eigen::VectorXd mean) { m_ = std::move(mean); }
  /// Shrinks coordinates whose deviation exceeds `most`.
  void limit_deviations(double most);

 private:
  void update_covariance(const Eigen::MatrixXd& Y, const Eigen::MatrixXd& whitened, bool h_sigma);

  StrategyParameters p_;
  Eigen::VectorXd m_;
  double sigma_;
  Covariance C_;
  Eigen::VectorXd p_sigma_;
  Eigen::VectorXd p_c_;
  std::int64_t g_ = 0;
  std::int64_t decomposed_ = 0;
  std::optional<LearningRates> rates_;
};

}  // namespace cmaes
