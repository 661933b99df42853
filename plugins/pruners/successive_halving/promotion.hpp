// SPDX-License-Identifier: MIT
// Successive halving that pauses each trial at each rung and continues the best.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <hone/sdk/rungs.hpp>

namespace hone {

/// ASHA as its authors state it (Li et al., MLSys 2020, algorithm 2): a worker that is free continues the best trial
/// that stands in the best 1/eta of a rung and has not been continued from there, of the highest rung that has one; if
/// there is none it begins a new trial.
class Promotion {
 public:
  /// No trial is continued from a rung before more than `bootstrap_count` have reached it.
  Promotion(const sdk::Rungs::Settings& settings, std::size_t bootstrap_count)
      : rungs_(settings), bootstrap_count_(bootstrap_count) {}

  const sdk::Rungs& rungs() const { return rungs_; }
  void update(const HistoryView& view, MetricId metric) { rungs_.update(view, metric); }

  enum class Answer { goes_on, pauses, ends };

  /// What becomes of a trial at its latest report: it pauses at the first that reaches a rung beyond those where it was
  /// paused before (up to the owner's furthest step), and ends at NaN where it should have reached one.
  Answer answer(const History& history, MetricId metric, TrialNumber number) const {
    const std::span<const Report> own = history.reports(number, metric);
    if (own.empty()) return Answer::goes_on;
    const auto owner = history.owner(number);
    const std::int64_t paused_at = owner ? owner->furthest_step : -1;
    const auto later = std::ranges::upper_bound(own, paused_at, {}, &Report::step);
    const std::size_t passed = rungs_.reached(own.first(static_cast<std::size_t>(later - own.begin())));
    if (static_cast<double>(own.back().step) < rungs_.resource(passed)) return Answer::goes_on;
    if (rungs_.values(number).size() > passed) return Answer::pauses;
    return std::isnan(own.back().value) ? Answer::ends : Answer::goes_on;
  }

  /// The paused trial to continue; none from the rung `last` or beyond.
  std::optional<TrialNumber> next(std::span<const TrialNumber> paused, std::size_t last) const {
    std::optional<TrialNumber> best;
    for (const TrialNumber number : paused) {
      const std::span<const double> values = rungs_.values(number);
      if (values.empty() || values.size() > last || !is_promotable(values.back(), values.size() - 1)) continue;
      if (!best || is_before(values, rungs_.values(*best))) best = number;
    }
    return best;
  }

 private:
  bool is_promotable(double value, std::size_t rung) const {
    return rungs_.size(rung) > bootstrap_count_ && rungs_.is_among_best(value, rung, rungs_.promoted(rung));
  }
  // The higher rung first, then the better value; the caller goes by number.
  static bool is_before(std::span<const double> a, std::span<const double> b) {
    return a.size() != b.size() ? a.size() > b.size() : a.back() < b.back();
  }

  sdk::Rungs rungs_;
  std::size_t bootstrap_count_;
};

}  // namespace hone
