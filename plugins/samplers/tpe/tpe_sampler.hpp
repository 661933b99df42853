// SPDX-License-Identifier: MIT
// The samplers `tpe` and `bohb`: between the study's interface and the densities.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <hone/sdk/group_decomposition.hpp>
#include <hone/sdk/intersection_space.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/uniform_draw.hpp>

#include "density_model.hpp"

namespace tpe {

/// What both samplers are told; each adds its own.
struct TpeOptions {
  TpeOptions(const hone::Options& options, std::size_t objectives)
      : n_startup_trials(0),
        random_fraction(0.0),
        n_ei_candidates(options.get<std::size_t>("n_ei_candidates")),
        multivariate(options.is_auto("multivariate") ? objectives == 1 : options.get<bool>("multivariate")),
        group(options.get<bool>("group")),
        warn_independent_sampling(options.get<bool>("warn_independent_sampling")),
        split{.gamma = options.is_auto("gamma") ? 0.1 : options.get<double>("gamma"),
              .cap = options.is_auto("gamma_cap") ? default_cap(objectives) : options.get<std::size_t>("gamma_cap"),
              .use_pending = options.get<bool>("constant_liar"),
              .violations =
                  options.get<std::string>("violations") == "plain" ? ViolationSum::plain : ViolationSum::normalized},
        above{.consider_prior = options.get<bool>("consider_prior"),
              .prior_weight = options.get<double>("prior_weight"),
              .magic_clip = options.get<bool>("consider_magic_clip"),
              .least_share = options.get<double>("min_bandwidth_factor"),
              .clip_exponent = options.get<double>("magic_clip_exponent"),
              .endpoints = options.get<bool>("consider_endpoints"),
              .weights = options.get<std::string>("weights") == "uniform" ? WeightRule::uniform : WeightRule::ramp},
        below(above) {
    // A front has no newer and older points.
    if (objectives > 1) below.weights = WeightRule::uniform;
    if (group && !multivariate) {
      throw std::invalid_argument(
          "option 'group' needs 'multivariate': groups are drawn jointly; leave multivariate out or set it to true");
    }
  }

  /// Finished trials that are drawn at random before the model is used.
  std::size_t n_startup_trials;
  /// The share of trials that are drawn at random all the same.
  double random_fraction;
  std::size_t n_ei_candidates;
  bool multivariate;
  bool group;
  bool warn_independent_sampling;
  SplitRule split;
  /// Whether the trials are compared at a budget, and what it takes.
  std::optional<hone::sdk::BudgetRule> budget;
  ParzenOptions above;
  ParzenOptions below;

 private:
  // 25 is hyperopt's. A front of several objectives has need of more.
  static std::size_t default_cap(std::size_t objectives) {
    return objectives == 1 ? 25 : std::numeric_limits<std::size_t>::max();
  }
};

class TpeSampler : public hone::Sampler {
 public:
  TpeSampler(const hone::FactoryContext& context, const TpeOptions& options)
      : options_(options), log_(context.directions, options_.split, options_.budget) {}

  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    if (!options_.group) return intersection_.update(study.history());
    hone::SearchSpace all;
    for (const hone::SearchSpace& group : groups_.update(study.history())) {
      all.insert(all.end(), group.begin(), group.end());
    }
    std::ranges::sort(all, {}, &hone::Parameter::name);
    return all;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    log_.update(study, trial.number());
    std::vector<double> values;
    values.reserve(space.size());
    if (is_random(study, trial)) {
      for (const hone::Parameter& parameter : space) values.push_back(uniform(study, trial, parameter));
    } else if (options_.group) {
      values.resize(space.size(), std::numeric_limits<double>::quiet_NaN());
      for (const hone::SearchSpace& group : groups_.update(study.history()))
        draw_group(study, trial, group, space, values);
    } else if (options_.multivariate) {
      values = draw(study, trial, space);
    } else {
      // What independent draws would give, at the start, so that other trials see it as pending.
      for (const hone::Parameter& parameter : space) values.push_back(draw(study, trial, {parameter})[0]);
    }
    return values;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    log_.update(study, trial.number());
    if (is_random(study, trial)) return uniform(study, trial, parameter);
    if (options_.warn_independent_sampling && options_.multivariate) warn_of_independent_draw(study, trial, parameter);
    return draw(study, trial, {parameter})[0];
  }

 private:
  bool is_random(const hone::StudyView& study, const hone::TrialView& trial) const {
    if (log_.finished() < options_.n_startup_trials || !log_.is_comparable()) return true;
    return options_.random_fraction > 0.0 && study.random(trial, "tpe/random").uniform() < options_.random_fraction;
  }

  // The draw of the sampler `random` with the same seed.
  static double uniform(const hone::StudyView& study, const hone::TrialView& trial, const hone::Parameter& parameter) {
    hone::RandomStream stream = study.random(trial, "random", parameter.name);
    return hone::sdk::uniform_draw(*parameter.distribution, stream);
  }

