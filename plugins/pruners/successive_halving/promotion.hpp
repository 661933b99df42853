// SPDX-License-Identifier: MIT
// Successive halving that pauses each trial at each rung and continues the best.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

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
  struct Decision {
    Answer answer = Answer::goes_on;
    std::int64_t step = 0;  ///< of the report that brought it to the rung, if it pauses
  };

  /// What becomes of a trial at its latest report: it pauses at the first that reaches a rung beyond those where it was
  /// paused before, and ends at NaN where it should have reached one.
  Decision decide(const History& history, MetricId metric, TrialNumber number) const {
    const std::span<const Report> own = history.reports(number, metric);
    if (own.empty()) return {};
    const std::size_t passed = rungs_until_pause(history, metric, number);
    if (static_cast<double>(own.back().step) < rungs_.resource(passed)) return {};
    if (rungs_.values(number).size() > passed) {
      const auto is_below = [&](const Report& report) {
        return static_cast<double>(report.step) < rungs_.resource(passed) || std::isnan(report.value);
      };
      return {Answer::pauses, std::ranges::find_if_not(own, is_below)->step};
    }
    return {std::isnan(own.back().value) ? Answer::ends : Answer::goes_on};
  }

  /// The paused trial to continue; none from the rung `last` or beyond.
  std::optional<TrialNumber> next(const History& history, MetricId metric, std::span<const TrialNumber> paused,
                                  std::size_t last) const {
    std::optional<TrialNumber> best;
    std::span<const double> best_values;
    std::map<std::size_t, Border> borders;  // by rung, of those where a trial is paused
    for (const TrialNumber number : paused) {
      // Not what an interrupted worker reported beyond the pause.
      const auto values = rungs_.values(number).first(rungs_until_pause(history, metric, number));
      if (values.empty() || values.size() > last) continue;
      const std::size_t rung = values.size() - 1;
      auto found = borders.find(rung);
      if (found == borders.end()) found = borders.emplace(rung, border(rung)).first;
      const Border& worst = found->second;
      if (values.back() > worst.value || (values.back() == worst.value && number > worst.number)) continue;
      if (!best || is_before(values, best_values)) {
        best = number;
        best_values = values;
      }
    }
    return best;
  }

 private:
  // How many rungs the trial had reached when it was last paused.
  std::size_t rungs_until_pause(const History& history, MetricId metric, TrialNumber number) const {
    const std::span<const Report> own = history.reports(number, metric);
    const auto owner = history.owner(number);
    const auto later = std::ranges::upper_bound(own, owner ? owner->paused_at : -1, {}, &Report::step);
    return rungs_.reached(own.first(static_cast<std::size_t>(later - own.begin())));
  }

  // The last of the best 1/eta of a rung: the algorithm's top_k, which has k trials also where values are equal. The
  // lower number comes first there.
  struct Border {
    double value;
    TrialNumber number;
  };
  Border border(std::size_t rung) const {
    const std::size_t count = rungs_.size(rung) > bootstrap_count_ ? rungs_.promoted(rung) : 0;
    if (count == 0) return {-std::numeric_limits<double>::infinity(), -1};
    const double value = rungs_.value(rung, count - 1);
    if (value < rungs_.value(rung, count)) return {value, std::numeric_limits<TrialNumber>::max()};
    std::vector<TrialNumber> equal;
    std::size_t better = 0;
    rungs_.for_each(rung, [&](TrialNumber number) {
      const double theirs = rungs_.values(number)[rung];
      if (theirs < value) ++better;
      if (theirs == value) equal.push_back(number);
    });
    return {value, equal[count - better - 1]};
  }
  // The higher rung first, then the better value; the caller goes by number.
  static bool is_before(std::span<const double> a, std::span<const double> b) {
    return a.size() != b.size() ? a.size() > b.size() : a.back() < b.back();
  }

  sdk::Rungs rungs_;
  std::size_t bootstrap_count_;
};

}  // namespace hone
