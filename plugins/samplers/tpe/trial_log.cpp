// SPDX-License-Identifier: MIT
#include "trial_log.hpp"

#include <optional>
#include <utility>

namespace tpe {
namespace {

Standing standing_of(const hone::History& history, hone::Direction direction, hone::TrialNumber number) {
  if (const double violation = history.total_violation(number); violation > 0.0) {
    return infeasible_standing(number, violation);
  }
  if (history.state(number) == hone::TrialState::complete) {
    return complete_standing(number, hone::as_minimized(direction, history.values(number)[0]));
  }
  const auto reports = history.reports(number);
  if (reports.empty()) return pruned_standing(number, std::nullopt);
  return pruned_standing(number, std::pair(reports.back().step, hone::as_minimized(direction, reports.back().value)));
}

}  // namespace

void TrialLog::set(hone::TrialNumber number, Role role) {
  roles_[static_cast<std::size_t>(number)] = role;
  changes_.push_back(number);
}

void TrialLog::take(const hone::History& history, hone::Direction direction, hone::TrialNumber number) {
  const auto row = static_cast<std::size_t>(number);
  if (ranked_[row] != 0) return;
  const hone::TrialState state = history.state(number);
  if (state == hone::TrialState::complete || state == hone::TrialState::pruned) {
    const Standing standing = standing_of(history, direction, number);
    ranking_.insert(standing);
    ranked_[row] = 1;
    set(number, ranking_.is_below(standing) ? Role::below : Role::above);
    return;
  }
  const Role role = use_pending_ && number != at_hand_ && history.pending(number) ? Role::above : Role::none;
  if (role != roles_[row]) set(number, role);
}

void TrialLog::update(const hone::StudyView& study, hone::TrialNumber at_hand) {
  const hone::HistoryView view = study.history();
  const hone::History& history = view.all();
  const hone::Direction direction = study.directions()[0];
  roles_.resize(static_cast<std::size_t>(history.horizon()), Role::none);
  ranked_.resize(roles_.size(), 0);

  const hone::TrialNumber previous = std::exchange(at_hand_, at_hand);
  for (const std::uint32_t number : view.changes_since(revision_)) take(history, direction, number);
  revision_ = view.revision();
  for (const hone::TrialNumber number : {previous, at_hand}) {
    if (view.contains(number)) take(history, direction, number);
  }

  moved_.clear();
  ranking_.move_border(below_count(ranking_.size(), gamma_, cap_), moved_);
  for (const hone::TrialNumber number : moved_) {
    set(number, roles_[static_cast<std::size_t>(number)] == Role::below ? Role::above : Role::below);
  }
}

}  // namespace tpe
