// SPDX-License-Identifier: MIT
// The budget at which trials are compared that did not all run to their end.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <set>

#include <hone/study_view.hpp>

namespace hone::sdk {

/// The budget of a trial's end: more than any step.
inline constexpr double full_budget = std::numeric_limits<double>::infinity();

/// How far a finished trial has come: to its end, or to the last step with a number. Nothing if to none.
inline std::optional<double> budget_reached(const History& history, TrialNumber number) {
  if (history.state(number) == TrialState::complete) return full_budget;
  const auto reports = history.reports(number);
  const auto last =
      std::find_if(reports.rbegin(), reports.rend(), [](const Report& r) { return !std::isnan(r.value); });
  return last == reports.rend() ? std::nullopt : std::optional(static_cast<double>(last->step));
}

/// A finished trial's value at a budget: its first number reported at this step or later, or the value that it ended
/// with. Nothing if it did not come so far.
inline std::optional<double> value_at(const History& history, TrialNumber number, double budget) {
  for (const Report& report : history.reports(number)) {
    if (static_cast<double>(report.step) >= budget && !std::isnan(report.value)) return report.value;
  }
  if (history.state(number) == TrialState::complete) return history.values(number)[0];
  return std::nullopt;
}

/// When a budget counts.
struct BudgetRule {
  /// So many trials have reached it; absent: max(d + 1, 8) of d parameters.
  std::optional<std::size_t> min_results;
};

/// The highest budget that enough trials have reached (Falkner et al., "BOHB", ICML 2018, section 3.2: the largest b
/// with |D_b| >= N_min), for budgets that are not known beforehand.
class HighestBudget {
 public:
  explicit HighestBudget(const BudgetRule& rule) : rule_(rule) {}

  /// Takes in a finished trial, once.
  void add(const History& history, TrialNumber number) {
    most_parameters_ = std::max(most_parameters_, history.parameters(number).size());
    if (const auto budget = budget_reached(history, number)) reached_.insert(*budget);
  }

  /// Nothing while no budget has enough. Never falls but where parameters are added.
  std::optional<double> get() const {
    const std::size_t enough = rule_.min_results.value_or(std::max<std::size_t>(most_parameters_ + 1, 8));
    if (reached_.size() < enough) return std::nullopt;
    return *std::next(reached_.begin(), static_cast<std::ptrdiff_t>(enough) - 1);
  }

 private:
  BudgetRule rule_;
  std::multiset<double, std::greater<>> reached_;
  std::size_t most_parameters_ = 0;
};

}  // namespace hone::sdk
