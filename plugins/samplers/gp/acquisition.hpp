// SPDX-License-Identifier: MIT
// What a proposal is worth.
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include <Eigen/Core>

#include "expected_hypervolume_improvement.hpp"
#include "posterior.hpp"
#include "q_log_expected_improvement.hpp"

namespace gp {

/// log EI of one objective or log EHVI of several, plus the log probability of each constraint (Ament et al. 2023);
/// with points pending, the mean over samples of what they will bring. Maximised.
class Acquisition {
 public:
  /// What is to be improved upon: nothing as long as nothing feasible is known, the best output, or a front.
  /// With samples, what these say.
  using Target = std::variant<std::monostate, double, LogExpectedHypervolumeImprovement, QLogExpectedImprovement,
                              QLogExpectedHypervolumeImprovement>;

  /// The posteriors are borrowed. A constraint's output is positive where it holds.
  /// @param pending  with samples: so many of each posterior's last points they are about
  Acquisition(std::vector<const Posterior*> objectives, std::vector<const Posterior*> constraints, Target target,
              Eigen::Index pending = 0)
      : objectives_(std::move(objectives)),
        constraints_(std::move(constraints)),
        target_(std::move(target)),
        pending_(pending) {}

  double operator()(const Eigen::Ref<const Eigen::VectorXd>& point) const;
  /// @param gradient  receives the derivatives by the coordinates; 0 for categorical ones
  double operator()(const Eigen::Ref<const Eigen::VectorXd>& point, Eigen::VectorXd& gradient) const;
  /// At the columns of `points` (d x k).
  std::vector<double> values(const Eigen::Ref<const Eigen::MatrixXd>& points) const;

  std::span<const Posterior* const> objectives() const { return objectives_; }

 private:
  double combine(std::span<const Prediction> outputs, std::span<double> slopes) const;
  double combine_samples(std::span<const ConditionalPrediction> outputs, std::span<ConditionalSlopes> slopes) const;
  std::size_t outputs() const { return objectives_.size() + constraints_.size(); }
  const Posterior& posterior(std::size_t k) const {
    return k < objectives_.size() ? *objectives_[k] : *constraints_[k - objectives_.size()];
  }

  std::vector<const Posterior*> objectives_;
  std::vector<const Posterior*> constraints_;
  Target target_;
  Eigen::Index pending_;
};

}  // namespace gp
