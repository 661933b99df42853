// SPDX-License-Identifier: MIT
// What was observed, by trial.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <hone/types.hpp>

namespace gp {

/// Trials in ascending order of numbers, each with a row of coordinates and a row of outputs. Grows in O(1) a trial
/// when they come in their order.
class Observations {
 public:
  Observations(Eigen::Index dimensions, Eigen::Index outputs) : points_(0, dimensions), outputs_(0, outputs) {}

  Eigen::Index size() const { return static_cast<Eigen::Index>(numbers_.size()); }
  const std::vector<hone::TrialNumber>& numbers() const { return numbers_; }
  auto points() const { return points_.topRows(size()); }
  auto outputs(Eigen::Index k) const { return outputs_.col(k).head(size()); }

  /// Adds a trial. False, and no change, if it is there.
  bool insert(hone::TrialNumber number, const Eigen::RowVectorXd& point, std::span<const double> outputs);

 private:
  std::vector<hone::TrialNumber> numbers_;
  Eigen::MatrixXd points_;  // capacity x d
  Eigen::MatrixXd outputs_;
};

}  // namespace gp
