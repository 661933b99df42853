// SPDX-License-Identifier: MIT
// Fronts when there are constraints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace genetic {

/// Constrained domination (Deb et al. 2002, VI): the fronts of the feasible points, then the others one after another
/// by how much they violate, equal ones together.
/// @param losses      one after another, minimised, no NaN
/// @param violations  one a point; 0 where all constraints hold
std::vector<std::uint32_t> constrained_ranks(std::span<const double> losses, std::size_t objectives,
                                             std::span<const double> violations);

}  // namespace genetic
