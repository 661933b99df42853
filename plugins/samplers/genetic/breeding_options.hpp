// SPDX-License-Identifier: MIT
// The options that the genetic algorithms share.
#pragma once

#include <array>
#include <cstddef>

#include <hone/sdk/plugin.hpp>

namespace genetic {

inline constexpr const char* crossover_words[] = {"uniform", "blxalpha", "sbx", "vsbx", "spx", "undx", nullptr};
inline constexpr const char* mutation_words[] = {"polynomial", "redraw", nullptr};

inline constexpr std::array breeding_options = {
    hone::sdk::int_option("population_size", "50", "2", nullptr, "trials that a generation keeps to breed from"),
    hone::sdk::enum_option("crossover", "\"sbx\"", crossover_words,
                           "how numbers of two parents (spx, undx: three) are mixed; choices are always taken from one "
                           "parent or the other"),
    hone::sdk::float_option("crossover_prob", "0.9", "0", "1",
                            "probability of a crossover; otherwise a child begins as a copy of one parent"),
    hone::sdk::float_option("swapping_prob", "0.5", "0", "1",
                            "uniform crossover, and choices: probability to take the value of the last parent"),
    hone::sdk::or_auto(hone::sdk::float_option(
        "crossover_eta", "\"auto\"", "0", nullptr,
        "sbx, vsbx: the greater, the nearer children are to their parents; auto: 15, with one objective 2")),
    hone::sdk::float_option("uniform_crossover_prob", "0.5", "0", "1",
                            "sbx, vsbx: probability to exchange a value between the two children"),
    hone::sdk::float_option("use_child_gene_prob", "0.5", "0", "1",
                            "sbx, vsbx: probability that a value is crossed rather than taken from one parent"),
    hone::sdk::float_option("blx_alpha", "0.5", "0", nullptr,
                            "blxalpha: how far children go beyond their parents, as a share of the parents' distance"),
    hone::sdk::or_auto(hone::sdk::float_option("spx_epsilon", "\"auto\"", "0", nullptr,
                                               "spx: expansion of the simplex; auto: sqrt(parameters + 2)")),
    hone::sdk::float_option("undx_sigma_xi", "0.5", "0", nullptr,
                            "undx: deviation along the line between two parents, as a share of their distance"),
    hone::sdk::or_auto(hone::sdk::float_option("undx_sigma_eta", "\"auto\"", "0", nullptr,
                                               "undx: deviation across that line, as a share of the third parent's "
                                               "distance from it; auto: 0.35 / sqrt(parameters)")),
    hone::sdk::enum_option("mutation", "\"polynomial\"", mutation_words,
                           "how a number is mutated: moved (polynomial), or drawn anew (redraw); a choice becomes "
                           "another one"),
    hone::sdk::or_auto(hone::sdk::float_option("mutation_prob", "\"auto\"", "0", "1",
                                               "probability that a parameter is mutated; auto: 1 / parameters")),
    hone::sdk::float_option("mutation_eta", "10.0", "0", nullptr,
                            "polynomial mutation: the greater, the smaller the steps"),
};

/// The shared options and some more of one algorithm.
template <std::size_t N>
constexpr std::array<hone_option, breeding_options.size() + N> with_breeding_options(
    const std::array<hone_option, N>& own) {
  std::array<hone_option, breeding_options.size() + N> all{};
  for (std::size_t i = 0; i < breeding_options.size(); ++i) all[i] = breeding_options[i];
  for (std::size_t i = 0; i < N; ++i) all[breeding_options.size() + i] = own[i];
  return all;
}

}  // namespace genetic
