// SPDX-License-Identifier: MIT
// The subset of a front that keeps most of its hypervolume.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <queue>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <hone/sdk/hypervolume.hpp>
#include <hone/sdk/nondominated_sort.hpp>

namespace hone::sdk {

namespace detail {

/// What a point would add to the hypervolume of those that were taken.
class SubsetContribution {
 public:
  SubsetContribution(const Points& points, std::span<const double> reference)
      : points_(points), reference_(reference), dimension_(reference.size()) {}

  void take(std::size_t index) {
    if (dimension_ == 2) {
      in_order_.insert(index);
    } else {
      const double* point = &points_[index * dimension_];
      taken_.insert(taken_.end(), point, point + dimension_);
    }
  }

  double of(std::size_t index) const {
    const double* point = &points_[index * dimension_];
    if (dimension_ == 2) return between_neighbours(index, point);
    const double own = box(point);
    if (std::isinf(own)) return own;
    Points limited(taken_);
    for (std::size_t i = 0; i < limited.size(); ++i) limited[i] = std::max(limited[i], point[i % dimension_]);
    return own - hypervolume_of(std::move(limited), dimension_, reference_);
  }

 private:
  double box(const double* point) const {
    double volume = 1.0;
    for (std::size_t d = 0; d < dimension_; ++d) volume *= reference_[d] - point[d];
    return volume;
  }

  // Points of one front in lexicographic order descend in the second objective.
  double between_neighbours(std::size_t index, const double* point) const {
    const auto right = in_order_.upper_bound(index);
    const double right_end = right == in_order_.end() ? reference_[0] : points_[*right * 2];
    const double top = right == in_order_.begin() ? reference_[1] : points_[*std::prev(right) * 2 + 1];
    return (right_end - point[0]) * (top - point[1]);
  }

  const Points& points_;
  std::span<const double> reference_;
  std::size_t dimension_;
  std::set<std::size_t> in_order_;  // two objectives
  Points taken_;                    // more
};

/// Greedy choice among distinct points in lexicographic order. What a point adds only falls as others are taken (the
/// hypervolume is submodular), so a point whose last known contribution is too small need not be computed again.
inline std::vector<std::size_t> greedy_subset(const Points& points, std::span<const double> reference,
                                              std::size_t count) {
  struct Candidate {
    double bound;
    std::size_t index;
    std::size_t known_at;  // how many points were taken then
    bool operator<(const Candidate& other) const {
      return bound != other.bound ? bound < other.bound : index > other.index;
    }
  };
  SubsetContribution contribution(points, reference);
  std::priority_queue<Candidate> queue;
  const std::size_t n = points.size() / reference.size();
  for (std::size_t i = 0; i < n; ++i) queue.push({contribution.of(i), i, 0});
  std::vector<std::size_t> taken;
  while (taken.size() < count) {
    Candidate best = queue.top();
    queue.pop();
    if (best.known_at == taken.size()) {
      taken.push_back(best.index);
      contribution.take(best.index);
    } else {
      queue.push({contribution.of(best.index), best.index, taken.size()});
    }
  }
  return taken;
}

}  // namespace detail

/// The indices of `count` points of a front, chosen one by one so that each adds the most to the hypervolume of those
/// before (Guerreiro, Fonseca, Paquete, "Greedy hypervolume subset selection in low dimensions", Evolutionary
/// Computation 24, 2016): at least 1 - 1/e of what the best subset has. In order of choice; the lexicographically first
/// of equal contributions. Of equal points one is chosen before any second one.
/// @param points     no one dominates another; each no worse than the reference point in all objectives; no NaN
/// @param reference  one value an objective; where it is not finite, the first points are chosen
/// @param count      at most the number of points
inline std::vector<std::size_t> hypervolume_subset(std::span<const double> points, std::span<const double> reference,
                                                   std::size_t count) {
  const std::size_t dimension = reference.size();
  const std::vector<std::uint32_t> order = lexicographic_order(points, dimension);
  std::vector<std::size_t> first;  // of each distinct point, in lexicographic order
  std::vector<std::size_t> repeated;
  detail::Points distinct;
  for (const std::uint32_t i : order) {
    const auto point = points.subspan(i * dimension, dimension);
    if (!first.empty() && std::ranges::equal(point, points.subspan(first.back() * dimension, dimension))) {
      repeated.push_back(i);
      continue;
    }
    first.push_back(i);
    distinct.insert(distinct.end(), point.begin(), point.end());
  }
  std::vector<std::size_t> result;
  const std::size_t wanted = std::min(count, first.size());
  const bool finite = std::ranges::all_of(reference, [](double r) { return std::isfinite(r); });
  if (wanted == first.size() || !finite) {
    result.assign(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(wanted));
  } else {
    for (const std::size_t i : detail::greedy_subset(distinct, reference, wanted)) result.push_back(first[i]);
  }
  std::ranges::sort(repeated);
  for (std::size_t i = 0; result.size() < count; ++i) result.push_back(repeated[i]);
  return result;
}

}  // namespace hone::sdk
