// SPDX-License-Identifier: MIT
// A lower bound for the probability of leaving the cell of an integer (CMA-ES with margin).
#pragma once

namespace cmaes {

/// One discrete coordinate of the distribution: a sample x becomes mean + (x - mean) scale, and then its cell's value.
struct MarginState {
  double mean;
  double scale;  ///< the diagonal entry of the paper's matrix A
};

/// What a sample x of such a coordinate becomes.
inline double scaled(double x, double mean, double scale) { return mean + (x - mean) * scale; }
/// The sample that becomes v.
inline double unscaled(double v, double mean, double scale) { return mean + (v - mean) / scale; }

/// After an update: the mean and scale with which the cells on either side have at least a probability of about
/// `alpha` / 2 each, or, for a mean in the first or last cell, the rest of the cells at least `alpha`.
///
/// Hamano, Saito, Nomura, Shirakawa: "CMA-ES with Margin: Lower-Bounding Marginal Probability for Mixed-Integer
/// Black-Box Optimization", GECCO 2022, arXiv 2205.13482, eqs. 6 to 13.
///
/// `low`, `high`: the mean's cell; -infinity and infinity at the ends of the range. `deviation`: sigma sqrt(C_jj).
MarginState with_margin(MarginState state, double deviation, double low, double high, double alpha);

}  // namespace cmaes
