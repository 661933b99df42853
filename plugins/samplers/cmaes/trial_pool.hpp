// SPDX-License-Identifier: MIT
// The finished trials that no generation has taken yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

#include "evolution.hpp"
#include "standing.hpp"

namespace cmaes {

class TrialPool {
 public:
  /// Trials from `horizon` on count, each once; earlier ones are spare. (`space` is borrowed from the history.)
  TrialPool(hone::SearchSpace space, hone::Direction direction, bool consider_pruned, hone::TrialNumber horizon)
      : space_(std::move(space)), direction_(direction), consider_pruned_(consider_pruned), horizon_(horizon) {}

  /// Takes in what has changed.
  void update(const hone::HistoryView& view);

  /// After a restart: trials up to number `at`, and spare ones, count no more.
  void restart(hone::TrialNumber at);
  /// The trials belong to a generation, or to none for good.
  void take(std::span<const hone::TrialNumber> numbers);

  /// Those that count and are free, ascending.
  const std::set<hone::TrialNumber>& free() const { return free_; }
  /// The best spare one that is better than all of `others`, if there is one.
  std::optional<hone::TrialNumber> spare_better_than(const hone::History& history,
                                                     std::span<const hone::TrialNumber> others) const;

  /// Whether the trial has a result: finished in a state that counts, with all parameters.
  bool is_usable(const hone::History& history, hone::TrialNumber number) const;
  /// The results of usable trials, the best first.
  std::vector<Result> results(const hone::History& history, std::span<const hone::TrialNumber> numbers) const;

 private:
  Standing standing(const hone::History& history, hone::TrialNumber number) const;

  hone::SearchSpace space_;
  hone::Direction direction_;
  bool consider_pruned_;
  std::size_t revision_ = 0;
  hone::TrialNumber horizon_;
  bool restarted_ = false;
  std::vector<bool> seen_;
  std::set<hone::TrialNumber> free_;
  std::set<Standing> spare_;
};

}  // namespace cmaes
