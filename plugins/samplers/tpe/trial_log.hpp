// SPDX-License-Identifier: MIT
// What a history's trials mean to TPE: good, not so good, or nothing yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <hone/sdk/highest_budget.hpp>
#include <hone/study_view.hpp>

#include "front_ranking.hpp"
#include "trial_ranking.hpp"
#include "violation_ranking.hpp"

namespace tpe {

enum class Role : std::uint8_t {
  none,   ///< failed, not started, or the trial at hand
  below,  ///< among the best: models l(x)
  above,  ///< finished and not among the best, or pending: models g(x)
};

/// How the finished trials are split.
struct SplitRule {
  /// The fraction of good trials, rounded up.
  double gamma = 0.1;
  /// At most so many of them.
  std::size_t cap = 25;
  /// Pending trials are above (the constant liar), or nothing.
  bool use_pending = true;
  ViolationSum violations = ViolationSum::normalized;
};

/// Follows a history and says which role each trial has, at a cost of what is new. Feasible complete trials come first
/// (by value, or by fronts where there are several objectives), then feasible pruned ones, then those that violate a
/// constraint. With a budget rule, all feasible ones are compared by their values at the highest budget that enough
/// have reached, and those that did not reach it play no role. The roles depend on what the history holds, not on the
/// order in which it came.
class TrialLog {
 public:
  /// @param budget_rule  for one objective
  TrialLog(std::span<const hone::Direction> directions, const SplitRule& rule,
           const std::optional<hone::sdk::BudgetRule>& budget_rule = {})
      : directions_(directions.begin(), directions.end()),
        rule_(rule),
        fronts_(directions.size()),
        infeasible_(rule.violations),
        highest_(budget_rule ? std::optional<hone::sdk::HighestBudget>(*budget_rule) : std::nullopt) {}

  /// Takes in what is new. `at_hand` is a trial that plays no role now.
  void update(const hone::StudyView& study, hone::TrialNumber at_hand);

  /// The trials that are COMPLETE or PRUNED.
  std::size_t finished() const { return fronts_.size() + ranking_.size() + infeasible_.size(); }
  /// Whether there is a budget to compare trials at, if that is the rule.
  bool is_comparable() const { return !highest_ || budget_; }
  /// One for each number that the history knows.
  std::span<const Role> roles() const { return roles_; }
  /// By how much a trial that is below is better than the best that is not, at least 0: its weight among the good
  /// ones by expected improvement (Watanabe 2023). Nothing where that is no number: several objectives, a trial that is
  /// not COMPLETE and feasible, an infinite value.
  std::optional<double> improvement(hone::TrialNumber number) const;
  /// How many changes there have been.
  std::uint64_t change_count() const { return change_count_; }
  /// The numbers of trials that may have changed their role or values after the first so many changes, in order of
  /// change.
  std::span<const hone::TrialNumber> changes_since(std::uint64_t count) const;

 private:
  void take(const hone::History& history, hone::TrialNumber number);
  Role rank(const hone::History& history, hone::TrialNumber number);
  Role rank_at_budget(const hone::History& history, hone::TrialNumber number);
  void compare_at_highest_budget(const hone::History& history);
  void set(hone::TrialNumber number, Role role);
  void move_borders();
  void forget_changes();

  std::vector<hone::Direction> directions_;
  SplitRule rule_;
  std::size_t revision_ = 0;
  hone::TrialNumber at_hand_ = -1;
  FrontRanking fronts_;   // complete ones, of several objectives
  TrialRanking ranking_;  // complete ones, of one objective, and pruned ones
  ViolationRanking infeasible_;
  std::optional<hone::sdk::HighestBudget> highest_;
  std::optional<double> budget_;               // at which the trials in the ranking are compared
  std::vector<hone::TrialNumber> comparable_;  // finished and feasible, where there is a budget rule
  std::vector<Role> roles_;
  std::vector<double> losses_;  // by number: what it is compared by; NaN unless complete (or at the budget), feasible
                                // and with one objective
  std::vector<std::uint8_t> ranked_;  // by number: finished, and in a ranking
  // Which trials have changed; of each trial the last change at least.
  std::vector<hone::TrialNumber> changes_;
  std::vector<std::uint64_t> change_counts_;  // after each of them
  std::vector<std::uint64_t> last_changes_;   // by number: the count after its last one
  std::uint64_t change_count_ = 0;
  std::vector<hone::TrialNumber> moved_;
};

}  // namespace tpe
