// SPDX-License-Identifier: MIT
// The pruner that tests whether a trial is worse than the best one, step against step.
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include <hone/sdk/plugin.hpp>
#include <hone/sdk/pruning_metric.hpp>

#include "signed_rank.hpp"

namespace {

double mean(std::span<const hone::Report> reports) {
  double sum = 0.0;
  for (const hone::Report& report : reports) sum += report.value;
  return sum / static_cast<double>(reports.size());
}

bool all_finite(std::span<const hone::Report> reports) {
  return std::ranges::all_of(reports, [](const hone::Report& report) { return std::isfinite(report.value); });
}

// The differences where both have reported, positive where `own` is worse.
std::vector<double> paired_differences(std::span<const hone::Report> own, std::span<const hone::Report> best,
                                       hone::Direction direction) {
  std::vector<double> differences;
  for (std::size_t i = 0, j = 0; i < own.size() && j < best.size();) {
    if (own[i].step == best[j].step) {
      differences.push_back(hone::as_minimized(direction, own[i++].value - best[j++].value));
    } else {
      own[i].step < best[j].step ? ++i : ++j;
    }
  }
  return differences;
}

class WilcoxonPruner final : public hone::Pruner {
 public:
  WilcoxonPruner(const hone::FactoryContext& context, const hone::Options& options)
      : metric_(context, options),
        p_threshold_(options.get<double>("p_threshold")),
        n_startup_steps_(options.get<std::size_t>("n_startup_steps")) {}

  bool should_prune(const hone::StudyView& study, const hone::TrialView& trial) override {
    const hone::History& history = study.history().all();
    const auto metric = history.find_metric(metric_.name);
    if (!metric) return false;
    take_in(history, *metric);
    if (!best_) return false;
    const auto own = history.reports(trial.number(), *metric);
    const auto best = history.reports(*best_, *metric);
    if (own.empty() || best.empty() || !all_finite(own) || !all_finite(best)) return false;
    const std::vector<double> differences = paired_differences(own, best, metric_.direction);
    if (differences.size() < std::max<std::size_t>(2, n_startup_steps_)) return false;
    // Whatever the test says: a trial whose mean is no worse than the best's mean goes on.
    if (hone::as_minimized(metric_.direction, mean(own)) <= hone::as_minimized(metric_.direction, mean(best))) {
      return false;
    }
    return hone::wilcoxon_p_greater(differences) < p_threshold_;
  }

 private:
  void take_in(const hone::History& history, hone::MetricId metric) {
    for (const std::uint32_t number : history.changes_since(revision_)) {
      if (history.state(number) != hone::TrialState::complete || history.total_violation(number) > 0.0) continue;
      const std::optional<double> value = value_of(history, metric, number);
      if (!value || (best_ && (*value > best_value_ || (*value == best_value_ && number > *best_)))) continue;
      best_ = number;
      best_value_ = *value;
    }
    revision_ = history.revision();
  }

  // By which the best trial is found: its value, or under a metric of its own the mean of what it reported.
  std::optional<double> value_of(const hone::History& history, hone::MetricId metric, hone::TrialNumber number) const {
    if (metric_.name.empty()) {
      const auto values = history.values(number);
      return values.empty() ? std::nullopt : std::optional(hone::as_minimized(metric_.direction, values[0]));
    }
    const auto reports = history.reports(number, metric);
    if (reports.empty() || !all_finite(reports)) return std::nullopt;
    return hone::as_minimized(metric_.direction, mean(reports));
  }

  hone::sdk::DecidingMetric metric_;
  double p_threshold_;
  std::size_t n_startup_steps_;
  std::optional<hone::TrialNumber> best_;
  double best_value_ = 0.0;
  std::size_t revision_ = 0;
};

constexpr hone_option options[] = {
    hone::sdk::float_option("p_threshold", "0.1", "0", "1", "a p-value below ends the trial"),
    hone::sdk::int_option("n_startup_steps", "2", "0", nullptr, "no trial is ended before so many steps in common"),
    hone::sdk::metric_option,
    hone::sdk::metric_direction_option,
};

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<WilcoxonPruner>(
    {.name = "wilcoxon",
     .version = "1.0",
     .description = "ends a trial that a signed-rank test finds worse than the best one, step against step",
     .references = "Wilcoxon, Individual Comparisons by Ranking Methods, Biometrics Bulletin 1945",
     .capabilities = static_cast<std::uint64_t>(hone::Capability::multi_objective),
     .options = options}));
