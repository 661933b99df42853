// SPDX-License-Identifier: MIT
// The pruner that asks another one only about trials that have stopped improving.
#include <cmath>
#include <limits>
#include <memory>
#include <span>

#include <hone/sdk/percentile_pruner.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/pruning_metric.hpp>

namespace {

class PatientPruner final : public hone::Pruner {
 public:
  PatientPruner(const hone::FactoryContext& context, const hone::Options& options)
      : metric_(context, options),
        inner_(options.plugin<hone::Pruner>("pruner")),
        patience_(options.get<std::size_t>("patience")),
        min_delta_(options.get<double>("min_delta")) {}

  bool should_prune(const hone::StudyView& study, const hone::TrialView& trial) override {
    const hone::History& history = study.history().all();
    const auto metric = history.find_metric(metric_.name);
    if (!metric || is_improving(history.reports(trial.number(), *metric))) return false;
    return inner_ == nullptr || inner_->should_prune(study, trial);
  }

  std::optional<std::string> cohort(const hone::StudyView& study, const hone::TrialView& trial) override {
    return inner_ == nullptr ? std::nullopt : inner_->cohort(study, trial);
  }

  // Whether a trial that is stopped here is to pause, and which one goes on, is the inner one's to say.
  void* query_extension(std::string_view id) noexcept override {
    return inner_ == nullptr ? nullptr : inner_->query_extension(id);
  }

 private:
  // Whether the best of the last patience + 1 reports comes up to the best before them, min_delta forgiven. NaN is no
  // improvement.
  bool is_improving(std::span<const hone::Report> reports) const {
    if (reports.size() <= patience_ + 1) return true;
    const std::size_t border = reports.size() - patience_ - 1;
    const double before = hone::sdk::best_report(reports.first(border), metric_.direction);
    const double latest = hone::sdk::best_report(reports.subspan(border), metric_.direction);
    if (std::isnan(latest)) return false;
    if (std::isnan(before)) return true;
    return as_minimized(metric_.direction, latest) <= as_minimized(metric_.direction, before) + min_delta_;
  }

  hone::sdk::DecidingMetric metric_;
  std::shared_ptr<hone::Pruner> inner_;
  std::size_t patience_;
  double min_delta_;
};

constexpr hone_option options[] = {
    hone::sdk::or_auto(hone::sdk::option("pruner", hone::OptionType::pruner, "null",
                                         "the pruner that is asked; null: every trial out of patience ends")),
    hone::sdk::int_option("patience", nullptr, "0", "1000000000", "so many reports without improvement are borne"),
    hone::sdk::float_option("min_delta", "0.0", "0", nullptr, "a value worse by so much still counts as no worse"),
    hone::sdk::metric_option,
    hone::sdk::metric_direction_option,
};

}  // namespace

// What the inner pruner needs, the host takes from its own description.
HONE_PLUGINS(hone::sdk::pruner<PatientPruner>(
    {.name = "patient",
     .version = "1.0",
     .description = "asks another pruner only about trials that have stopped improving",
     .capabilities = hone::Capability::multi_objective | hone::Capability::portable,
     .options = options}));
