// SPDX-License-Identifier: MIT
// The logarithm of the expected hypervolume improvement of independent normal predictions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "box_decomposition.hpp"
#include "log_expected_improvement.hpp"

namespace gp {

/// log EHVI: the logarithm of how much the hypervolume above a reference point is expected to grow by one more outcome,
/// whose coordinates are maximised and normal, and independent of each other.
///
/// The sum over the boxes of the region not dominated of the products of each side's expected length (Yang, Emmerich,
/// Deutz, Back 2019, eq. 12; Daulton, Balandat, Bakshy, "Differentiable expected hypervolume improvement for parallel
/// multi-objective Bayesian optimization", NeurIPS 2020), as a sum of exponentials of sums of logarithms (Ament et al.
/// 2023, sect. 4.4), so that it has a gradient where it is less than the smallest double. For one objective it is log
/// EI.
///
/// Made once for a front; calls cost O(boxes).
class LogExpectedHypervolumeImprovement {
 public:
  /// @param front      points one after another, of `reference.size()` coordinates each; any set of points: only those
  ///                   that are not dominated count
  /// @param reference  1 to `most_objectives` finite coordinates
  LogExpectedHypervolumeImprovement(std::span<const double> front, std::span<const double> reference);
  /// The same from what is not dominated, as at least one disjoint box.
  LogExpectedHypervolumeImprovement(std::span<const Box> boxes, std::size_t objectives);

  std::size_t boxes() const { return boxes_; }

  /// @param y       one prediction for each objective
  /// @param slopes  receives the derivatives by the mean and by the deviation of each objective, in turn:
  ///                2 y.size() elements
  double operator()(std::span<const Prediction> y, std::span<double> slopes) const;

 private:
  // From one level to another; `unbounded` in place of the upper one.
  struct Interval {
    std::uint32_t lower, upper;
  };
  static constexpr std::uint32_t unbounded = 0xffffffff;
  // One objective: where boxes begin and end, the different sides that they have, and which one each box has.
  struct Axis {
    std::vector<double> levels;
    std::vector<Interval> intervals;
    std::vector<std::uint32_t> sides;
  };

  std::size_t boxes_;
  std::vector<Axis> axes_;
};

}  // namespace gp
