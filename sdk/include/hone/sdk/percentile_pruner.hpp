// SPDX-License-Identifier: MIT
// The percentile rule of pruning, behind the pruners `median` and `percentile`.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <vector>

#include <hone/sdk/growing_percentile.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/pruning_metric.hpp>
#include <hone/sdk/pruning_schedule.hpp>

namespace hone::sdk {

/// The best of the reports, NaN left out; NaN if there is no other.
inline double best_report(std::span<const Report> reports, Direction direction) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const Report& report : reports) {
    if (std::isnan(report.value)) continue;
    if (std::isnan(best) || as_minimized(direction, report.value) < as_minimized(direction, best)) best = report.value;
  }
  return best;
}

/// What the COMPLETE trials reported, step by step: all that the rule needs to know of them.
class ReportedPercentiles {
 public:
  /// `percentile` in [0, 100], counted from the least value.
  explicit ReportedPercentiles(double percentile) : percentile_(percentile) {}

  void add(std::span<const Report> reports) {
    for (const Report& report : reports) {
      Step& step = steps_.try_emplace(report.step, percentile_).first->second;
      ++step.reports;
      step.values.add(report.value);
    }
  }

  /// The percentile of the values that were reported at exactly this step; NaN if there are fewer than `n_min` reports
  /// (NaN reports count) or no number among them.
  double at(std::int64_t step, std::size_t n_min) const {
    const auto found = steps_.find(step);
    if (found == steps_.end() || found->second.reports < n_min) return std::numeric_limits<double>::quiet_NaN();
    return found->second.values.value();
  }

 private:
  struct Step {
    explicit Step(double percentile) : values(percentile) {}
    std::size_t reports = 0;
    GrowingPercentile values;
  };
  double percentile_;
  std::unordered_map<std::int64_t, Step> steps_;
};

/// Ends a trial whose best report so far is worse than a percentile of what COMPLETE trials reported at the same step
/// (Golovin et al., "Google Vizier", 2017, section 3.2, as Optuna applies it). A trial that has reported nothing but
/// NaN ends too.
class PercentilePruner : public Pruner {
 public:
  /// `percentile` in [0, 100]: the part of the trials, best first, that is kept.
  /// @throws ConfigError for a metric without a direction, and for several directions without a metric.
  PercentilePruner(const FactoryContext& context, const Options& options, double percentile)
      : metric_(context, options),
        n_startup_trials_(options.get<std::size_t>("n_startup_trials")),
        n_min_trials_(options.get<std::size_t>("n_min_trials")),
        schedule_{options.get<std::int64_t>("n_warmup_steps"), options.get<std::int64_t>("interval_steps")},
        reported_(metric_.direction == Direction::maximize ? 100.0 - percentile : percentile) {}

  bool should_prune(const StudyView& study, const TrialView& trial) override {
    const History& history = study.history().all();
    const std::size_t complete = history.count(TrialState::complete);
    if (complete == 0 || complete < n_startup_trials_) return false;
    const auto metric = history.find_metric(metric_.name);
    if (!metric) return false;
    const std::span<const Report> own = history.reports(trial.number(), *metric);
    if (!schedule_.is_due(own)) return false;
    const double best = best_report(own, metric_.direction);
    if (std::isnan(best)) return true;
    take_in(history, *metric);
    // A comparison with NaN, where nothing is known of the step, is false: the trial is kept.
    const double threshold = reported_.at(own.back().step, n_min_trials_);
    return as_minimized(metric_.direction, best) > as_minimized(metric_.direction, threshold);
  }

 private:
  // What has changed since the last time. A trial that has ended never changes again, but stands in the changes once
  // for each report.
  void take_in(const History& history, MetricId metric) {
    taken_.resize(static_cast<std::size_t>(history.horizon()), false);
    for (const std::uint32_t number : history.changes_since(revision_)) {
      if (taken_[number] || history.state(number) != TrialState::complete) continue;
      taken_[number] = true;
      reported_.add(history.reports(number, metric));
    }
    revision_ = history.revision();
  }

  DecidingMetric metric_;
  std::size_t n_startup_trials_;
  std::size_t n_min_trials_;
  PruningSchedule schedule_;
  ReportedPercentiles reported_;
  std::vector<bool> taken_;
  std::size_t revision_ = 0;
};

/// The options that pruners by the percentile rule share.
inline constexpr std::array percentile_pruner_options{
    int_option("n_startup_trials", "5", "0", nullptr, "no trial is ended before so many are COMPLETE"),
    int_option("n_warmup_steps", "0", "0", nullptr, "no trial is ended before this step"),
    int_option("interval_steps", "1", "1", nullptr, "a trial is looked at once in so many steps"),
    int_option("n_min_trials", "1", "1", nullptr,
               "no trial is ended at a step that fewer COMPLETE trials have reported"),
    metric_option,
    metric_direction_option,
};

}  // namespace hone::sdk
