// SPDX-License-Identifier: MIT
// Asynchronous successive halving as a plugin: stopping trials, or pausing and promoting them; with PASHA's limit.
#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <hone/sdk/longest_trial.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/pruning_metric.hpp>
#include <hone/sdk/successive_halving.hpp>

#include "progressive.hpp"
#include "promotion.hpp"

namespace {

using hone::Promotion;
using hone::sdk::Rungs;
using hone::sdk::SuccessiveHalving;

class SuccessiveHalvingPruner final : public hone::Pruner, public hone::PausingPrunerExtension {
 public:
  SuccessiveHalvingPruner(const hone::FactoryContext& context, const hone::Options& options)
      : metric_(context, options),
        longest_("successive_halving", metric_.name),
        promotes_(options.get<bool>("promotion")),
        progressive_(options.get<bool>("pasha")) {
    settings_.direction = metric_.direction;
    settings_.reduction_factor = options.get<std::int64_t>("reduction_factor");
    settings_.min_early_stopping_rate = options.get<std::int64_t>("min_early_stopping_rate");
    settings_.bootstrap_count = options.get<std::size_t>("bootstrap_count");
    if (!options.is_auto("min_resource")) {
      begin(options.get<std::int64_t>("min_resource"));
    } else if (settings_.bootstrap_count > 0) {
      throw hone::ConfigError(
          "'bootstrap_count' is " + std::to_string(settings_.bootstrap_count) +
          " and 'min_resource' \"auto\", which needs a trial that runs to its end; set 'min_resource' to a step");
    }
  }

  bool should_prune(const hone::StudyView& study, const hone::TrialView& trial) override {
    const hone::HistoryView history = study.history();
    const auto metric = history->find_metric(metric_.name);
    if (!metric || !is_settled(study, *metric)) return false;
    if (promotes_) return decide(study, *metric, trial.number()).answer != Promotion::Answer::goes_on;
    return stopping_->should_prune(history, *metric, trial.number(), [&](std::size_t rung) {
      return progressive_ && rung >= highest_rung(study, stopping_->rungs(), *metric);
    });
  }

  std::optional<Pause> pauses(const hone::StudyView& study, const hone::TrialView& trial) override {
    const auto metric = study.history()->find_metric(metric_.name);
    if (!promotion_ || !metric) return std::nullopt;
    const Promotion::Decision decision = decide(study, *metric, trial.number());
    if (decision.answer != Promotion::Answer::pauses) return std::nullopt;
    return Pause{*metric, decision.step};
  }

  std::optional<hone::TrialNumber> next_to_continue(const hone::StudyView& study,
                                                    std::span<const hone::TrialNumber> paused) override {
    const hone::HistoryView history = study.history();
    const auto metric = history->find_metric(metric_.name);
    if (!promotes_ || !metric || !is_settled(study, *metric)) return std::nullopt;
    promotion_->update(history, *metric);
    const std::size_t last =
        progressive_ ? highest_rung(study, promotion_->rungs(), *metric) : std::numeric_limits<std::size_t>::max();
    return promotion_->next(history.all(), *metric, paused, last);
  }

  void* query_extension(std::string_view extension) noexcept override {
    return promotes_ && extension == PausingPrunerExtension::id ? static_cast<PausingPrunerExtension*>(this) : nullptr;
  }

 private:
  void begin(std::int64_t min_resource) {
    settings_.min_resource = min_resource;
    promotes_ ? void(promotion_.emplace(settings_, settings_.bootstrap_count)) : void(stopping_.emplace(settings_));
  }

  bool is_settled(const hone::StudyView& study, hone::MetricId metric) {
    if (promotion_ || stopping_) return true;
    const auto last_step = longest_.last_step(study, metric);
    if (last_step) begin(std::max<std::int64_t>(*last_step / 100, 1));
    return last_step.has_value();
  }

