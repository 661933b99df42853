// SPDX-License-Identifier: MIT
#include "violation_ranking.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

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

// By constraint: what its violations are divided by.
std::vector<double> ViolationRanking::scales() const {
  std::vector<std::vector<double>> values;
  for (const auto& trial : violations_) {
    for (const auto& violation : trial) {
      if (violation.name >= values.size()) values.resize(violation.name + 1);
      values[violation.name].push_back(violation.value);
    }
  }
  std::vector<double> scales(values.size(), 1.0);
  if (sum_ == ViolationSum::plain) return scales;
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (values[c].empty()) continue;
    const auto middle = values[c].begin() + std::ssize(values[c]) / 2;
    std::ranges::nth_element(values[c], middle);
    scales[c] = *middle;
  }
  return scales;
}

std::vector<double> ViolationRanking::sums() const {
  const std::vector<double> scale = scales();
  std::vector<double> sums(size(), 0.0);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    for (const auto& violation : violations_[i]) sums[i] += violation.value / scale[violation.name];
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
