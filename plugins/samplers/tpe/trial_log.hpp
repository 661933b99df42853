// SPDX-License-Identifier: MIT
// What a history's trials mean to TPE: good, not so good, or nothing yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <hone/study_view.hpp>

#include "trial_ranking.hpp"

namespace tpe {

enum class Role : std::uint8_t {
  none,   ///< failed, not started, or the trial at hand
  below,  ///< among the best: models l(x)
  above,  ///< finished and not among the best, or pending: models g(x)
};

/// Follows a history and says which role each trial has, at a cost of what is new. The roles depend on what the history
/// holds, not on the order in which it came.
class TrialLog {
 public:
  /// @param gamma       the fraction of good trials, at most `cap` of them
  /// @param use_pending whether pending trials are above (the constant liar), or nothing
  TrialLog(double gamma, std::size_t cap, bool use_pending) : gamma_(gamma), cap_(cap), use_pending_(use_pending) {}

  /// Takes in what is new. `at_hand` is a trial that plays no role now.
  void update(const hone::StudyView& study, hone::TrialNumber at_hand);

  /// The trials that are COMPLETE or PRUNED.
  std::size_t finished() const { return ranking_.size(); }
  /// One for each number that the history knows.
  std::span<const Role> roles() const { return roles_; }
  /// The numbers of trials that may have changed their role or values, in order of change; grows.
  std::span<const hone::TrialNumber> changes() const { return changes_; }

 private:
  void take(const hone::History& history, hone::Direction direction, hone::TrialNumber number);
  void set(hone::TrialNumber number, Role role);

  double gamma_;
  std::size_t cap_;
  bool use_pending_;
  std::size_t revision_ = 0;
  hone::TrialNumber at_hand_ = -1;
  TrialRanking ranking_;
  std::vector<Role> roles_;
  std::vector<std::uint8_t> ranked_;  // by number: finished, and in the ranking
  std::vector<hone::TrialNumber> changes_;
  std::vector<hone::TrialNumber> moved_;
};

}  // namespace tpe
