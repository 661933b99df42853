// SPDX-License-Identifier: MIT
#include "highest_budget.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tpe {

std::optional<double> budget_reached(const hone::History& history, hone::TrialNumber number) {
  if (history.state(number) == hone::TrialState::complete) return full_budget;
  const auto reports = history.reports(number);
  for (auto report = reports.rbegin(); report != reports.rend(); ++report) {
    if (!std::isnan(report->value)) return static_cast<double>(report->step);
  }
  return std::nullopt;
}

std::optional<double> value_at(const hone::History& history, hone::TrialNumber number, double budget) {
  for (const hone::Report& report : history.reports(number)) {
    if (static_cast<double>(report.step) >= budget && !std::isnan(report.value)) return report.value;
  }
  if (history.state(number) == hone::TrialState::complete) return history.values(number)[0];
  return std::nullopt;
}

void HighestBudget::add(const hone::History& history, hone::TrialNumber number) {
  most_parameters_ = std::max(most_parameters_, history.parameters(number).size());
  if (const auto budget = budget_reached(history, number)) reached_.insert(*budget);
}

std::optional<double> HighestBudget::get() const {
  const std::size_t enough = rule_.min_results.value_or(std::max<std::size_t>(most_parameters_ + 1, 8));
  if (reached_.size() < enough) return std::nullopt;
  return *std::next(reached_.begin(), static_cast<std::ptrdiff_t>(enough) - 1);
}

}  // namespace tpe
