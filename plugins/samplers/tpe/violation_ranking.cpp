// SPDX-License-Identifier: MIT
#include "violation_ranking.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <hone/sdk/violations.hpp>

namespace tpe {

void ViolationRanking::insert(std::int64_t number, std::span<const hone::History::Constraint> constraints) {
  const auto at = std::ranges::lower_bound(numbers_, number) - numbers_.begin();
  numbers_.insert(numbers_.begin() + at, number);
  below_.insert(below_.begin() + at, 0);
  std::vector<hone::History::Constraint> violations;
  std::ranges::copy_if(constraints, std::back_inserter(violations), [](const auto& c) { return c.value > 0.0; });
  violations_.insert(violations_.begin() + at, std::move(violations));
  changed_ = true;
}

std::vector<double> ViolationRanking::sums() const {
  if (sum_ == ViolationSum::normalized) {
    return hone::sdk::normalized_violations(
        std::vector<std::span<const hone::History::Constraint>>(violations_.begin(), violations_.end()));
  }
  std::vector<double> sums(size(), 0.0);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    for (const auto& violation : violations_[i]) sums[i] += violation.value;
  }
  return sums;
}

void ViolationRanking::move_border(std::size_t target, std::vector<std::int64_t>& moved) {
  target = std::min(target, size());
  if (target == target_ && (!changed_ || target == 0)) return;
  changed_ = false;
  target_ = target;
  const std::vector<double> sum = sums();
  std::vector<std::size_t> order(size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sum[i]; });
  std::vector<std::uint8_t> below(size(), 0);
  for (std::size_t i = 0; i < target; ++i) below[order[i]] = 1;
  for (std::size_t i = 0; i < below.size(); ++i) {
    if (below[i] != below_[i]) moved.push_back(numbers_[i]);
  }
  below_ = std::move(below);
}

}  // namespace tpe
