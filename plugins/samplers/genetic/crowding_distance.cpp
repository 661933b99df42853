// SPDX-License-Identifier: MIT
#include "crowding_distance.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

namespace genetic {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The points of a front in the order of each objective, as lists from which points can be taken away.
class Neighbourhoods {
 public:
  Neighbourhoods(std::span<const double> points, std::size_t objectives)
      : points_(points), objectives_(objectives), count_(points.size() / objectives) {
    for (std::size_t m = 0; m < objectives_; ++m) link(m);
  }

  double distance(std::size_t i) const {
    double sum = 0.0;
    for (std::size_t m = 0; m < objectives_; ++m) {
      if (width_[m] == 0.0) continue;
      const std::int32_t before = left_[m][i];
      const std::int32_t after = right_[m][i];
      if (before == none || after == none) return infinity;
      const double low = at(static_cast<std::size_t>(before), m);
      const double high = at(static_cast<std::size_t>(after), m);
      // Between two equal infinities there is no gap.
      if (low != high) sum += (high - low) / width_[m];
    }
    return sum;
  }

  // Calls `settle(j)` for each point whose neighbours change.
  template <class Settle>
  void remove(std::size_t i, Settle settle) {
    for (std::size_t m = 0; m < objectives_; ++m) {
      const std::int32_t before = left_[m][i];
      const std::int32_t after = right_[m][i];
      if (before != none) right_[m][static_cast<std::size_t>(before)] = after;
      if (after != none) left_[m][static_cast<std::size_t>(after)] = before;
      if (before != none) settle(static_cast<std::size_t>(before));
      if (after != none) settle(static_cast<std::size_t>(after));
    }
  }

 private:
  static constexpr std::int32_t none = -1;

  double at(std::size_t point, std::size_t objective) const { return points_[point * objectives_ + objective]; }

  void link(std::size_t m) {
    std::vector<std::size_t> order(count_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return at(i, m); });
    auto& left = left_.emplace_back(count_, none);
    auto& right = right_.emplace_back(count_, none);
    for (std::size_t k = 1; k < count_; ++k) {
      left[order[k]] = static_cast<std::int32_t>(order[k - 1]);
      right[order[k - 1]] = static_cast<std::int32_t>(order[k]);
    }
    double least = infinity;
    double greatest = -infinity;
    for (std::size_t i = 0; i < count_; ++i) {
      if (!std::isfinite(at(i, m))) continue;
      least = std::min(least, at(i, m));
      greatest = std::max(greatest, at(i, m));
    }
    // In an objective in which all are equal no point is first or last.
    const bool all_equal = at(order.front(), m) == at(order.back(), m);
    width_.push_back(all_equal ? 0.0 : greatest > least ? greatest - least : 1.0);
  }

  std::span<const double> points_;
  std::size_t objectives_;
  std::size_t count_;
  std::vector<std::vector<std::int32_t>> left_, right_;  // by objective
  std::vector<double> width_;
};

}  // namespace

std::vector<double> crowding_distances(std::span<const double> points, std::size_t objectives) {
  const Neighbourhoods neighbours(points, objectives);
  std::vector<double> distances(points.size() / objectives);
  for (std::size_t i = 0; i < distances.size(); ++i) distances[i] = neighbours.distance(i);
  return distances;
}

std::vector<std::size_t> least_crowded(std::span<const double> points, std::size_t objectives, std::size_t count) {
  Neighbourhoods neighbours(points, objectives);
  std::vector<std::size_t> kept(points.size() / objectives);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  std::vector<double> distances(kept.size());
  for (const std::size_t i : kept) distances[i] = neighbours.distance(i);
  while (kept.size() > count) {
    auto worst = kept.begin();
    for (auto i = kept.begin(); i != kept.end(); ++i) {
      if (distances[*i] <= distances[*worst]) worst = i;
    }
    const std::size_t gone = *worst;
    kept.erase(worst);
    neighbours.remove(gone, [&](std::size_t i) { distances[i] = neighbours.distance(i); });
  }
  return kept;
}

}  // namespace genetic
