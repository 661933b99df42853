// SPDX-License-Identifier: MIT
// The part of the objective space that a set of points does not dominate, as disjoint boxes.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace gp {

/// The most objectives that are decomposed: from five on there are too many boxes.
inline constexpr std::size_t most_objectives = 4;

/// Where a box is not bounded.
inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Where lower[k] <= y_k < upper[k] for each objective k; upper may be infinite. Beyond the number of objectives: 0.
struct Box {
  std::array<double, most_objectives> lower{};
  std::array<double, most_objectives> upper{};

  friend bool operator==(const Box&, const Box&) = default;
  friend bool operator<(const Box& a, const Box& b) {
    return a.lower != b.lower ? a.lower < b.lower : a.upper < b.upper;
  }
};

/// Disjoint boxes that cover exactly where a point has yet to be found: better than the reference point in all
/// objectives, and better than each given point in one at least. Objectives are maximised.
///
/// A sweep down the last objective: between two levels lies the decomposition in one objective less of the points
/// above, and a box that a level leaves as it was goes on to the next. That gives n + 1 boxes for n nondominated points
/// in the plane and at most 2n + 1 in space, the least possible (Yang, Emmerich, Deutz, Back, "Efficient computation of
/// expected hypervolume improvement using box decomposition algorithms", J. Glob. Optim. 75, 2019), and O(n^2) in four
/// objectives; in time O(n^2), O(n^2 log n) and O(n^3 log n). The result depends on the set of points alone.
///
/// @param points     one after another, `reference.size()` coordinates each; dominated ones and such
///                   that are not better than the reference point do not matter; no NaN
/// @param reference  1 to `most_objectives` coordinates, -infinity allowed
/// @throws std::invalid_argument for any other number
std::vector<Box> nondominated_boxes(std::span<const double> points, std::span<const double> reference);

}  // namespace gp
