// SPDX-License-Identifier: MIT
#include "trial_pool.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cmaes {

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}

bool TrialPool::is_usable(const hone::History& history, hone::TrialNumber number) const {
  if (!history.finished(number)) return false;
  const hone::TrialState state = history.state(number);
  if (state != hone::TrialState::complete && !(consider_pruned_ && state == hone::TrialState::pruned)) return false;
  return std::ranges::none_of(
      space_, [&](const hone::Parameter& parameter) { return std::isnan(history.value(number, parameter.id)); });
}

Standing TrialPool::standing(const hone::History& history, hone::TrialNumber number) const {
  if (const double violation = history.total_violation(number); violation > 0.0) return {2, violation, 0.0, number};
  if (history.state(number) == hone::TrialState::complete) {
    return {0, hone::as_minimized(direction_, history.values(number)[0]), 0.0, number};
  }
  const auto reports = history.reports(number);
  if (reports.empty()) return {1, 1.0, 0.0, number};
  const double value = hone::as_minimized(direction_, reports.back().value);
  return {1, -static_cast<double>(reports.back().step), std::isnan(value) ? infinity : value, number};
}

void TrialPool::update(const hone::HistoryView& view) {
  const hone::History& history = view.all();
  seen_.resize(static_cast<std::size_t>(history.horizon()), false);
  for (const std::uint32_t number : view.changes_since(revision_)) {
    if (seen_[number] || !history.finished(number)) continue;
    seen_[number] = true;
    if (!is_usable(history, number)) continue;
    if (number < horizon_) {
      if (!restarted_) spare_.insert(standing(history, number));
    } else {
      free_.insert(number);
    }
  }
  revision_ = view.revision();
}

void TrialPool::restart(hone::TrialNumber at) {
  horizon_ = std::max(horizon_, at + 1);
  free_.erase(free_.begin(), free_.lower_bound(horizon_));
  spare_.clear();
  restarted_ = true;
}

void TrialPool::take(std::span<const hone::TrialNumber> numbers) {
  for (const hone::TrialNumber number : numbers) {
    if (free_.erase(number) == 0) std::erase_if(spare_, [&](const Standing& s) { return s.number == number; });
  }
}

std::optional<hone::TrialNumber> TrialPool::spare_better_than(const hone::History& history,
                                                              std::span<const hone::TrialNumber> others) const {
  if (spare_.empty()) return std::nullopt;
  const Standing& best = *spare_.begin();
  const bool better =
      std::ranges::all_of(others, [&](hone::TrialNumber other) { return best < standing(history, other); });
  return better ? std::optional(best.number) : std::nullopt;
}

std::vector<Result> TrialPool::results(const hone::History& history, std::span<const hone::TrialNumber> numbers) const {
  std::vector<Standing> order;
  for (const hone::TrialNumber number : numbers) order.push_back(standing(history, number));
  std::ranges::sort(order, [](const Standing& a, const Standing& b) { return a < b; });
  std::vector<Result> results;
  for (const Standing& s : order) {
    Result result{s, {}};
    for (const hone::Parameter& parameter : space_) {
      result.values.push_back(history.value(s.number, parameter.id));
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace cmaes
