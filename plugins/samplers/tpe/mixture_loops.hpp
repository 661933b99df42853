// SPDX-License-Identifier: MIT
// The loops over all kernels of a mixture, in the widest vectors that the processor has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tpe {

/// Sets of instructions that the loops are compiled for. avx2 is to mean fused multiply-add as well, which the loops
/// below do without.
enum class Instructions { baseline, avx2, avx512 };

/// Whether this processor has them.
bool has_instructions(Instructions instructions);
/// The best that it has.
Instructions best_instructions();

/// So many terms of a series of Hermite polynomials are summed.
inline constexpr std::size_t hermite_terms = 16;

/// The loops for one set of instructions. The results have the same bits with each: only + - * and bit operations, no
/// fused multiply-add, and sums in eight lanes whatever the width of a vector.
struct MixtureLoops {
  /// logs[i] = constants[i] - ((point - means[i]) * inverse_widths[i])^2 / 2
  void (*subtract_half_squares)(std::span<double> logs, const double* constants, const double* means,
                                const double* inverse_widths, double point);
  /// The greatest of the numbers; -infinity for none.
  double (*greatest)(std::span<const double> numbers);
  /// The sum of weights[i] * exp(logs[i] - highest), where no log is much above `highest`. Terms below e^-708 count as
  /// 0.
  double (*weighted_exp_sum)(std::span<const double> logs, const double* weights, double highest);
  /// Adds t = height v^k / k! to moments[k] and rank t to moments[hermite_terms + k], for each k < hermite_terms.
  void (*add_moments)(double* moments, double v, double height, double rank);
  /// The sum over j < count of exp(-u^2 / 2) times the sum over k < hermite_terms of coefficients[k * stride + j]
  /// He_k(u), with u = first - j * step and the Hermite polynomials He_k of probability theory. Adds up to 7 more j.
  double (*hermite_sum)(const double* coefficients, std::size_t stride, std::size_t count, double first, double step);
};

const MixtureLoops& mixture_loops(Instructions instructions);
/// The loops for the best that this processor has.
const MixtureLoops& mixture_loops();

}  // namespace tpe
