// SPDX-License-Identifier: MIT
// The order of trials that violate constraints, and which of them are good for want of better ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <hone/history.hpp>

namespace tpe {

/// How violations of several constraints are added up.
enum class ViolationSum {
  normalized,  ///< each divided by the median of the positive violations of its constraint, so that scale plays no role
  plain,       ///< as they are (Optuna's order)
};

/// The trials that violate a constraint, by the sum of their violations, then by number. Nothing is computed as long as
/// none of them is below.
class ViolationRanking {
 public:
  explicit ViolationRanking(ViolationSum sum) : sum_(sum) {}

  std::size_t size() const { return numbers_.size(); }

  /// Adds a trial, above until `move_border` says otherwise. Values above 0 are violations.
  void insert(std::int64_t number, std::span<const hone::History::Constraint> constraints);

  /// Makes the best `target` trials (or all, if there are fewer) the ones below. Appends the numbers that changed sides
  /// to `moved`.
  void move_border(std::size_t target, std::vector<std::int64_t>& moved);

 private:
  std::vector<double> sums() const;

  ViolationSum sum_;
  std::vector<std::int64_t> numbers_;  // ascending
  std::vector<std::vector<hone::History::Constraint>> violations_;
  std::vector<std::uint8_t> below_;
  std::size_t target_ = 0;
  bool changed_ = false;
};

}  // namespace tpe
