// SPDX-License-Identifier: MIT
// When PASHA lets trials go one rung further: as long as the two highest rungs rank them differently.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <hone/history.hpp>
#include <hone/sdk/growing_percentile.hpp>

namespace hone {

/// How far apart two learning curves are once they have crossed twice: the distance of their values at the last common
/// step after the order has changed for the second time. Negative if they do not cross twice.
inline double criss_cross_distance(std::span<const Report> a, std::span<const Report> b) {
  double distance = -1.0;
  int changes = 0;
  int order = 0;  // which one is less
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].step != b[j].step) {
      a[i].step < b[j].step ? ++i : ++j;
      continue;
    }
    const double difference = a[i++].value - b[j++].value;
    const int now = (difference > 0.0) - (difference < 0.0);
    if (now == 0 || std::isnan(difference)) continue;
    if (order != 0 && now != order) ++changes;
    order = now;
    if (changes >= 2) distance = std::abs(difference);
  }
  return distance;
}

/// The noise of the curves: the 90th percentile of the distances of pairs that cross twice (Bohdal et al., "PASHA",
/// ICLR 2023, section 4.2); 0 if there are none.
inline double noise_level(std::span<const std::span<const Report>> curves) {
  sdk::GrowingPercentile distances(90.0);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (const double distance = criss_cross_distance(curves[i], curves[j]); distance >= 0.0) distances.add(distance);
    }
  }
  return distances.size() == 0 ? 0.0 : distances.value();
}

/// Whether two rungs rank the same trials alike, values within `noise` of each other being equal: at each place of the
/// upper rung's ranking stands a trial whose value in the lower rung is that of the trial at this place there (PASHA's
/// soft ranking, section 4.1). One value of each trial in each rung.
inline bool rank_alike(std::span<const double> lower, std::span<const double> upper, double noise) {
  std::vector<std::size_t> by_upper(upper.size());
  std::iota(by_upper.begin(), by_upper.end(), std::size_t{0});
  std::ranges::stable_sort(by_upper, {}, [&](std::size_t i) { return upper[i]; });
  std::vector<double> sorted(lower.begin(), lower.end());
  std::ranges::sort(sorted);
  for (std::size_t place = 0; place < sorted.size(); ++place) {
    // The negation also refuses the difference of two infinities.
    if (lower[by_upper[place]] != sorted[place] && !(std::abs(lower[by_upper[place]] - sorted[place]) <= noise))
      return false;
  }
  return true;
}

}  // namespace hone
