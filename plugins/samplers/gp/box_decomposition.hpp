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

/// What is left of disjoint boxes without the part that a further point dominates. Each box that the point reaches into
/// falls apart into one box at most for each objective: there may be more of them than of a decomposition of all
/// points, but only the boxes reached into are touched.
/// @param point  of as many coordinates as the boxes have
std::vector<Box> without_dominated(std::span<const Box> boxes, std::span<const double> point);

/// The decomposition of a front that changes little from one call to the next. Where the order of its coordinates has
/// not changed, the boxes are those of before but for their levels. Gives the bits of `nondominated_boxes`.
class KeptBoxes {
 public:
  /// As `nondominated_boxes`. All points are better than the reference point in all objectives.
  std::vector<Box> of(std::span<const double> points, std::span<const double> reference);

  /// How many decompositions were made.
  std::size_t decompositions() const { return decompositions_; }

 private:
  std::size_t objectives_ = 0;
  std::vector<double> places_;  // of each point's coordinates in their order, the points in lexicographic order
  std::vector<Box> boxes_;      // between places, the reference point's being -1
  std::size_t decompositions_ = 0;
};

}  // namespace gp
