// SPDX-License-Identifier: MIT
// Parameters as coordinates of the model.
#pragma once

#include <vector>

#include <Eigen/Core>

#include <hone/sdk/numeric_transform.hpp>
#include <hone/search_space.hpp>

#include "covariance.hpp"

namespace gp {

/// Maps the values of a joint space to points and back. Numbers become coordinates in [0, 1]: logarithms taken, grids
/// widened by half a step on either side, a value on a grid being the middle of its cell. Choices become their index.
class Coordinates {
 public:
  explicit Coordinates(const hone::SearchSpace& space);

  Eigen::Index size() const { return static_cast<Eigen::Index>(all_.size()); }
  Inputs inputs(Kernel kernel) const;

  bool is_categorical(Eigen::Index j) const { return at(j).choices > 0; }
  /// Whether the coordinate takes some values alone: of a grid, or of choices.
  bool is_discrete(Eigen::Index j) const { return at(j).points > 0; }
  /// How many values a discrete coordinate has.
  std::int64_t count(Eigen::Index j) const { return at(j).points; }
  /// The coordinate of the k-th of them.
  double grid(Eigen::Index j, std::int64_t k) const;

  /// Which of them owns a coordinate.
  std::int64_t cell_index(Eigen::Index j, double coordinate) const;

  /// The coordinate of a value, which may come from a trial with another range and lie outside [0, 1].
  double place(Eigen::Index j, double value) const;
  /// The value at a coordinate: of the cell that owns it, on a grid.
  double value(Eigen::Index j, double coordinate) const;
  /// The coordinate that stands for all that have its value: itself where the parameter is continuous.
  double snapped(Eigen::Index j, double coordinate) const {
    return is_discrete(j) ? place(j, value(j, coordinate)) : coordinate;
  }
  /// The coordinate at a fraction u in [0, 1) of the parameter's values.
  double from_fraction(Eigen::Index j, double u) const;

 private:
  struct Coordinate {
    hone::sdk::NumericTransform transform;
    double width = 1.0;
    double first = 0.0;        // value
    std::int64_t choices = 0;  // of a categorical parameter
    std::int64_t points = 0;   // of a discrete one
  };
  const Coordinate& at(Eigen::Index j) const { return all_[static_cast<std::size_t>(j)]; }

  std::vector<Coordinate> all_;
};

}  // namespace gp
