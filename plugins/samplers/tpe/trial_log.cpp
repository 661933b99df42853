// SPDX-License-Identifier: MIT
#include "trial_log.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace tpe {

void TrialLog::set(hone::TrialNumber number, Role role) {
  roles_[static_cast<std::size_t>(number)] = role;
  changes_.push_back(number);
  change_counts_.push_back(++change_count_);
  last_changes_[static_cast<std::size_t>(number)] = change_count_;
}

std::span<const hone::TrialNumber> TrialLog::changes_since(std::uint64_t count) const {
  const auto first = std::ranges::upper_bound(change_counts_, count) - change_counts_.begin();
  return std::span(changes_).subspan(static_cast<std::size_t>(first));
}

// With several objectives every trial may move many others; who asks next needs the last change of each alone.
void TrialLog::forget_changes() {
  if (changes_.size() < 2 * roles_.size() + 64) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    changes_[kept] = changes_[i];
    change_counts_[kept] = change_counts_[i];
    kept += last_changes_[static_cast<std::size_t>(changes_[i])] == change_counts_[i] ? 1 : 0;
  }
  changes_.resize(kept);
  change_counts_.resize(kept);
}

// Puts a finished trial into its ranking; says on which side it is until the borders have moved.
Role TrialLog::rank(const hone::History& history, hone::TrialNumber number) {
  if (history.total_violation(number) > 0.0) {
    infeasible_.insert(number, history.constraints(number));
    return Role::above;
  }
  if (highest_) {
    highest_->add(history, number);
    comparable_.push_back(number);
    return budget_ ? rank_at_budget(history, number) : Role::none;
  }
  const bool complete = history.state(number) == hone::TrialState::complete;
  if (complete && directions_.size() > 1) {
    std::vector<double> losses(directions_.size());
    std::ranges::transform(directions_, history.values(number), losses.begin(), hone::as_minimized);
    fronts_.insert(number, losses);
    return Role::above;
  }
  Standing standing;
  if (complete) {
    standing = complete_standing(number, hone::as_minimized(directions_[0], history.values(number)[0]));
    losses_[static_cast<std::size_t>(number)] = standing.first;
  } else if (const auto reports = history.reports(number); !reports.empty()) {
    const double value = hone::as_minimized(directions_[0], reports.back().value);
    standing = pruned_standing(number, std::pair(reports.back().step, value));
  } else {
    standing = pruned_standing(number, std::nullopt);
  }
  ranking_.insert(standing);
  return ranking_.is_below(standing) ? Role::below : Role::above;
}

Role TrialLog::rank_at_budget(const hone::History& history, hone::TrialNumber number) {
  const std::optional<double> value = hone::sdk::value_at(history, number, *budget_);
  if (!value) return Role::none;
  const Standing standing = complete_standing(number, hone::as_minimized(directions_[0], *value));
  losses_[static_cast<std::size_t>(number)] = standing.first;
  ranking_.insert(standing);
  return ranking_.is_below(standing) ? Role::below : Role::above;
}

// Begins the ranking anew when more is known.
void TrialLog::compare_at_highest_budget(const hone::History& history) {
  const std::optional<double> highest = highest_->get();
  if (highest == budget_) return;
  budget_ = highest;
  ranking_.clear();
  for (const hone::TrialNumber number : comparable_) {
    set(number, budget_ ? rank_at_budget(history, number) : Role::none);
  }
}

void TrialLog::take(const hone::History& history, hone::TrialNumber number) {
  const auto row = static_cast<std::size_t>(number);
  if (ranked_[row] != 0) return;
  const hone::TrialState state = history.state(number);
  if (state == hone::TrialState::complete || state == hone::TrialState::pruned) {
    ranked_[row] = 1;
    set(number, rank(history, number));
    return;
  }
  const Role role = rule_.use_pending && number != at_hand_ && history.pending(number) ? Role::above : Role::none;
  if (role != roles_[row]) set(number, role);
}

void TrialLog::move_borders() {
  moved_.clear();
  std::size_t wanted = below_count(finished(), rule_.gamma, rule_.cap);
  fronts_.move_border(wanted, moved_);
  wanted -= std::min(wanted, fronts_.size());
  ranking_.move_border(wanted, moved_);
  wanted -= std::min(wanted, ranking_.size());
  infeasible_.move_border(wanted, moved_);
  for (const hone::TrialNumber number : moved_) {
    set(number, roles_[static_cast<std::size_t>(number)] == Role::below ? Role::above : Role::below);
  }
}

std::optional<double> TrialLog::improvement(hone::TrialNumber number) const {
  const Standing* best_above = ranking_.best_above();
  if (best_above == nullptr || best_above->group != Standing::Class::complete) return std::nullopt;
  const double improvement = best_above->first - losses_[static_cast<std::size_t>(number)];
  return std::isfinite(improvement) ? std::optional(std::max(improvement, 0.0)) : std::nullopt;
}

void TrialLog::update(const hone::StudyView& study, hone::TrialNumber at_hand) {
  const hone::HistoryView view = study.history();
  const hone::History& history = view.all();
  roles_.resize(static_cast<std::size_t>(history.horizon()), Role::none);
  ranked_.resize(roles_.size(), 0);
  last_changes_.resize(roles_.size(), 0);
  losses_.resize(roles_.size(), std::numeric_limits<double>::quiet_NaN());

  const hone::TrialNumber previous = std::exchange(at_hand_, at_hand);
  for (const std::uint32_t number : view.changes_since(revision_)) take(history, number);
  revision_ = view.revision();
  for (const hone::TrialNumber number : {previous, at_hand}) {
    if (view.contains(number)) take(history, number);
  }
  if (highest_) compare_at_highest_budget(history);
  move_borders();
  forget_changes();
}

}  // namespace tpe