  Promotion::Decision decide(const hone::StudyView& study, hone::MetricId metric, hone::TrialNumber number) {
    promotion_->update(study.history(), metric);
    return promotion_->decide(study.history().all(), metric, number);
  }

  // PASHA's K_t: one rung more each time that the ranking of the highest one does not repeat that of the one below. How
  // far it has come is published, so that all workers go as far and none goes back.
  std::size_t highest_rung(const hone::StudyView& study, const Rungs& rungs, hone::MetricId metric) {
    const auto key = [&](std::size_t rung) {
      return "successive_halving:opened_rung:" + metric_.name + ':' + std::to_string(rung);
    };
    const auto open = [this] {
      ++opened_;
      ranked_ = 0;
    };
    while (study.published(key(opened_ + 1))) open();
    while (rungs.size(opened_) != ranked_ && !is_settled_ranking(study.history().all(), rungs, metric)) {
      study.publish_once(key(opened_ + 1), "true", {});
      open();
    }
    ranked_ = rungs.size(opened_);
    return opened_;
  }

  bool is_settled_ranking(const hone::History& history, const Rungs& rungs, hone::MetricId metric) const {
    // All pairs of a few curves tell the noise; those of all would cost more than they say.
    constexpr std::size_t most_curves = 32;
    std::vector<double> lower;
    std::vector<double> upper;
    std::vector<std::tuple<double, hone::TrialNumber>> best;
    rungs.for_each(opened_, [&](hone::TrialNumber number) {
      lower.push_back(rungs.values(number)[opened_ - 1]);
      upper.push_back(rungs.values(number)[opened_]);
      best.emplace_back(upper.back(), number);
    });
    const std::size_t count = std::min(best.size(), most_curves);
    std::ranges::partial_sort(best, best.begin() + static_cast<std::ptrdiff_t>(count));
    std::vector<std::span<const hone::Report>> curves;
    for (std::size_t i = 0; i < count; ++i) curves.push_back(history.reports(std::get<1>(best[i]), metric));
    return hone::rank_alike(lower, upper, hone::noise_level(curves));
  }

  hone::sdk::DecidingMetric metric_;
  hone::sdk::LongestTrial longest_;
  bool promotes_;
  bool progressive_;
  SuccessiveHalving::Settings settings_;
  std::optional<SuccessiveHalving> stopping_;
  std::optional<Promotion> promotion_;
  std::size_t opened_ = 1;
  std::size_t ranked_ = 0;  // trials of the highest rung when its ranking was last found settled
};

constexpr hone_option options[] = {
    hone::sdk::or_auto(hone::sdk::int_option("min_resource", "\"auto\"", "1", nullptr,
                                             "the step of the first rung; auto: a hundredth of the first COMPLETE "
                                             "trials' last step, at least 1")),
    hone::sdk::int_option("reduction_factor", "4", "2", "1000000", "one in so many goes on at each rung"),
    hone::sdk::int_option("min_early_stopping_rate", "0", "0", "64", "the first so many rungs are left out"),
    hone::sdk::int_option("bootstrap_count", "0", "0", nullptr,
                          "no trial passes a rung before more than so many have reached it"),
    hone::sdk::bool_option("promotion", "false",
                           "pause each trial at each rung and continue the best; for objectives that can resume"),
    hone::sdk::bool_option("pasha", "false",
                           "no trial passes the second rung, and each further one, before the ranking calls for it"),
    hone::sdk::metric_option,
    hone::sdk::metric_direction_option,
};

}  // namespace

HONE_PLUGINS(hone::sdk::pruner<SuccessiveHalvingPruner>(
    {.name = "successive_halving",
     .version = "1.0",
     .description = "lets one in reduction_factor trials go on at each rung of steps (ASHA)",
     .references = "Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020\n"
                   "Bohdal et al., PASHA: Efficient HPO and NAS with Progressive Resource Allocation, ICLR 2023",
     .capabilities = hone::Capability::multi_objective | hone::Capability::portable | hone::Capability::needs_reports,
     .options = options}));
