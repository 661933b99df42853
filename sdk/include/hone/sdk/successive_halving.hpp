// SPDX-License-Identifier: MIT
// The rungs of asynchronous successive halving, behind the pruners `successive_halving` and `hyperband`.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <hone/study_view.hpp>

namespace hone::sdk {

/// min_resource * reduction_factor^exponent; infinite where no step can be as great.
inline double rung_resource(std::int64_t min_resource, std::int64_t reduction_factor, std::int64_t exponent) {
  constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  for (; exponent > 0; --exponent) {
    if (min_resource > greatest / reduction_factor) return std::numeric_limits<double>::infinity();
    min_resource *= reduction_factor;
  }
  return static_cast<double>(min_resource);
}

/// What a trial brings to a rung: its first number reported at the rung's resource or later. NaN while there is none.
inline double value_at_rung(std::span<const Report> reports, double resource) {
  const auto is_below = [](const Report& report, double bound) { return static_cast<double>(report.step) < bound; };
  auto at = std::lower_bound(reports.begin(), reports.end(), resource, is_below);
  while (at != reports.end() && std::isnan(at->value)) ++at;
  return at == reports.end() ? std::numeric_limits<double>::quiet_NaN() : at->value;
}

/// Numbers in ascending order, some of which may be taken out again.
class SortedValues {
 public:
  void add(double value) { values_.insert(std::ranges::upper_bound(values_, value), value); }
  void remove(double value) { values_.erase(std::ranges::lower_bound(values_, value)); }
  std::size_t size() const { return values_.size(); }
  double operator[](std::size_t i) const { return values_[i]; }

 private:
  std::vector<double> values_;
};

/// Asynchronous successive halving as it stops trials (Li et al., "A System for Massively Parallel Hyperparameter
/// Tuning", MLSys 2020, section 3.3, in the stopping variant). What stands in a rung is derived from the reports alone,
/// so every worker sees the same rungs, and a trial's own report is in them before it is compared.
class SuccessiveHalving {
 public:
  struct Settings {
    Direction direction = Direction::minimize;
    std::int64_t min_resource = 1;
    std::int64_t reduction_factor = 4;
    std::int64_t min_early_stopping_rate = 0;
    std::size_t bootstrap_count = 0;
  };
  explicit SuccessiveHalving(const Settings& settings) : settings_(settings) {}

  /// Whether the trial ends. `view` has the trials that compete, the trial at hand among them.
  bool should_prune(const HistoryView& view, MetricId metric, TrialNumber number) {
    const std::span<const Report> own = view->reports(number, metric);
    if (own.empty()) return false;
    take_in(view, metric);
    Trial& trial = trials_[static_cast<std::size_t>(number)];
    // Asked about it for the first time, it is taken that another pruner was asked after each earlier report.
    if (!trial.decided) trial.decided = rungs_of(own.first(own.size() - 1));
    for (std::size_t& rung = *trial.decided; static_cast<double>(own.back().step) >= resource(rung);) {
      // A rung that no number has reached: the latest report is NaN.
      if (rung >= trial.values.size()) return std::isnan(own.back().value);
      const bool goes_on = is_promotable(trial.values[rung], rungs_[rung]);
      ++rung;
      if (!goes_on) return true;
    }
    return false;
  }

 private:
  struct Trial {
    std::vector<double> values;          // by rung, as if minimised
    std::optional<std::size_t> decided;  // rungs that were decided
    std::size_t reports = 0;
  };

  double resource(std::size_t rung) const {
    return rung_resource(settings_.min_resource, settings_.reduction_factor,
                         settings_.min_early_stopping_rate + static_cast<std::int64_t>(rung));
  }

  // How many rungs the reports reach. Only a number reaches a rung.
  std::size_t rungs_of(std::span<const Report> reports) const {
    while (!reports.empty() && std::isnan(reports.back().value)) reports = reports.first(reports.size() - 1);
    std::size_t rungs = 0;
    while (!reports.empty() && static_cast<double>(reports.back().step) >= resource(rungs)) ++rungs;
    return rungs;
  }

  // Whether the value is among the best n/eta of the rung, of which there is at least one; ties are.
  bool is_promotable(double value, const SortedValues& rung) const {
    if (rung.size() <= settings_.bootstrap_count) return false;
    const std::size_t promoted = rung.size() / static_cast<std::size_t>(settings_.reduction_factor);
    return value <= rung[std::max<std::size_t>(promoted, 1) - 1];
  }

  void take_in(const HistoryView& view, MetricId metric) {
    trials_.resize(static_cast<std::size_t>(view->horizon()));
    for (const std::uint32_t number : view.changes_since(revision_)) refresh(view.all(), metric, number);
    revision_ = view.revision();
  }

  // Puts the trial where its reports are now. They only grow, but where another worker has taken the trial over.
  void refresh(const History& history, MetricId metric, std::uint32_t number) {
    Trial& trial = trials_[number];
    const std::span<const Report> reports = history.reports(number, metric);
    const std::size_t reached = rungs_of(reports);
    if (reached > rungs_.size()) rungs_.resize(reached);
    for (; trial.values.size() > reached; trial.values.pop_back()) {
      rungs_[trial.values.size() - 1].remove(trial.values.back());
    }
    if (reports.size() < trial.reports) trial.decided.reset();
    trial.reports = reports.size();
    for (std::size_t rung = 0; rung < reached; ++rung) {
      const double value = as_minimized(settings_.direction, value_at_rung(reports, resource(rung)));
      if (rung == trial.values.size()) {
        trial.values.push_back(value);
        rungs_[rung].add(value);
      } else if (trial.values[rung] != value) {
        rungs_[rung].remove(trial.values[rung]);
        rungs_[rung].add(value);
        trial.values[rung] = value;
      }
    }
  }

  Settings settings_;
  std::vector<SortedValues> rungs_;
  std::vector<Trial> trials_;
  std::size_t revision_ = 0;
};

}  // namespace hone::sdk
