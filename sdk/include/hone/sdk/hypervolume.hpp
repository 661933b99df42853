// SPDX-License-Identifier: MIT
// The hypervolume: how much of the objective space a set of points dominates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <vector>

#include <hone/sdk/nondominated_sort.hpp>

namespace hone::sdk {

namespace detail {

/// The area between a reference point and a growing set of points in the plane.
class StaircaseArea {
 public:
  StaircaseArea(double reference_x, double reference_y) : reference_x_(reference_x), reference_y_(reference_y) {}

  double area() const { return area_; }

  /// Adds a point that is no worse than the reference point.
  void add(double x, double y) {
    auto next = steps_.upper_bound(x);
    double top = next == steps_.begin() ? reference_y_ : std::prev(next)->second;
    if (top <= y) return;
    if (next != steps_.begin() && std::prev(next)->first == x) {
      // The point above it gives way.
      next = steps_.erase(std::prev(next));
    }
    double left = x;
    while (next != steps_.end() && next->second >= y) {
      area_ += (next->first - left) * (top - y);
      left = next->first;
      top = next->second;
      next = steps_.erase(next);
    }
    area_ += ((next == steps_.end() ? reference_x_ : next->first) - left) * (top - y);
    steps_.emplace(x, y);
  }

 private:
  double reference_x_, reference_y_;
  double area_ = 0.0;
  std::map<double, double> steps_;  // x ascends, y descends
};

using Points = std::vector<double>;  // one after another

inline double area_of(const Points& points, std::size_t stride, std::span<const double> reference) {
  StaircaseArea staircase(reference[0], reference[1]);
  for (std::size_t i = 0; i < points.size(); i += stride) staircase.add(points[i], points[i + 1]);
  return staircase.area();
}

/// Points ordered by one coordinate, the greatest first; equal ones by the others.
inline std::vector<std::size_t> descending_in(const Points& points, std::size_t dimension, std::size_t coordinate) {
  std::vector<std::size_t> starts(points.size() / dimension);
  for (std::size_t i = 0; i < starts.size(); ++i) starts[i] = i * dimension;
  std::ranges::sort(starts, [&](std::size_t a, std::size_t b) {
    if (points[a + coordinate] != points[b + coordinate]) return points[a + coordinate] > points[b + coordinate];
    for (std::size_t d = 0; d < dimension; ++d) {
      if (points[a + d] != points[b + d]) return points[a + d] < points[b + d];
    }
    return false;
  });
  return starts;
}

/// Sweeps the third coordinate over the area in the first two (Beume et al., "On the complexity of computing the
/// hypervolume indicator", IEEE TEC 13, 2009): O(n log n).
inline double volume_of(const Points& points, std::span<const double> reference) {
  std::vector<std::size_t> order = descending_in(points, 3, 2);
  StaircaseArea staircase(reference[0], reference[1]);
  double volume = 0.0;
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    staircase.add(points[*i], points[*i + 1]);
    const double above = std::next(i) == order.rend() ? reference[2] : points[*std::next(i) + 2];
    volume += staircase.area() * (above - points[*i + 2]);
  }
  return volume;
}

inline Points without_dominated(const Points& points, std::size_t dimension) {
  const std::vector<std::uint32_t> order = lexicographic_order(points, dimension);
  Points kept;
  for (const std::uint32_t i : order) {
    const std::span<const double> point = std::span(points).subspan(i * dimension, dimension);
    bool covered = false;
    for (std::size_t k = 0; k < kept.size() && !covered; k += dimension) {
      covered = weakly_dominates(std::span(kept).subspan(k, dimension), point);
    }
    if (!covered) kept.insert(kept.end(), point.begin(), point.end());
  }
  return kept;
}

/// The hypervolume by exclusive contributions (While, Bradstreet, Barone, "A fast way of calculating exact
/// hypervolumes", IEEE TEC 16, 2012), sliced: in descending order of the last coordinate, what the later points share
/// with a point reaches as far as the point itself there, so that each contribution needs one dimension less.
inline double hypervolume_of(Points points, std::size_t dimension, std::span<const double> reference) {
  if (points.empty()) return 0.0;
  if (dimension == 1) return reference[0] - *std::ranges::min_element(points);
  if (dimension == 2) return area_of(points, 2, reference);
  if (dimension == 3) return volume_of(points, reference);
  points = without_dominated(points, dimension);
  const std::vector<std::size_t> order = descending_in(points, dimension, dimension - 1);
  double sum = 0.0;
  Points limited;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double* point = &points[order[i]];
    limited.clear();
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      for (std::size_t d = 0; d + 1 < dimension; ++d) limited.push_back(std::max(point[d], points[order[j] + d]));
    }
    double inclusive = 1.0;
    for (std::size_t d = 0; d + 1 < dimension; ++d) inclusive *= reference[d] - point[d];
    const double shared = hypervolume_of(limited, dimension - 1, reference);
    sum += (reference[dimension - 1] - point[dimension - 1]) * (inclusive - shared);
  }
  return sum;
}

}  // namespace detail

/// The volume of the union of the boxes between each point and the reference point, exactly, for any number of
/// objectives: O(n log n) up to three, O(n^2 log n) for four, O(n^3 log n) for five.
///
/// The result depends on the set of points alone, not on their order. Infinite if a box is.
/// @param points     one after another, each with `reference.size()` coordinates that are minimised; a point that is
///                   worse than the reference point anywhere contributes nothing; no NaN
/// @throws std::invalid_argument if the reference point has no coordinates or infinite ones
inline double hypervolume(std::span<const double> points, std::span<const double> reference) {
  const std::size_t dimension = reference.size();
  if (dimension == 0) throw std::invalid_argument("a reference point without coordinates");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double r : reference) {
    if (!(r < infinity && r > -infinity)) throw std::invalid_argument("a reference point must be finite");
  }
  detail::Points inside;
  for (std::size_t i = 0; i + dimension <= points.size(); i += dimension) {
    const auto point = points.subspan(i, dimension);
    bool strictly = true;
    bool endless = false;
    for (std::size_t d = 0; d < dimension; ++d) {
      strictly = strictly && point[d] < reference[d];
      endless = endless || point[d] == -infinity;
    }
    if (!strictly) continue;
    if (endless) return infinity;
    inside.insert(inside.end(), point.begin(), point.end());
  }
  if (dimension == 2) {
    // In one order, so that the sum has the same bits whatever the order of the points.
    detail::Points sorted;
    for (const std::uint32_t i : lexicographic_order(inside, 2)) {
      sorted.push_back(inside[2 * i]);
      sorted.push_back(inside[2 * i + 1]);
    }
    inside = std::move(sorted);
  }
  return detail::hypervolume_of(std::move(inside), dimension, reference);
}

}  // namespace hone::sdk
