// SPDX-License-Identifier: MIT
// The options of the samplers `tpe` and `bohb`: their table, and what they come to.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <hone/sdk/highest_budget.hpp>
#include <hone/sdk/plugin.hpp>

#include "categorical_distance.hpp"
#include "parzen_estimator.hpp"
#include "trial_log.hpp"

namespace tpe {

/// How the parameters of a conditional space are modelled jointly.
enum class ConditionalModel {
  independent,  ///< those that all trials have jointly, every other by itself
  group,        ///< each group that occurs together, by itself
  tree,         ///< all of them, along the branches
};

/// What both samplers are told; each adds its own.
struct TpeOptions {
  /// @throws std::invalid_argument where options do not go together
  TpeOptions(const hone::Options& options, std::size_t objectives);

  /// How many candidates are drawn of these parameters. The more continuous parameters, the more rarely a draw is good
  /// in all of them; where there are few, or most are discrete, more than hyperopt's 24 lead to what is known already
  /// (README.md has the measurements).
  std::size_t candidates(std::span<const hone::Parameter> space) const;

  /// The sampler, in messages.
  std::string name = "tpe";
  /// Finished trials that are drawn at random before the model is used.
  std::size_t n_startup_trials = 0;
  /// The share of trials that are drawn at random all the same.
  double random_fraction = 0.0;
  /// Whether the trials are compared at a budget, and what it takes.
  std::optional<hone::sdk::BudgetRule> budget{};
  std::optional<std::size_t> n_ei_candidates;
  bool multivariate;
  ConditionalModel conditional;
  bool warn_independent_sampling;
  SplitRule split;
  ParzenOptions above;
  ParzenOptions below;
  CategoricalDistance distance;
};

namespace detail {
inline constexpr const char* weight_rules[] = {"ramp", "uniform", "ei", nullptr};
inline constexpr const char* violation_sums[] = {"normalized", "plain", nullptr};
inline constexpr const char* conditional_models[] = {"independent", "group", "tree", nullptr};
inline constexpr const char* compatibilities[] = {"none", "optuna", nullptr};
}  // namespace detail

/// The options that both samplers have. Where the best choice differs from Optuna's, the default is "auto", which
/// `compatible` decides.
inline constexpr std::array shared_options{
    hone::sdk::or_auto(hone::sdk::int_option("n_ei_candidates", "\"auto\"", "1", nullptr,
                                             "candidates among which a proposal is chosen; auto: 128 for parameters "
                                             "that are drawn jointly and are continuous for the most part, else 24")),
    hone::sdk::or_auto(hone::sdk::option("candidate_width", hone::OptionType::real, "\"auto\"",
                                         "joint candidates are drawn from kernels so many times as wide as those of "
                                         "the density of good trials, for one as wide as these is seldom near in all "
                                         "parameters; auto: 0.6",
                                         "0", nullptr, 1)),
    hone::sdk::or_auto(
        hone::sdk::bool_option("multivariate", "\"auto\"", "model parameters jointly; auto: with one objective")),
    hone::sdk::or_auto(hone::sdk::enum_option(
        "conditional", "\"auto\"", detail::conditional_models,
        "the joint model of a space whose trials differ in their parameters: tree (all, a branch's given the branch), "
        "group (those that occur together) or independent (those that all trials have; every other by itself); auto: "
        "tree where multivariate")),
    hone::sdk::bool_option("group", "false", "Optuna's word for \"conditional\": \"group\""),
    hone::sdk::bool_option("constant_liar", "true",
                           "count running trials as bad ones, so that parallel proposals differ"),
    hone::sdk::bool_option("consider_prior", "true", "make the prior one of the kernels"),
    hone::sdk::float_option("prior_weight", "1.0", "0", nullptr, "weight of the prior; the newest observation has 1"),
    hone::sdk::bool_option("consider_magic_clip", "true",
                           "bound the kernels' widths from below: range / min(100, 1 + kernels)"),
    hone::sdk::float_option("min_bandwidth_factor", "0.01", "0.0001", "1", "the least width, as a share of the range"),
    hone::sdk::float_option("magic_clip_exponent", "1.0", "0", nullptr,
                            "with few kernels the least width is the range * (1 + kernels)^-exponent"),
    hone::sdk::or_auto(hone::sdk::option("clip_factor_good", hone::OptionType::real, "\"auto\"",
                                         "the bound for the kernels of good trials is so many times that width; auto: "
                                         "0.5",
                                         "0.001", "1")),
    hone::sdk::or_auto(hone::sdk::option("clip_factor_rest", hone::OptionType::real, "\"auto\"",
                                         "likewise for the kernels of the other trials; auto: 0.82", "0.001", "1")),
    hone::sdk::bool_option("consider_endpoints", "false",
                           "take the ends of a range for neighbours of the outermost observations"),
    hone::sdk::or_auto(hone::sdk::option("gamma", hone::OptionType::real, "\"auto\"",
                                         "share of finished trials that count as good, rounded up; auto: 0.1", "0", "1",
                                         1)),
    hone::sdk::or_auto(hone::sdk::int_option("gamma_cap", "\"auto\"", "1", nullptr,
                                             "the most trials that count as good; auto: 25, with several objectives "
                                             "any number")),
    hone::sdk::or_auto(hone::sdk::enum_option(
        "weights", "\"auto\"", detail::weight_rules,
        "weights of observations: ramp (older ones count less beyond 25), uniform, or ei (good ones by how much better "
        "they are than the best other, the others uniform); auto: ei, with several objectives ramp for the others")),
    hone::sdk::or_auto(hone::sdk::option("improvement_exponent", hone::OptionType::real, "\"auto\"",
                                         "with weights ei a good trial counts by this power of its improvement; auto: "
                                         "6",
                                         "0", nullptr, 1)),
    hone::sdk::or_auto(hone::sdk::option("categorical_distance", hone::OptionType::map, "null",
                                         "by parameter, how far its choices are apart: \"order\" (by their places), "
                                         "\"numeric\" (by their difference) or "
                                         "a matrix; choices near to good ones then count as better")),
    hone::sdk::or_auto(hone::sdk::enum_option("violations", "\"auto\"", detail::violation_sums,
                                              "how the violations of several constraints add up: normalized (each by "
                                              "its median) or plain; auto: normalized")),
    hone::sdk::enum_option("compatible", "\"none\"", detail::compatibilities,
                           "optuna: every option that is auto is what Optuna 5 does"),
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter cannot be drawn jointly"),
};

}  // namespace tpe
