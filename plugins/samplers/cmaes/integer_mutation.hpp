// SPDX-License-Identifier: MIT
// How CatCMA with margin treats integers: centering, and a margin that remembers how often a cell was left.
//
// Hamano, Nomura, Saito, Uchida, Shirakawa: "CatCMA with Margin: Stochastic Optimization for Continuous, Integer, and
// Categorical Variables", arXiv 2504.07884.
#pragma once

#include <span>

namespace cmaes {

/// One coordinate of the better half of a generation. Points outside of the mean's cell (mutations) move to the middle
/// of theirs, where they were evaluated as it were; points inside move toward the middle of the mean's cell as far as
/// it takes that the average stays (Marty, Semet, Auger, Heron, Hansen: "Benchmarking CMA-ES with Basic Integer
/// Handling on a Mixed-Integer Test Problem Suite", GECCO 2023).
///
/// `v` are the points, `middles` the middles of their cells, `mean_middle` that of the mean's. Returns whether there
/// was a mutation.
bool center_integers(std::span<double> v, std::span<const double> middles, double mean_middle);

/// One discrete coordinate of the distribution: a sample x becomes mean + (x - mean) scale, and then its cell's value.
struct MutationState {
  double mean;
  double scale;       ///< the diagonal entry of the paper's matrix A
  double rate = 0.5;  ///< the probability of leaving the mean's cell after the last correction
};

/// A cell: its ends (-infinity and infinity at the ends of the range), and the place of its value.
struct CellPlace {
  double low;
  double high;
  double middle;
};

/// After an update: as `with_margin`, but the probability of leaving the mean's cell grows only if it has been left
/// with `success`, by a point of the better half. `deviation`: sigma sqrt(C_jj).
MutationState with_mutation_margin(MutationState state, bool success, double deviation, const CellPlace& cell,
                                   double alpha);

/// The probability that a sample of `discrete` variables, each at its margin, differs in one at least is 0.27.
double mutation_margin(std::size_t discrete);

}  // namespace cmaes