  std::vector<double> draw(const hone::StudyView& study, const hone::TrialView& trial,
                           const std::vector<hone::Parameter>& space) {
    DensityModel& model = model_of(space);
    model.update(study.history().all(), log_);
    std::vector<hone::RandomStream> parameters;
    parameters.reserve(space.size());
    for (const hone::Parameter& p : space) parameters.push_back(study.random(trial, "tpe", p.name));
    return model.propose(options_.n_ei_candidates, study.random(trial, "tpe/component", space.front().name),
                         std::move(parameters));
  }

  // A group may have lost parameters to a wrapper that fixes them.
  void draw_group(const hone::StudyView& study, const hone::TrialView& trial, const hone::SearchSpace& group,
                  const hone::SearchSpace& wanted, std::vector<double>& values) {
    hone::SearchSpace part;
    std::vector<std::size_t> places;
    for (const hone::Parameter& parameter : group) {
      const auto place = std::ranges::find(wanted, parameter.id, &hone::Parameter::id);
      if (place == wanted.end()) continue;
      part.push_back(parameter);
      places.push_back(static_cast<std::size_t>(place - wanted.begin()));
    }
    if (part.empty()) return;
    const std::vector<double> drawn = draw(study, trial, part);
    for (std::size_t i = 0; i < places.size(); ++i) values[places[i]] = drawn[i];
  }

  DensityModel& model_of(const std::vector<hone::Parameter>& space) {
    std::vector<std::pair<hone::ParameterId, hone::DistributionId>> key;
    key.reserve(space.size());
    for (const hone::Parameter& parameter : space) key.emplace_back(parameter.id, parameter.distribution_id);
    // Ranges that change with every trial would fill the memory with models that are never asked again.
    constexpr std::size_t most_models = 256;
    if (models_.size() >= most_models && !models_.contains(key)) models_.clear();
    auto& slot = models_[std::move(key)];
    if (!slot) slot = std::make_unique<DensityModel>(space, options_.below, options_.above);
    return *slot;
  }

  void warn_of_independent_draw(const hone::StudyView& study, const hone::TrialView& trial,
                                const hone::Parameter& parameter) const {
    if (!study.history()->latest_distribution(parameter.id)) return;  // not at its first appearance
    study.logger().warning("tpe: trial " + std::to_string(trial.number()) + " draws '" + std::string(parameter.name) +
                           "' on its own, because not every trial has it; with the option 'group' it is drawn together "
                           "with the parameters that occur with it");
  }

  TpeOptions options_;
  TrialLog log_;
  hone::sdk::IntersectionSpace intersection_{/*include_pruned=*/true};
  hone::sdk::GroupDecomposition groups_{/*include_pruned=*/true};
  std::map<std::vector<std::pair<hone::ParameterId, hone::DistributionId>>, std::unique_ptr<DensityModel>> models_;
};

inline constexpr const char* weight_rules[] = {"ramp", "uniform", nullptr};
inline constexpr const char* violation_sums[] = {"normalized", "plain", nullptr};

/// The options that both samplers have.
inline constexpr std::array shared_options{
    hone::sdk::int_option("n_ei_candidates", "24", "1", nullptr, "candidates among which a proposal is chosen"),
    hone::sdk::or_auto(
        hone::sdk::bool_option("multivariate", "\"auto\"", "model parameters jointly; auto: with one objective")),
    hone::sdk::bool_option("group", "false",
                           "model groups of parameters that occur together, each jointly; for conditional spaces"),
    hone::sdk::bool_option("constant_liar", "true",
                           "count running trials as bad ones, so that parallel proposals differ"),
    hone::sdk::bool_option("consider_prior", "true", "make the prior one of the kernels"),
    hone::sdk::float_option("prior_weight", "1.0", "0", nullptr, "weight of the prior; the newest observation has 1"),
    hone::sdk::bool_option("consider_magic_clip", "true",
                           "bound the kernels' widths from below: range / min(100, 1 + kernels)"),
    hone::sdk::float_option("min_bandwidth_factor", "0.01", "0.0001", "1", "the least width, as a share of the range"),
    hone::sdk::float_option("magic_clip_exponent", "1.0", "0", nullptr,
                            "with few kernels the least width is the range * (1 + kernels)^-exponent"),
    hone::sdk::bool_option("consider_endpoints", "false",
                           "take the ends of a range for neighbours of the outermost observations"),
    hone::sdk::or_auto(hone::sdk::option("gamma", hone::OptionType::real, "\"auto\"",
                                         "share of finished trials that count as good, rounded up; auto: 0.1", "0", "1",
                                         1)),
    hone::sdk::or_auto(hone::sdk::int_option("gamma_cap", "\"auto\"", "1", nullptr,
                                             "the most trials that count as good; auto: 25, with several objectives "
                                             "any number")),
    hone::sdk::enum_option("weights", "\"ramp\"", weight_rules,
                           "weights of observations: ramp (older ones count less beyond 25) or uniform"),
    hone::sdk::enum_option(
        "violations", "\"normalized\"", violation_sums,
        "how the violations of several constraints add up: normalized (each by its median) or plain"),
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter cannot be drawn jointly"),
};

}  // namespace tpe
