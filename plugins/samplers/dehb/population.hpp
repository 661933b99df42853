// SPDX-License-Identifier: MIT
// Who is in the population: the best trial of each place, at the highest budget that enough trials have reached.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <hone/sdk/highest_budget.hpp>
#include <hone/study_view.hpp>

namespace dehb {

/// The population of an asynchronous differential evolution. Trial n competes for place n mod N with all trials of that
/// place, so selection is one against one, as in the generational form, and depends on the set of finished trials
/// alone: workers need not agree on generations. One against the other goes by feasibility, by the budget that they
/// have reached (up to the one of the population), then by the value there.
class Population {
 public:
  Population(hone::Direction direction, std::size_t size)
      : direction_(direction), highest_(hone::sdk::BudgetRule{}), candidates_(size), members_(size) {}

  std::size_t size() const { return members_.size(); }
  std::size_t place_of(hone::TrialNumber number) const { return static_cast<std::size_t>(number) % size(); }
  /// The trial at a place, if there is one.
  std::optional<hone::TrialNumber> member(std::size_t place) const {
    return members_[place] ? std::optional(std::get<3>(*members_[place])) : std::nullopt;
  }

  /// Takes in what is new.
  void update(const hone::HistoryView& view) {
    const hone::History& history = view.all();
    seen_.resize(static_cast<std::size_t>(history.horizon()), false);
    std::vector<hone::TrialNumber> fresh;
    for (const std::uint32_t number : view.changes_since(revision_)) {
      if (seen_[number] || !history.finished(number) || history.state(number) == hone::TrialState::fail) continue;
      seen_[number] = true;
      fresh.push_back(number);
      highest_.add(history, number);
      candidates_[place_of(number)].push_back(number);
    }
    revision_ = view.revision();
    if (const auto highest = highest_.get(); highest != budget_) {
      budget_ = highest;
      std::ranges::fill(members_, std::nullopt);
      for (const auto& place : candidates_) {
        for (const hone::TrialNumber number : place) compete(history, number);
      }
    } else {
      for (const hone::TrialNumber number : fresh) compete(history, number);
    }
  }

 private:
  using Standing = std::tuple<double, double, double, hone::TrialNumber>;

  void compete(const hone::History& history, hone::TrialNumber number) {
    const auto reached = hone::sdk::budget_reached(history, number);
    if (!budget_ || !reached) return;
    const double at = std::min(*reached, *budget_);
    const auto value = hone::sdk::value_at(history, number, at);
    if (!value) return;
    const Standing standing{history.total_violation(number), -at, hone::as_minimized(direction_, *value), number};
    auto& member = members_[place_of(number)];
    if (!member || standing < *member) member = standing;
  }

  hone::Direction direction_;
  hone::sdk::HighestBudget highest_;
  std::vector<std::vector<hone::TrialNumber>> candidates_;  // by place: finished
  std::vector<std::optional<Standing>> members_;
  std::optional<double> budget_;
  std::vector<bool> seen_;
  std::size_t revision_ = 0;
};

}  // namespace dehb
