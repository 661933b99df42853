// SPDX-License-Identifier: MIT
// The good trials of a study with several objectives: by non-dominated fronts, the last one by its hypervolume.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tpe {

/// The reference point that a front's hypervolume is measured from (Ozaki et al., "Multiobjective tree-structured
/// Parzen estimator", JAIR 73, 2022, as Optuna sets it): a tenth beyond the worst of each objective, never 0.
std::vector<double> front_reference_point(std::span<const double> points, std::size_t objectives);

/// All feasible complete trials of a study with several objectives, the best of which are below: whole fronts as long
/// as they fit, and of the next one those that keep the most hypervolume. Depends on the trials, not on their order of
/// arrival.
class FrontRanking {
 public:
  explicit FrontRanking(std::size_t objectives) : objectives_(objectives) {}

  std::size_t size() const { return numbers_.size(); }

  /// Adds a trial, above until `move_border` says otherwise.
  /// @param losses  one an objective, to be minimised; never NaN
  void insert(std::int64_t number, std::span<const double> losses);

  /// Makes the best `target` trials (or all, if there are fewer) the ones below. Appends the numbers that changed sides
  /// to `moved`.
  void move_border(std::size_t target, std::vector<std::int64_t>& moved);

 private:
  std::vector<std::size_t> best(std::size_t target);

  std::size_t objectives_;
  std::vector<std::int64_t> numbers_;  // ascending
  std::vector<double> losses_;         // in their order
  std::vector<std::uint8_t> below_;    // likewise
  std::size_t target_ = 0;
  bool changed_ = false;
  std::vector<double> last_front_;  // the points of the last front that is below, or partly so
};

}  // namespace tpe
