// SPDX-License-Identifier: MIT
// Asynchronous successive halving as a plugin.
#include <optional>

#include <hone/sdk/longest_trial.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/pruning_metric.hpp>
#include <hone/sdk/successive_halving.hpp>

namespace {

using hone::sdk::SuccessiveHalving;

class SuccessiveHalvingPruner final : public hone::Pruner {
 public:
  SuccessiveHalvingPruner(const hone::FactoryContext& context, const hone::Options& options)
      : metric_(context, options), longest_("successive_halving", metric_.name) {
    settings_.direction = metric_.direction;
    settings_.reduction_factor = options.get<std::int64_t>("reduction_factor");
    settings_.min_early_stopping_rate = options.get<std::int64_t>("min_early_stopping_rate");
    settings_.bootstrap_count = options.get<std::size_t>("bootstrap_count");
    if (!options.is_auto("min_resource")) {
      settings_.min_resource = options.get<std::int64_t>("min_resource");
      rule_.emplace(settings_);
    } else if (settings_.bootstrap_count > 0) {
      throw hone::ConfigError(
          "'bootstrap_count' is " + std::to_string(settings_.bootstrap_count) +
          " and 'min_resource' \"auto\", which needs a trial that runs to its end; set 'min_resource' to a step");
    }
  }

  bool should_prune(const hone::StudyView& study, const hone::TrialView& trial) override {
    const hone::HistoryView history = study.history();
    const auto metric = history->find_metric(metric_.name);
    if (!metric) return false;
    if (!rule_) {
      const auto last_step = longest_.last_step(study, *metric);
      if (!last_step) return false;
      settings_.min_resource = std::max<std::int64_t>(*last_step / 100, 1);
      rule_.emplace(settings_);
    }
    return rule_->should_prune(history, *metric, trial.number());
  }

 private:
  hone::sdk::DecidingMetric metric_;
  hone::sdk::LongestTrial longest_;
  SuccessiveHalving::Settings settings_;
  std::optional<SuccessiveHalving> rule_;
};

constexpr hone_option options[] = {
    hone::sdk::or_auto(hone::sdk::int_option("min_resource", "\"auto\"", "1", nullptr,
                                             "the step of the first rung; auto: a hundredth of the first COMPLETE "
                                             "trials' last step, at least 1")),
    hone::sdk::int_option("reduction_factor", "4", "2", "1000000", "one in so many goes on at each rung"),
    hone::sdk::int_option("min_early_stopping_rate", "0", "0", "64", "the first so many rungs are left out"),
    hone::sdk::int_option("bootstrap_count", "0", "0", nullptr,
                          "no trial passes a rung before more than so many have reached it"),
    hone::sdk::metric_option,
    hone::sdk::metric_direction_option,
};

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<SuccessiveHalvingPruner>(
    {.name = "successive_halving",
     .version = "1.0",
     .description = "lets one in reduction_factor trials go on at each rung of steps (ASHA)",
     .references = "Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020",
     .capabilities = hone::Capability::multi_objective | hone::Capability::portable | hone::Capability::needs_reports,
     .options = options}));
