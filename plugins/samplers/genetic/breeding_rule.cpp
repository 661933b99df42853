// SPDX-License-Identifier: MIT
// The breeding rule that a plugin's options ask for.
#include <algorithm>
#include <string>

#include "breeding.hpp"
#include "breeding_options.hpp"

namespace genetic {
namespace {

Crossover crossover_from(const std::string& word) {
  const auto place = std::ranges::find_if(crossover_words, [&](const char* w) { return w != nullptr && word == w; });
  return static_cast<Crossover>(place - std::begin(crossover_words));
}

double or_default(const hone::Options& options, const char* name, double value) {
  return options.is_auto(name) ? value : options.get<double>(name);
}

}  // namespace

BreedingRule::BreedingRule(const hone::Options& options, std::size_t objectives)
    : crossover{.kind = crossover_from(options.get<std::string>("crossover")),
                .swapping_prob = options.get<double>("swapping_prob"),
                .alpha = options.get<double>("blx_alpha"),
                .eta = or_default(options, "crossover_eta", objectives == 1 ? 2.0 : 15.0),
                .uniform_crossover_prob = options.get<double>("uniform_crossover_prob"),
                .use_child_gene_prob = options.get<double>("use_child_gene_prob"),
                .epsilon = or_default(options, "spx_epsilon", 0.0),
                .sigma_xi = options.get<double>("undx_sigma_xi"),
                .sigma_eta = or_default(options, "undx_sigma_eta", 0.0)},
      crossover_prob(options.get<double>("crossover_prob")),
      redraw(options.get<std::string>("mutation") == "redraw"),
      mutation_eta(options.get<double>("mutation_eta")) {
  if (!options.is_auto("mutation_prob")) mutation_prob = options.get<double>("mutation_prob");
}

}  // namespace genetic
