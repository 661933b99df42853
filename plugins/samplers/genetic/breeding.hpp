// SPDX-License-Identifier: MIT
// A child of some parents: crossover, then mutation, of genes of any kind.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <hone/options.hpp>
#include <hone/plugin.hpp>
#include <hone/random.hpp>
#include <hone/study_view.hpp>

#include "crossover.hpp"
#include "gene_pool.hpp"

namespace genetic {

struct BreedingRule {
  BreedingRule() = default;
  /// From a plugin's options (`breeding_options.hpp`).
  BreedingRule(const hone::Options& options, std::size_t objectives);

  CrossoverRule crossover;
  double crossover_prob = 0.9;  ///< else the child begins as a copy of one parent
  bool redraw = false;          ///< a mutated number is drawn anew rather than moved by polynomial mutation
  double mutation_eta = 10.0;
  std::optional<double> mutation_prob{};  ///< of each gene; else 1 / genes
};

/// Who breeds, and with which random numbers. Two trials with equal numbers for the mating and one of them `second` are
/// twins, where the crossover makes such: no gene of either parent is lost.
struct Mating {
  std::vector<std::size_t> parents;  ///< rows of the pool, as many as the crossover takes
  bool crossed = true;  ///< else the child begins as a copy of the first parent, the second as one of the second
  bool second = false;
  hone::RandomStream shared;  ///< of both twins
  hone::RandomStream own;     ///< of one of them
};

/// The child's genes. Numeric genes that all parents have are crossed; one that only some have is inherited from the
/// first of those; a categorical gene is that of the first or the last parent. What no parent has is NaN.
std::vector<double> breed(const GenePool& pool, Mating& mating, const BreedingRule& rule);

/// Whether trial `number` has exactly these values wherever both have one, and at least one such value. NaN is none.
bool repeats(const hone::History& history, hone::TrialNumber number, const hone::SearchSpace& space,
             std::span<const double> values);

}  // namespace genetic
