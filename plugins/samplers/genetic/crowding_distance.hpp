// SPDX-License-Identifier: MIT
// How crowded the points of a front are, and which of them to keep.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace genetic {

/// The crowding distance of each point of one front (Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist
/// multiobjective genetic algorithm: NSGA-II", IEEE TEC 6, 2002, III B): over the objectives, the sum of the gaps
/// between a point's two neighbours, as a share of the front's extent; infinite for the first and the last in any
/// objective.
/// @param points  one after another; coordinates may be infinite, not NaN
std::vector<double> crowding_distances(std::span<const double> points, std::size_t objectives);

/// The indices of `count` points of a front, ascending: the most crowded one is taken away again and again, its
/// neighbours' distances being settled anew each time (Kukkonen and Deb, "Improved pruning of non-dominated solutions
/// based on crowding distance", CEC 2006), because the distances from before would empty whole regions. Of equally
/// crowded points the later one goes first.
std::vector<std::size_t> least_crowded(std::span<const double> points, std::size_t objectives, std::size_t count);

}  // namespace genetic
