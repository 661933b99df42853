// SPDX-License-Identifier: MIT
// The order of finished, feasible trials from best to worst, cut into good ones ("below") and the rest ("above").
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace tpe {

/// Where a finished trial stands. Smaller is better; equal standings are told apart by number.
struct Standing {
  /// Complete trials come before pruned ones.
  enum class Class : std::uint8_t { complete, pruned };
  Class group = Class::complete;
  /// complete: the value, smaller is better. pruned: minus the last reported step.
  double first = 0.0;
  /// pruned: the value at that step.
  double second = 0.0;
  std::int64_t number = 0;

  friend bool operator<(const Standing& a, const Standing& b) {
    return std::tie(a.group, a.first, a.second, a.number) < std::tie(b.group, b.first, b.second, b.number);
  }
};

/// @param value  to be minimised; never NaN
Standing complete_standing(std::int64_t number, double value);
/// @param last_report  the last step and the value there, to be minimised; nothing if there was no report
Standing pruned_standing(std::int64_t number, std::optional<std::pair<std::int64_t, double>> last_report);

/// gamma(n): how many of n finished trials count as good: the fraction, rounded up, but at most `cap`.
std::size_t below_count(std::size_t n, double fraction, std::size_t cap);

/// Trials in order, with the border between the first `target` of them and the rest.
class TrialRanking {
 public:
  std::size_t size() const { return ordered_.size(); }

  void clear() {
    ordered_.clear();
    first_above_ = ordered_.end();
    below_ = 0;
  }

  /// Adds a trial. It is below if one that was below is worse; `move_border` settles the rest.
  void insert(const Standing& standing);

  /// Makes the best `target` trials (or all, if there are fewer) the ones below. Appends the numbers that changed sides
  /// to `moved`.
  void move_border(std::size_t target, std::vector<std::int64_t>& moved);

  /// The best of those that are not below; null where there is none.
  const Standing* best_above() const { return first_above_ == ordered_.end() ? nullptr : &*first_above_; }

  bool is_below(const Standing& standing) const { return first_above_ == ordered_.end() || standing < *first_above_; }

 private:
  std::set<Standing> ordered_;
  std::set<Standing>::iterator first_above_ = ordered_.end();
  std::size_t below_ = 0;
};

}  // namespace tpe
