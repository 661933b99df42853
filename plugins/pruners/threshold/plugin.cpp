// SPDX-License-Identifier: MIT
// The pruner that ends trials whose reports leave an interval.
#include <cmath>
#include <limits>

#include <hone/sdk/plugin.hpp>
#include <hone/sdk/pruning_metric.hpp>
#include <hone/sdk/pruning_schedule.hpp>

namespace {

class ThresholdPruner final : public hone::Pruner {
 public:
  ThresholdPruner(const hone::FactoryContext& context, const hone::Options& options)
      : metric_(hone::sdk::metric_name(context, options)),
        lower_(bound(options, "lower", -std::numeric_limits<double>::infinity())),
        upper_(bound(options, "upper", std::numeric_limits<double>::infinity())),
        schedule_{options.get<std::int64_t>("n_warmup_steps"), options.get<std::int64_t>("interval_steps")} {
    if (options.is_auto("lower") && options.is_auto("upper")) {
      throw hone::ConfigError("neither 'lower' nor 'upper' is set; set the one that a report must not cross, or both");
    }
    if (std::isnan(lower_) || std::isnan(upper_)) {
      throw hone::ConfigError("'lower' and 'upper' must be numbers, but one of them is NaN");
    }
    if (lower_ > upper_) {
      throw hone::ConfigError("'lower' must not exceed 'upper', but it is " + std::to_string(lower_) + " and 'upper' " +
                              std::to_string(upper_));
    }
  }

  bool should_prune(const hone::StudyView& study, const hone::TrialView& trial) override {
    const hone::History& history = study.history().all();
    const auto metric = history.find_metric(metric_);
    if (!metric) return false;
    const auto reports = history.reports(trial.number(), *metric);
    if (!schedule_.is_due(reports)) return false;
    const double latest = reports.back().value;
    return std::isnan(latest) || latest < lower_ || latest > upper_;
  }

 private:
  static double bound(const hone::Options& options, const char* name, double open) {
    return options.is_auto(name) ? open : options.get<double>(name);
  }

  std::string metric_;
  double lower_;
  double upper_;
  hone::sdk::PruningSchedule schedule_;
};

constexpr hone_option options[] = {
    hone::sdk::or_auto(hone::sdk::float_option("lower", "null", nullptr, nullptr, "a report below ends the trial")),
    hone::sdk::or_auto(hone::sdk::float_option("upper", "null", nullptr, nullptr, "a report above ends the trial")),
    hone::sdk::int_option("n_warmup_steps", "0", "0", nullptr, "no trial is ended before this step"),
    hone::sdk::int_option("interval_steps", "1", "1", nullptr, "a trial is looked at once in so many steps"),
    hone::sdk::metric_option,
};

}  // namespace

HONE_PLUGINS(
    hone::sdk::pruner<ThresholdPruner>({.name = "threshold",
                                        .version = "1.0",
                                        .description = "ends a trial whose report is NaN or leaves an interval",
                                        .capabilities = hone::Capability::multi_objective | hone::Capability::portable,
                                        .options = options}));
