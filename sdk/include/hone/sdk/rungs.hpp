// SPDX-License-Identifier: MIT
// What trials bring to the rungs of successive halving, kept in step with a history.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <hone/sdk/sorted_values.hpp>
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

/// The rungs of one successive halving, at the resources min_resource * reduction_factor^(min_early_stopping_rate + r),
/// r = 0, 1, ... What stands in them is derived from the reports alone, so every worker sees the same.
class Rungs {
 public:
  struct Settings {
    Direction direction = Direction::minimize;
    std::int64_t min_resource = 1;
    std::int64_t reduction_factor = 4;
    std::int64_t min_early_stopping_rate = 0;
  };

  explicit Rungs(const Settings& settings)
      : direction_(settings.direction), factor_(static_cast<std::size_t>(settings.reduction_factor)) {
    do {
      const auto rung = static_cast<std::int64_t>(resources_.size());
      resources_.push_back(
          rung_resource(settings.min_resource, settings.reduction_factor, settings.min_early_stopping_rate + rung));
    } while (std::isfinite(resources_.back()));
  }

  /// Takes in what is new. The view has the trials that compete.
  void update(const HistoryView& view, MetricId metric) {
    trials_.resize(static_cast<std::size_t>(view->horizon()));
    for (const std::uint32_t number : view.changes_since(revision_)) refresh(view->reports(number, metric), number);
    revision_ = view.revision();
  }

  /// Infinite beyond the greatest step.
  double resource(std::size_t rung) const { return resources_[std::min(rung, resources_.size() - 1)]; }

  /// How many rungs the reports reach. Only a number reaches a rung.
  std::size_t reached(std::span<const Report> reports) const {
    while (!reports.empty() && std::isnan(reports.back().value)) reports = reports.first(reports.size() - 1);
    if (reports.empty()) return 0;
    const auto step = static_cast<double>(reports.back().step);
    return static_cast<std::size_t>(std::ranges::upper_bound(resources_, step) - resources_.begin());
  }

  /// What a trial has brought, by rung, as if minimised.
  std::span<const double> values(TrialNumber number) const { return trials_[static_cast<std::size_t>(number)].values; }
  /// How often the trial has begun anew, which empties its rungs.
  std::size_t restarts(TrialNumber number) const { return trials_[static_cast<std::size_t>(number)].restarts; }
  /// How many trials have reached a rung.
  std::size_t size(std::size_t rung) const { return rung < rungs_.size() ? rungs_[rung].size() : 0; }
  /// How many of them are the best 1/eta, rounded down.
  std::size_t promoted(std::size_t rung) const { return size(rung) / factor_; }
  /// The values of a rung by rank, the best first; `rank` is below its size.
  double value(std::size_t rung, std::size_t rank) const { return rungs_[rung][rank]; }
  /// Whether a value is among the best `count` of a rung, which has as many; ties are.
  bool is_among_best(double value, std::size_t rung, std::size_t count) const {
    return count > 0 && value <= rungs_[rung][count - 1];
  }

  /// Calls `visit(number)` for each trial that has reached the rung, ascending in number.
  template <class Visit>
  void for_each(std::size_t rung, const Visit& visit) const {
    for (std::size_t n = 0; n < trials_.size(); ++n) {
      if (trials_[n].values.size() > rung) visit(static_cast<TrialNumber>(n));
    }
  }

 private:
  struct Trial {
    std::vector<double> values;
    std::size_t reports = 0;
    Report last{};  // of the reports
    std::size_t restarts = 0;
  };

  static bool same(const Report& a, const Report& b) {
    return a.step == b.step && (a.value == b.value || (std::isnan(a.value) && std::isnan(b.value)));
  }

  // Puts the trial where its reports are now. They only grow, but where another worker has taken the trial over.
  void refresh(std::span<const Report> reports, std::uint32_t number) {
    Trial& trial = trials_[number];
    const bool same_end = reports.empty() || same(reports.back(), trial.last);
    if (reports.size() == trial.reports && same_end) return;
    if (reports.size() <= trial.reports) ++trial.restarts;
    trial.reports = reports.size();
    if (!reports.empty()) trial.last = reports.back();
    const std::size_t reached_now = reached(reports);
    if (reached_now > rungs_.size()) rungs_.resize(reached_now);
    for (; trial.values.size() > reached_now; trial.values.pop_back()) {
      rungs_[trial.values.size() - 1].remove(trial.values.back());
    }
    for (std::size_t rung = 0; rung < reached_now; ++rung) {
      const double value = as_minimized(direction_, value_at_rung(reports, resources_[rung]));
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

  Direction direction_;
  std::size_t factor_;
  std::vector<double> resources_;  // by rung; the last is infinite
  std::vector<SortedValues> rungs_;
  std::vector<Trial> trials_;
  std::size_t revision_ = 0;
};

}  // namespace hone::sdk
