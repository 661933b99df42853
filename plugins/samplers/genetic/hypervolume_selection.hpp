// SPDX-License-Identifier: MIT
// The selection of SMS-EMOA.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "candidates.hpp"

namespace genetic {

/// What each point alone adds to the hypervolume of a front.
/// @param points     one after another, no one dominates another, each better than the reference point everywhere
std::vector<double> hypervolume_contributions(std::span<const double> points, std::span<const double> reference);

/// The coordinate of the reference point for a front that reaches from 0 to 1: so far beyond that of `count` evenly
/// spread points the outermost add as much as the others (Ishibuchi, Imada, Setoguchi, Nojima, "How to specify a
/// reference point in hypervolume calculation for fair performance comparison", Evolutionary Computation 26, 2018).
double fair_reference(std::size_t objectives, std::size_t count);

/// The index of the candidate to go: the one that violates constraints most, else of the last front the one that adds
/// least to the front's hypervolume (Beume, Naujoks, Emmerich, "SMS-EMOA: Multiobjective selection based on dominated
/// hypervolume", EJOR 181, 2007, algorithm 2), objectives brought to one scale. Of equals the newest.
std::size_t least_valuable(const Candidates& candidates);

}  // namespace genetic
