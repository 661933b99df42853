// SPDX-License-Identifier: MIT
// Crossovers of real-valued parents. Genes lie in the unit interval, and so do the child's.
#pragma once

#include <cstddef>
#include <span>

#include <hone/random.hpp>

namespace genetic {

/// A parent's or a child's genes, each in [0, 1].
using Genes = std::span<const double>;

enum class Crossover { uniform, blx_alpha, sbx, vsbx, spx, undx };

struct CrossoverRule {
  Crossover kind = Crossover::sbx;
  double swapping_prob = 0.5;           ///< uniform: the probability to take a gene from the last parent
  double alpha = 0.5;                   ///< blx_alpha: how far beyond the parents, as a share of their distance
  double eta = 15.0;                    ///< sbx, vsbx: the greater, the nearer children are to their parents
  double uniform_crossover_prob = 0.5;  ///< sbx, vsbx: the probability to exchange a gene between the two children
  double use_child_gene_prob = 0.5;     ///< sbx, vsbx: the probability that a gene is crossed at all
  double epsilon = 0.0;                 ///< spx: the expansion of the simplex; 0 stands for sqrt(genes + 2)
  double sigma_xi = 0.5;                ///< undx: the deviation along the line between the first two parents
  double sigma_eta = 0.0;               ///< undx: the deviation across it; 0 stands for 0.35 / sqrt(genes)
};

/// How many parents a crossover takes: 2, or 3 for spx and undx.
std::size_t parent_count(Crossover kind);

/// Whether the operator makes two children at a time, each with what the other has not.
bool makes_twins(Crossover kind);

/// One child. All spans have one length. Of an operator that makes two, `second` says which: with equal random numbers
/// the two are twins.
///
/// - uniform: Syswerda, "Uniform crossover in genetic algorithms", ICGA 1989.
/// - blx_alpha: Eshelman and Schaffer, "Real-coded genetic algorithms and interval-schemata", FOGA 2, 1993; the
/// interval
///   cut off at the bounds.
/// - sbx: Deb and Agrawal, "Simulated binary crossover for continuous search space", Complex Systems 9, 1995, in the
///   bounded form of Deb and Kumar, 1999.
/// - vsbx: Ballester and Carter, "An effective real-parameter genetic algorithm with parent centric normal crossover
/// for
///   multimodal optimisation", GECCO 2004: SBX whose children may also lie on the other side of their parent.
/// - spx: Tsutsui, Yamamura, Higuchi, "Multi-parent recombination with simplex crossover in real coded genetic
///   algorithms", GECCO 1999.
/// - undx: Ono and Kobayashi, "A real-coded genetic algorithm for function optimization using unimodal normal
///   distribution crossover", ICGA 1997.
///
/// A child of the last three that leaves the unit cube is drawn again a few times (gene by gene with vsbx), then
/// mirrored at the bound.
void cross(const CrossoverRule& rule, std::span<const Genes> parents, bool second, hone::RandomStream& random,
           std::span<double> child);

/// SBX of one gene: the child beside the greater of two parents (`upper`), or beside the smaller.
/// @param u  uniform in [0, 1)
double sbx_gene(double a, double b, bool upper, double u, double eta);

/// A gene within the unit interval: mirrored at the bound that it has passed, and no farther than the other one.
double into_unit_interval(double gene);

}  // namespace genetic
