// SPDX-License-Identifier: MIT
#include "hypervolume_selection.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <hone/sdk/hypervolume.hpp>
#include <hone/sdk/nondominated_sort.hpp>

#include "constrained_ranks.hpp"
#include "reference_points.hpp"

namespace genetic {
namespace {

// In the plane a point's own area lies between its two neighbours.
std::vector<double> own_areas(std::span<const double> points, std::span<const double> reference) {
  const std::vector<std::uint32_t> order = hone::sdk::lexicographic_order(points, 2);
  std::vector<double> areas(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double* point = &points[2 * order[k]];
    const double right = k + 1 < order.size() ? points[2 * order[k + 1]] : reference[0];
    const double top = k > 0 ? points[2 * order[k - 1] + 1] : reference[1];
    areas[order[k]] = (right - point[0]) * (top - point[1]);
  }
  return areas;
}

// In space the third coordinate sweeps over what the others cover of a point's own rectangle in the first two.
std::vector<double> own_volumes(std::span<const double> points, std::span<const double> reference) {
  const std::size_t count = points.size() / 3;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return points[3 * i + 2]; });
  std::vector<double> volumes(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double* own = &points[3 * i];
    hone::sdk::detail::StaircaseArea covered(reference[0], reference[1]);
    double shared = 0.0;
    double level = own[2];
    for (const std::size_t k : order) {
      if (k == i) continue;
      const double* other = &points[3 * k];
      if (other[2] > level) {
        shared += covered.area() * (other[2] - level);
        level = other[2];
      }
      covered.add(std::max(own[0], other[0]), std::max(own[1], other[1]));
    }
    shared += covered.area() * (reference[2] - level);
    volumes[i] = (reference[0] - own[0]) * (reference[1] - own[1]) * (reference[2] - own[2]) - shared;
  }
  return volumes;
}

// Objective by objective from 0 to 1.
std::vector<double> on_one_scale(std::vector<double> points, std::size_t objectives) {
  for (std::size_t m = 0; m < objectives; ++m) {
    double least = std::numeric_limits<double>::infinity();
    double greatest = -least;
    for (std::size_t at = m; at < points.size(); at += objectives) {
      least = std::min(least, points[at]);
      greatest = std::max(greatest, points[at]);
    }
    const double extent = greatest > least ? greatest - least : 1.0;
    for (std::size_t at = m; at < points.size(); at += objectives) points[at] = (points[at] - least) / extent;
  }
  return points;
}

}  // namespace

std::vector<double> hypervolume_contributions(std::span<const double> points, std::span<const double> reference) {
  const std::size_t objectives = reference.size();
  if (objectives == 2) return own_areas(points, reference);
  if (objectives == 3) return own_volumes(points, reference);
  std::vector<double> contributions;
  std::vector<double> shared;
  for (std::size_t at = 0; at < points.size(); at += objectives) {
    double own = 1.0;
    for (std::size_t m = 0; m < objectives; ++m) own *= reference[m] - points[at + m];
    // What the others dominate of the point's own box.
    shared.clear();
    for (std::size_t other = 0; other < points.size(); other += objectives) {
      if (other == at) continue;
      for (std::size_t m = 0; m < objectives; ++m) shared.push_back(std::max(points[other + m], points[at + m]));
    }
    contributions.push_back(own - hone::sdk::hypervolume(shared, reference));
  }
  return contributions;
}

double fair_reference(std::size_t objectives, std::size_t count) {
  std::size_t divisions = 1;
  while (objectives > 1 && das_dennis_count(objectives, divisions + 1, count + 1) <= count) ++divisions;
  return 1.0 + 1.0 / static_cast<double>(divisions);
}

std::size_t least_valuable(const Candidates& candidates) {
  const std::size_t count = candidates.numbers.size();
  std::size_t worst = 0;
  for (std::size_t i = 1; i < count; ++i) {
    if (candidates.violations[i] >= candidates.violations[worst]) worst = i;
  }
  if (candidates.violations[worst] > 0.0) return worst;

  std::vector<double> losses(candidates.losses);
  clip_infinite(losses, candidates.objectives);
  const auto fronts = hone::sdk::fronts_of(constrained_ranks(losses, candidates.objectives, candidates.violations));
  const std::vector<std::size_t>& last = fronts.back();
  std::vector<double> front;
  for (const std::size_t i : last) {
    const auto point = std::span(losses).subspan(i * candidates.objectives, candidates.objectives);
    front.insert(front.end(), point.begin(), point.end());
  }
  const std::vector<double> reference(candidates.objectives, fair_reference(candidates.objectives, count));
  const std::vector<double> contributions =
      hypervolume_contributions(on_one_scale(std::move(front), candidates.objectives), reference);
  std::size_t least = 0;
  for (std::size_t k = 1; k < last.size(); ++k) {
    if (contributions[k] <= contributions[least]) least = k;
  }
  return last[least];
}

}  // namespace genetic
