// SPDX-License-Identifier: MIT
#include "front_ranking.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include <hone/sdk/hypervolume_subset.hpp>
#include <hone/sdk/nondominated_sort.hpp>

namespace tpe {

std::vector<double> front_reference_point(std::span<const double> points, std::size_t objectives) {
  std::vector<double> worst(objectives, -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < points.size(); ++i) {
    double& w = worst[i % objectives];
    w = std::max(w, points[i]);
  }
  for (double& w : worst) {
    w = std::max(1.1 * w, 0.9 * w);
    if (w == 0.0) w = 1e-12;
  }
  return worst;
}

void FrontRanking::insert(std::int64_t number, std::span<const double> losses) {
  const auto at = std::ranges::lower_bound(numbers_, number) - numbers_.begin();
  numbers_.insert(numbers_.begin() + at, number);
  below_.insert(below_.begin() + at, 0);
  losses_.insert(losses_.begin() + at * static_cast<std::ptrdiff_t>(objectives_), losses.begin(), losses.end());
  if (changed_) return;
  // A trial that one of the last front dominates lies behind it and changes nothing up to there.
  for (std::size_t i = 0; i < last_front_.size(); i += objectives_) {
    const std::span<const double> point = std::span(last_front_).subspan(i, objectives_);
    if (hone::sdk::weakly_dominates(point, losses) && !std::ranges::equal(point, losses)) return;
  }
  changed_ = true;
}

std::vector<std::size_t> FrontRanking::best(std::size_t target) {
  std::vector<std::size_t> result;
  last_front_.clear();
  for (const auto& front : hone::sdk::fronts_of(hone::sdk::nondominated_ranks(losses_, objectives_))) {
    if (result.size() == target) break;
    last_front_.clear();
    for (const std::size_t i : front) {
      const auto point = std::span(losses_).subspan(i * objectives_, objectives_);
      last_front_.insert(last_front_.end(), point.begin(), point.end());
    }
    const std::size_t wanted = target - result.size();
    if (front.size() <= wanted) {
      result.insert(result.end(), front.begin(), front.end());
      continue;
    }
    const std::vector<double> reference = front_reference_point(last_front_, objectives_);
    for (const std::size_t i : hone::sdk::hypervolume_subset(last_front_, reference, wanted)) {
      result.push_back(front[i]);
    }
  }
  return result;
}

void FrontRanking::move_border(std::size_t target, std::vector<std::int64_t>& moved) {
  target = std::min(target, size());
  if (!changed_ && target == target_) return;
  changed_ = false;
  target_ = target;
  std::vector<std::uint8_t> below(size(), 0);
  for (const std::size_t i : best(target)) below[i] = 1;
  for (std::size_t i = 0; i < below.size(); ++i) {
    if (below[i] != below_[i]) moved.push_back(numbers_[i]);
  }
  below_ = std::move(below);
}

}  // namespace tpe
