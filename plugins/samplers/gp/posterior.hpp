// SPDX-License-Identifier: MIT
// A Gaussian process that has seen observations.
#pragma once

#include <algorithm>
#include <vector>

#include <Eigen/Core>

#include "covariance.hpp"
#include "log_expected_improvement.hpp"
#include "pending_outcomes.hpp"

namespace gp {

/// The function (without noise) at a point, and the derivatives by the point's coordinates (0 for categorical ones).
struct PredictionWithGradient : Prediction {
  Eigen::VectorXd mean_gradient;
  Eigen::VectorXd deviation_gradient;
};

/// The posterior under given hyper-parameters (Rasmussen and Williams 2006, algorithm 2.1). The first points are
/// factorised together, O(n^3); further ones are appended to the factor in O(n^2) each. Two objects that were told the
/// same points, the same of them at first, hold the same bits, however many were appended at a time.
class Posterior {
 public:
  /// @param points    n x d, factorised together
  /// @param capacity  so many points at most will there be
  Posterior(Inputs inputs, HyperParameters parameters, const Eigen::Ref<const Eigen::MatrixXd>& points,
            Eigen::Index capacity);

  /// One more point; its covariance with the others costs O(n^2). Call `observe` afterwards.
  void append(const Eigen::Ref<const Eigen::VectorXd>& point);
  /// Takes away the points beyond the first `size`. Call `observe` afterwards.
  void truncate(Eigen::Index size) { size_ = std::min(size_, size); }
  /// The outputs at all points, in their order, in place of earlier ones. O(n^2).
  void observe(const Eigen::VectorXd& outputs);

  Eigen::Index size() const { return size_; }
  /// How many more points can be appended.
  Eigen::Index room() const { return factor_.rows() - size_; }
  const Inputs& inputs() const { return inputs_; }
  const HyperParameters& parameters() const { return parameters_; }
  /// What was added to the noise so that the factorisation succeeded; 0 as a rule.
  double jitter() const { return jitter_; }

  /// The outputs at its points.
  const Eigen::VectorXd& outputs() const { return outputs_; }
  /// The means at the points themselves: outputs - noise K^-1 (outputs - mean).
  Eigen::VectorXd fitted() const { return outputs_ - (noise_ + jitter_) * alpha_; }
  /// The mean at a point alone, O(n d).
  double mean(const Eigen::Ref<const Eigen::VectorXd>& point) const {
    return mean_ + covariances(seen(point)).dot(alpha_);
  }
  Prediction predict(const Eigen::Ref<const Eigen::VectorXd>& point) const;
  PredictionWithGradient predict_with_gradient(const Eigen::Ref<const Eigen::VectorXd>& point) const;
  /// At the columns of `points` (d x k), together.
  std::vector<Prediction> predict_all(const Eigen::Ref<const Eigen::MatrixXd>& points) const;
  /// What the last `pending` points will bring, their outputs being what was expected there. A row of base samples for
  /// each of them.
  PendingOutcomes pending_outcomes(const Eigen::MatrixXd& base_samples) const;
  /// At the columns of `points` (d x k), given what comes out at the last `pending` points.
  std::vector<ConditionalPrediction> predict_all_given(const Eigen::Ref<const Eigen::MatrixXd>& points,
                                                       Eigen::Index pending) const;
  /// The derivatives by the point's coordinates of a function of the conditional prediction there, from its slopes.
  Eigen::VectorXd gradient(const Eigen::Ref<const Eigen::VectorXd>& point, const ConditionalSlopes& slopes) const;
  /// The joint covariance of the function at the columns of `points` (d x k).
  Eigen::MatrixXd joint_covariance(const Eigen::Ref<const Eigen::MatrixXd>& points, Eigen::VectorXd& means) const;

 private:
  auto points() const { return points_.topRows(size_); }
  auto factor() const { return factor_.topLeftCorner(size_, size_); }
  // A point as the kernel sees it.
  Eigen::VectorXd seen(const Eigen::Ref<const Eigen::VectorXd>& point) const {
    return warped_point(inputs_, parameters_, point);
  }
  // The covariances of a point, as the kernel sees it, with the others, and their derivatives by the squared distance,
  // times -2.
  struct Covariances {
    Eigen::ArrayXd value, slope;
  };
  Eigen::VectorXd covariances(const Eigen::Ref<const Eigen::VectorXd>& point) const;
  Covariances covariances_with_slope(const Eigen::Ref<const Eigen::VectorXd>& point) const;
  // The derivatives by the coordinates of a point, not warped, of a function of its covariances k, from slope * df/dk.
  Eigen::VectorXd by_coordinates(const Eigen::Ref<const Eigen::VectorXd>& point,
                                 const Eigen::ArrayXd& by_distance) const;
  // L^-1 k for each of some points, and the means there.
  Eigen::MatrixXd whitened(const Eigen::Ref<const Eigen::MatrixXd>& points, Eigen::VectorXd& means) const;
  // From such a column.
  double deviation(const Eigen::Ref<const Eigen::VectorXd>& weights) const;

  Inputs inputs_;
  HyperParameters parameters_;
  Eigen::ArrayXd factors_;  // l^-2
  double scale_;
  double noise_;
  double jitter_ = 0.0;
  Eigen::Index size_ = 0;
  Eigen::MatrixXd points_;  // as the kernel sees them, capacity x d
  Eigen::MatrixXd factor_;  // the Cholesky factor L of K, capacity x capacity
  Eigen::VectorXd outputs_;
  Eigen::VectorXd alpha_;  // K^-1 (y - mean)
  double mean_ = 0.0;      // the constant that the outputs vary about
};

}  // namespace gp
