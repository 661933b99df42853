// SPDX-License-Identifier: MIT
// log EI and log EHVI of one more point while others are pending, by quasi-random samples of what these will bring.
//
// The expected improvement of a batch of points (qEI) is a mean over samples of their joint outcomes (Balandat et al.
// 2020, eq. 4), which Ament et al. 2023 (sect. 4.2, eq. 10) smooth to get a gradient. Here one point of the batch alone
// is free, the others are pending. Given a sample of theirs, the improvement that the free point adds is an analytic
// expected improvement; the mean of these over the samples is smooth without a temperature, has far less variance, and
// differs from qEI by what the pending points improve by themselves, which does not depend on the free point.
// (Snoek, Larochelle, Adams, "Practical Bayesian optimization of machine learning algorithms", NeurIPS 2012, eq. 5.)
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "expected_hypervolume_improvement.hpp"
#include "pending_outcomes.hpp"

namespace gp {

/// log(qEI(point, pending) - qEI(pending)) for an objective that is maximised, under constraints that hold where their
/// outputs are at least 0. A pending point counts where it is feasible in the sample.
class QLogExpectedImprovement {
 public:
  /// @param outputs  the objective and then each constraint at the pending points, which may be none; all with the same
  ///                 number of samples, from independent base samples
  /// @param best     the best value known; under constraints it may be absent, when nothing feasible is known: then the
  ///                 value is the log probability that the point is feasible and no pending one is
  QLogExpectedImprovement(std::vector<PendingOutcomes> outputs, std::optional<double> best);

  /// @param y       a prediction for each output
  /// @param slopes  receives the derivatives for each output
  double operator()(std::span<const ConditionalPrediction> y, std::span<ConditionalSlopes> slopes) const;

 private:
  std::vector<PendingOutcomes> outputs_;
  std::vector<Eigen::Index> samples_;         // those that count
  std::vector<std::optional<double>> bests_;  // in each of them
};

/// log(qEHVI(point, pending) - qEHVI(pending)) for 1 to 4 objectives that are maximised, under constraints (Daulton et
/// al. 2020). Each sample has its own boxes.
class QLogExpectedHypervolumeImprovement {
 public:
  /// @param outputs    the objectives and then the constraints at the pending points, as above
  /// @param boxes      what the front does not dominate, for each sample to take away its own points from
  /// @param objectives 1 to `most_objectives`
  QLogExpectedHypervolumeImprovement(std::vector<PendingOutcomes> outputs, std::span<const Box> boxes,
                                     std::size_t objectives);

  double operator()(std::span<const ConditionalPrediction> y, std::span<ConditionalSlopes> slopes) const;

 private:
  std::vector<PendingOutcomes> outputs_;
  std::size_t objectives_;
  std::vector<LogExpectedHypervolumeImprovement> improvements_;  // in each sample
};

}  // namespace gp
