// SPDX-License-Identifier: MIT
// What is to be improved upon.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "posterior.hpp"

namespace gp {

/// In the models' outputs, which are maximised.
struct ImprovementGoal {
  /// Of one objective the best output; of several a front, point after point. Empty if nothing is feasible.
  std::vector<double> front;
  /// By objective: what everything feasible is better than.
  std::vector<double> reference;
};

/// What the models expect without noise at those of their points that are feasible (the plug-in of Picheny, Wagner,
/// Ginsbourger: "A benchmark of kriging-based infill criteria for noisy optimization", Struct. Multidisc. Optim. 48,
/// 2013): a lucky trial makes no record. Of a front of more than `most_front_points` points so many are kept that hold
/// most of its hypervolume, and the best one in each objective.
///
/// @param objectives  about the same points; at least one
/// @param feasible    which of the points
ImprovementGoal expected_goal(std::span<const Posterior* const> objectives, std::span<const Eigen::Index> feasible);

/// So many points of a front that boxes and searches take milliseconds: n points leave n + 1 boxes in two objectives,
/// at most 2 n + 1 in three and O(n^2) in four.
constexpr std::size_t most_front_points(std::size_t objectives) {
  return objectives == 2 ? 256 : objectives == 3 ? 128 : 64;
}

}  // namespace gp
