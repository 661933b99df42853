// SPDX-License-Identifier: MIT
// Reference points of NSGA-III on the unit simplex.
#pragma once

#include <cstddef>
#include <vector>

namespace genetic {

/// The points of the simplex whose coordinates are multiples of 1 / divisions (Das and Dennis, "Normal-boundary
/// intersection", SIAM J. Optim. 8, 1998), one after another in ascending lexicographic order: C(divisions + objectives
/// - 1, objectives - 1) of them.
std::vector<double> das_dennis_points(std::size_t objectives, std::size_t divisions);

/// How many points `das_dennis_points` has, or `limit` if there are more.
std::size_t das_dennis_count(std::size_t objectives, std::size_t divisions, std::size_t limit);

/// At most `most` evenly spread points (at least one an objective): with as many divisions as that allows; where these
/// are fewer than the objectives, so that no point lies inside, a second, inner layer is added (Deb and Jain, "An
/// evolutionary many-objective optimization algorithm using reference-point-based nondominated sorting approach, part
/// I", IEEE TEC 18, 2014, V A).
std::vector<double> spread_points(std::size_t objectives, std::size_t most);

}  // namespace genetic
