// SPDX-License-Identifier: MIT
// Asynchronous successive halving as it stops trials, behind the pruners `successive_halving` and `hyperband`.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <hone/sdk/rungs.hpp>

namespace hone::sdk {

/// Asynchronous successive halving as it stops trials (Li et al., "A System for Massively Parallel Hyperparameter
/// Tuning", MLSys 2020, section 3.3, in the stopping variant). A trial's own report is in the rungs before it is
/// compared.
class SuccessiveHalving {
 public:
  struct Settings : Rungs::Settings {
    /// No trial passes a rung before more than so many have reached it.
    std::size_t bootstrap_count = 0;
  };
  explicit SuccessiveHalving(const Settings& settings) : rungs_(settings), bootstrap_count_(settings.bootstrap_count) {}

  const Rungs& rungs() const { return rungs_; }

  /// Whether the trial ends. `view` has the trials that compete, the trial at hand among them.
  bool should_prune(const HistoryView& view, MetricId metric, TrialNumber number) {
    return should_prune(view, metric, number, [](std::size_t) { return false; });
  }

  /// The same; `is_last(rung)` says whether none goes on beyond a rung that the trial has just reached.
  template <class IsLast>
  bool should_prune(const HistoryView& view, MetricId metric, TrialNumber number, const IsLast& is_last) {
    const std::span<const Report> own = view->reports(number, metric);
    if (own.empty()) return false;
    rungs_.update(view, metric);
    decided_.resize(static_cast<std::size_t>(view->horizon()));
    Decided& decided = decided_[static_cast<std::size_t>(number)];
    // Asked about it for the first time, it is taken that another pruner was asked after each earlier report.
    if (decided.restarts != rungs_.restarts(number)) {
      decided = {rungs_.reached(own.first(own.size() - 1)), rungs_.restarts(number)};
    }
    const std::span<const double> values = rungs_.values(number);
    for (std::size_t& rung = decided.rungs; static_cast<double>(own.back().step) >= rungs_.resource(rung);) {
      // A rung that no number has reached: the latest report is NaN.
      if (rung >= values.size()) return std::isnan(own.back().value);
      const bool goes_on = !is_last(rung) && is_promotable(values[rung], rung);
      ++rung;
      if (!goes_on) return true;
    }
    return false;
  }

 private:
  struct Decided {
    std::size_t rungs = 0;                                           // that were decided
    std::size_t restarts = std::numeric_limits<std::size_t>::max();  // in the attempt after so many; at first unknown
  };

  // Whether the value is among the best n/eta of the rung, of which there is at least one; ties are.
  bool is_promotable(double value, std::size_t rung) const {
    if (rungs_.size(rung) <= bootstrap_count_) return false;
    return rungs_.is_among_best(value, rung, std::max<std::size_t>(rungs_.promoted(rung), 1));
  }

  Rungs rungs_;
  std::size_t bootstrap_count_;
  std::vector<Decided> decided_;
};

}  // namespace hone::sdk
