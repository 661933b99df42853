// SPDX-License-Identifier: MIT
// How far trials are from holding their constraints, whatever the constraints' units.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <vector>

#include <hone/history.hpp>

namespace hone::sdk {

/// By constraint: the median of its finite violations among the trials, 1 where there is none.
/// @param trials  the values of each trial's constraints; those above 0 are violations
inline std::vector<double> median_violations(std::span<const std::span<const History::Constraint>> trials) {
  std::vector<std::vector<double>> violations;
  for (const std::span<const History::Constraint> trial : trials) {
    for (const History::Constraint& constraint : trial) {
      if (!(constraint.value > 0.0) || constraint.value == std::numeric_limits<double>::infinity()) continue;
      if (constraint.name >= violations.size()) violations.resize(constraint.name + 1);
      violations[constraint.name].push_back(constraint.value);
    }
  }
  std::vector<double> medians(violations.size(), 1.0);
  for (std::size_t c = 0; c < medians.size(); ++c) {
    if (violations[c].empty()) continue;
    const auto middle = violations[c].begin() + std::ssize(violations[c]) / 2;
    std::ranges::nth_element(violations[c], middle);
    medians[c] = *middle;
  }
  return medians;
}

/// By trial: the sum of its violations, each divided by its constraint's median, so that no constraint weighs more for
/// its unit. 0 where all constraints hold.
inline std::vector<double> normalized_violations(std::span<const std::span<const History::Constraint>> trials) {
  const std::vector<double> medians = median_violations(trials);
  std::vector<double> sums(trials.size(), 0.0);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    for (const History::Constraint& constraint : trials[i]) {
      if (!(constraint.value > 0.0)) continue;
      const double median = constraint.name < medians.size() ? medians[constraint.name] : 1.0;
      // However small, a violation is none that rounding may hide.
      sums[i] += std::max(constraint.value / median, std::numeric_limits<double>::min());
    }
  }
  return sums;
}

}  // namespace hone::sdk
