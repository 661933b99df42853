// SPDX-License-Identifier: MIT
// How trials with results compare.
#pragma once

#include <compare>
#include <limits>
#include <tuple>

#include <hone/types.hpp>

namespace cmaes {

/// COMPLETE trials first, by value; then pruned ones, those that came further first, then by the value there; then
/// those that violate a constraint, by how much. Equal ones by number.
struct Standing {
  int group = 0;  ///< 0: complete, 1: pruned, 2: violates a constraint
  double first = 0.0;
  double second = 0.0;
  hone::TrialNumber number = 0;

  /// All but the number.
  auto merit() const { return std::tie(group, first, second); }
  /// To be minimised; infinite if the trial has none that compares.
  double loss() const { return group == 0 ? first : std::numeric_limits<double>::infinity(); }

  friend auto operator<=>(const Standing& a, const Standing& b) {
    return std::tie(a.group, a.first, a.second, a.number) <=> std::tie(b.group, b.first, b.second, b.number);
  }
};

}  // namespace cmaes
