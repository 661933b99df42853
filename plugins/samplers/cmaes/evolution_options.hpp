// SPDX-License-Identifier: MIT
// The entries that the tables of options of `cmaes` and `catcma` share.
#pragma once

#include <hone/sdk/plugin.hpp>

namespace cmaes::option {

inline constexpr hone_option n_startup_trials = hone::sdk::int_option(
    "n_startup_trials", "0", "0", nullptr, "finished trials that are drawn at random before the first generation");
inline constexpr hone_option popsize = hone::sdk::or_auto(hone::sdk::int_option(
    "popsize", "\"auto\"", "2", nullptr, "trials a generation; auto: 4 + 3 ln(parameters), at least the workers"));
inline constexpr hone_option sigma0 = hone::sdk::or_auto(
    hone::sdk::option("sigma0", hone::OptionType::real, "\"auto\"",
                      "first standard deviation, as a share of each range; auto: 1/6", "0", nullptr, 1));
inline constexpr hone_option x0 = hone::sdk::or_auto(hone::sdk::option(
    "x0", hone::OptionType::map, "null", "where numbers begin, {\"x\": 0.5}; null: the middle of each range"));
inline constexpr hone_option with_margin = hone::sdk::bool_option(
    "with_margin", "true", "keep neighbouring values of ints and steps probable (CMA-ES with margin)");

inline constexpr const char* restart_strategies[] = {"none", "ipop", "bipop", nullptr};
inline constexpr hone_option restart_strategy =
    hone::sdk::enum_option("restart_strategy", "\"bipop\"", restart_strategies,
                           "what follows a run that has converged: nothing, ever larger populations, or those and "
                           "small ones by turns");
inline constexpr hone_option inc_popsize =
    hone::sdk::float_option("inc_popsize", "2", "1", nullptr, "how much larger the population is after a restart");
inline constexpr hone_option consider_pruned_trials =
    hone::sdk::bool_option("consider_pruned_trials", "true",
                           "count pruned trials, as worse than completed ones; if not, they are passed over");
inline constexpr hone_option warn_independent_sampling =
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter cannot be drawn jointly");

/// `doc`: of which parameters.
constexpr hone_option independent_sampler(const char* doc) {
  return hone::sdk::or_auto(hone::sdk::option("independent_sampler", hone::OptionType::sampler, "null", doc));
}

}  // namespace cmaes::option
