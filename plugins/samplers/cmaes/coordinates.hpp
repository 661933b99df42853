// SPDX-License-Identifier: MIT
// Parameters as coordinates in [0, 1], and choices.
#pragma once

#include <limits>
#include <vector>

#include <Eigen/Core>

#include <hone/sdk/numeric_transform.hpp>
#include <hone/search_space.hpp>

namespace cmaes {

/// The numeric parameters of a space, each mapped to [0, 1]: logarithms taken, grids widened by half a step on either
/// side. Categorical ones are kept apart.
class Coordinates {
 public:
  /// `with_margin`: treat grids as discrete, not as continuous coordinates that are rounded.
  Coordinates(const hone::SearchSpace& space, bool with_margin);

  /// One parameter of the space, in its order: the index of its coordinate, or of its choices.
  struct Slot {
    bool is_categorical;
    Eigen::Index index;
  };
  const std::vector<Slot>& slots() const { return slots_; }
  /// How many choices each categorical parameter has.
  const std::vector<Eigen::Index>& choices() const { return choices_; }

  /// The number of numeric parameters.
  Eigen::Index size() const { return static_cast<Eigen::Index>(all_.size()); }
  bool is_discrete(Eigen::Index j) const { return all_[index(j)].discrete; }
  /// How many coordinates are discrete.
  std::size_t discrete_count() const;

  /// The parameter's value at u, which may lie outside [0, 1].
  double value(Eigen::Index j, double u) const {
    const Coordinate& c = all_[index(j)];
    return c.transform.to_value(c.transform.low() + u * c.width);
  }
  /// The place of a value (of its cell's middle, on a grid), within [0, 1].
  double place(Eigen::Index j, double value) const;

  struct Cell {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
  };
  /// The cell of a discrete coordinate that owns u; the first and the last one have no end.
  Cell cell(Eigen::Index j, double u) const;

 private:
  struct Coordinate {
    hone::sdk::NumericTransform transform;
    double width;
    double first, last;  // values
    bool discrete;
  };
  static std::size_t index(Eigen::Index j) { return static_cast<std::size_t>(j); }

  std::vector<Coordinate> all_;
  std::vector<Eigen::Index> choices_;
  std::vector<Slot> slots_;
};

}  // namespace cmaes
