// SPDX-License-Identifier: MIT
// The budget at which trials are compared that did not all run to their end.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <set>

#include <hone/study_view.hpp>

namespace tpe {

/// When a budget counts.
struct BudgetRule {
  /// So many trials have reached it; absent: max(d + 1, 8) of d parameters.
  std::optional<std::size_t> min_results;
};

/// The budget of a trial's end: more than any step.
inline constexpr double full_budget = std::numeric_limits<double>::infinity();

/// How far a finished trial has come: to its end, or to the last step with a number. Nothing if to none.
std::optional<double> budget_reached(const hone::History& history, hone::TrialNumber number);

/// A finished trial's value at a budget: its first number reported at this step or later, or the value that it ended
/// with. Nothing if it did not come so far.
std::optional<double> value_at(const hone::History& history, hone::TrialNumber number, double budget);

/// The highest budget that enough trials have reached (Falkner et al. 2018, section 3.2: the largest b with
/// |D_b| >= N_min), for budgets that are not known beforehand.
class HighestBudget {
 public:
  explicit HighestBudget(const BudgetRule& rule) : rule_(rule) {}

  void add(const hone::History& history, hone::TrialNumber number);
  /// Nothing while no budget has enough. Never falls but where parameters are added.
  std::optional<double> get() const;

 private:
  BudgetRule rule_;
  std::multiset<double, std::greater<>> reached_;
  std::size_t most_parameters_ = 0;
};

}  // namespace tpe
