// SPDX-License-Identifier: MIT
// Hyperband: several successive halvings side by side, each a cohort.
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <hone/sdk/longest_trial.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/pruning_metric.hpp>
#include <hone/sdk/successive_halving.hpp>

#include "brackets.hpp"

namespace {

using hone::sdk::SuccessiveHalving;

constexpr std::string_view cohort_prefix = "hyperband:";

class HyperbandPruner final : public hone::Pruner {
 public:
  HyperbandPruner(const hone::FactoryContext& context, const hone::Options& options)
      : metric_(context, options), longest_("hyperband", metric_.name) {
    settings_.direction = metric_.direction;
    settings_.min_resource = options.get<std::int64_t>("min_resource");
    settings_.reduction_factor = options.get<std::int64_t>("reduction_factor");
    settings_.bootstrap_count = options.get<std::size_t>("bootstrap_count");
    if (!options.is_auto("max_resource")) {
      const auto max_resource = options.get<std::int64_t>("max_resource");
      if (max_resource < settings_.min_resource) {
        throw hone::ConfigError("'max_resource' is " + std::to_string(max_resource) +
                                ", below 'min_resource', which is " + std::to_string(settings_.min_resource));
      }
      share_out(max_resource);
    } else if (settings_.bootstrap_count > 0) {
      throw hone::ConfigError(
          "'bootstrap_count' is " + std::to_string(settings_.bootstrap_count) +
          " and 'max_resource' \"auto\", which needs a trial that runs to its end; set 'max_resource' to a step");
    }
  }

  // A trial that begins before the greatest resource is settled belongs to no bracket.
  std::optional<std::string> cohort(const hone::StudyView& study, const hone::TrialView& trial) override {
    if (!is_settled(study)) return std::nullopt;
    return std::string(cohort_prefix) + std::to_string(hone::bracket_of(study.name(), trial.number(), shares_));
  }

  bool should_prune(const hone::StudyView& study, const hone::TrialView& trial) override {
    const hone::History& history = study.history().all();
    const auto metric = history.find_metric(metric_.name);
    const hone::CohortId cohort = history.cohort(trial.number());
    if (!metric || cohort == hone::no_cohort) return false;
    SuccessiveHalving* bracket = bracket_named(history.cohort_name(cohort));
    return bracket != nullptr && bracket->should_prune(hone::HistoryView(history, cohort), *metric, trial.number());
  }

 private:
  void share_out(std::int64_t max_resource) {
    const std::int64_t brackets = hone::bracket_count(settings_.min_resource, max_resource, settings_.reduction_factor);
    shares_ = hone::bracket_shares(brackets, settings_.reduction_factor);
  }

  bool is_settled(const hone::StudyView& study) {
    if (!shares_.empty()) return true;
    const auto metric = study.history()->find_metric(metric_.name);
    const auto last_step = metric ? longest_.last_step(study, *metric) : longest_.published(study);
    if (last_step) share_out(std::max(*last_step + 1, settings_.min_resource));
    return last_step.has_value();
  }

  // Null for the cohort of another pruner, which the study had before.
  SuccessiveHalving* bracket_named(std::string_view cohort) {
    if (!cohort.starts_with(cohort_prefix)) return nullptr;
    cohort.remove_prefix(cohort_prefix.size());
    std::int64_t rate = 0;
    if (std::from_chars(cohort.data(), cohort.data() + cohort.size(), rate).ec != std::errc{}) return nullptr;
    SuccessiveHalving::Settings settings = settings_;
    settings.min_early_stopping_rate = rate;
    return &brackets_.try_emplace(rate, settings).first->second;
  }

  hone::sdk::DecidingMetric metric_;
  hone::sdk::LongestTrial longest_;
  SuccessiveHalving::Settings settings_;
  std::vector<std::uint64_t> shares_;
  std::map<std::int64_t, SuccessiveHalving> brackets_;
};

constexpr hone_option options[] = {
    hone::sdk::int_option("min_resource", "1", "1", nullptr, "the first bracket's first rung"),
    hone::sdk::or_auto(hone::sdk::int_option("max_resource", "\"auto\"", "1", nullptr,
                                             "the step that a trial ends at; auto: one more than the first COMPLETE "
                                             "trials' last step")),
    hone::sdk::int_option("reduction_factor", "3", "2", "1000000", "one in so many goes on at each rung"),
    hone::sdk::int_option("bootstrap_count", "0", "0", nullptr,
                          "no trial passes a rung before more than so many have reached it"),
    hone::sdk::metric_option,
    hone::sdk::metric_direction_option,
};

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<HyperbandPruner>(
    {.name = "hyperband",
     .version = "1.0",
     .description = "several successive halvings side by side, from eager to patient; samplers model each alone",
     .references = "Li et al., Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization, JMLR 2018",
     .capabilities = hone::Capability::multi_objective | hone::Capability::portable | hone::Capability::needs_reports |
                     hone::Capability::assigns_cohorts,
     .options = options}));
