// SPDX-License-Identifier: MIT
// The logarithm of the expected hypervolume improvement of independent normal predictions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
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
/// Made once for a front, which costs the decomposition; calls cost O(boxes).
class LogExpectedHypervolumeImprovement {
 public:
  /// @param front      points one after another, of `reference.size()` coordinates each; any set of points: only those
  ///                   that are not dominated count
  /// @param reference  1 to `most_objectives` finite coordinates
  LogExpectedHypervolumeImprovement(std::span<const double> front, std::span<const double> reference);

  std::size_t objectives() const { return objectives_; }
  std::size_t boxes() const { return sides_.size(); }

  /// @param y       one prediction for each objective
  /// @param slopes  receives the derivatives by the mean and by the deviation of each objective, in turn:
  ///                2 objectives() elements
  double operator()(std::span<const Prediction> y, std::span<double> slopes) const;

 private:
  std::size_t objectives_;
  // The different sides that boxes have in each objective, and which ones each box has.
  std::array<std::vector<std::pair<double, double>>, most_objectives> intervals_;
  std::vector<std::array<std::uint32_t, most_objectives>> sides_;
};

}  // namespace gp
