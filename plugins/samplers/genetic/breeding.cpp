// SPDX-License-Identifier: MIT
#include "breeding.hpp"

#include <algorithm>
#include <cmath>

#include "mutation.hpp"

namespace genetic {
namespace {

// The first parent, beginning with `first`, that has the gene.
double inherited(const GenePool& pool, std::span<const std::size_t> parents, std::size_t first, std::size_t column) {
  for (std::size_t k = 0; k < parents.size(); ++k) {
    const double gene = pool.row(parents[(first + k) % parents.size()])[column];
    if (!std::isnan(gene)) return gene;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool all_have(const GenePool& pool, std::span<const std::size_t> parents, std::size_t column) {
  return std::ranges::none_of(parents, [&](std::size_t p) { return std::isnan(pool.row(p)[column]); });
}

void cross_shared_genes(const GenePool& pool, Mating& mating, std::span<const std::size_t> shared,
                        const CrossoverRule& rule, std::span<double> child) {
  const std::size_t count = shared.size();
  const std::size_t parents = mating.parents.size();
  std::vector<double> cells((parents + 1) * count);
  std::vector<Genes> rows;
  for (std::size_t k = 0; k < parents; ++k) {
    for (std::size_t i = 0; i < count; ++i) cells[k * count + i] = pool.row(mating.parents[k])[shared[i]];
    rows.push_back(std::span(cells).subspan(k * count, count));
  }
  const std::span<double> crossed = std::span(cells).last(count);
  cross(rule, rows, mating.second, makes_twins(rule.kind) ? mating.shared : mating.own, crossed);
  for (std::size_t i = 0; i < count; ++i) child[shared[i]] = crossed[i];
}

double mutated(const Gene& gene, double value, const BreedingRule& rule, hone::RandomStream& random) {
  if (gene.is_categorical()) {
    // One of the other choices.
    const auto step = 1 + random.below(gene.choices() - 1);
    return static_cast<double>((static_cast<std::size_t>(value) + step) % gene.choices());
  }
  const double u = random.uniform();
  if (rule.redraw) return u;
  const double moved = polynomial_mutation(value, u, rule.mutation_eta);
  if (!gene.is_stepped() || gene.decode(moved) != gene.decode(value)) return moved;
  // A step too small for the grid becomes one to the next point.
  const int direction = moved < value ? -1 : 1;
  if (const auto next = gene.neighbour(value, direction)) return *next;
  return gene.neighbour(value, -direction).value_or(value);
}

}  // namespace

std::vector<double> breed(const GenePool& pool, Mating& mating, const BreedingRule& rule) {
  const std::size_t columns = pool.space().size();
  const std::vector<std::size_t>& parents = mating.parents;
  std::vector<double> child(columns, std::numeric_limits<double>::quiet_NaN());
  std::vector<std::size_t> shared;
  for (std::size_t i = 0; i < columns; ++i) {
    if (!mating.crossed) {
      child[i] = pool.row(parents[mating.second ? 1 : 0])[i];
    } else if (pool.gene(i).is_categorical()) {
      const bool swap = mating.shared.uniform() < rule.crossover.swapping_prob;
      child[i] = inherited(pool, parents, swap != mating.second ? parents.size() - 1 : 0, i);
    } else if (all_have(pool, parents, i)) {
      shared.push_back(i);
    } else {
      child[i] = inherited(pool, parents, mating.second ? 1 : 0, i);
    }
  }
  if (!shared.empty()) cross_shared_genes(pool, mating, shared, rule.crossover, child);
  const double prob = rule.mutation_prob.value_or(1.0 / static_cast<double>(std::max<std::size_t>(1, columns)));
  for (std::size_t i = 0; i < columns; ++i) {
    if (mating.own.uniform() < prob && !std::isnan(child[i]))
      child[i] = mutated(pool.gene(i), child[i], rule, mating.own);
  }
  return child;
}

bool repeats(const hone::History& history, hone::TrialNumber number, const hone::SearchSpace& space,
             std::span<const double> values) {
  bool any = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = history.value(number, space[i].id);
    if (std::isnan(value) || std::isnan(values[i])) continue;
    if (value != values[i]) return false;
    any = true;
  }
  return any;
}

}  // namespace genetic
