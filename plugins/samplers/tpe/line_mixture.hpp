// SPDX-License-Identifier: MIT
// The sum of all kernels of one continuous parameter, at a cost that hardly grows with their number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel_weights.hpp"
#include "mixture_loops.hpp"
#include "numeric_kernels.hpp"

namespace tpe {

/// Few kernels can be wider than the least width (their gaps have to fit into the range), and those are summed one by
/// one, as are the newest. All others have one width s and are collected in cells of s / 2, each expanded about its
/// middle (Greengard, Strain, "The fast Gauss transform", SIAM J. Sci. Stat. Comput. 12, 1991, eq. 8): with the
/// distances u of a point and v of a kernel from the middle, in units of s,
///
///     exp(-(u - v)^2 / 2) = exp(-u^2 / 2) sum_k He_k(u) v^k / k!
///
/// cut after 16 terms. As |v| <= 1/4 and |He_k(u)| <= 1.09 sqrt(k!) exp(u^2 / 4) (Cramer's inequality), the rest is
/// below 6e-17 exp(-u^2 / 4) of the kernel's height. Cells farther away than `reach` add less than 1e-19 of their
/// kernels' height and are left out. The prior is at
/// least 0.88 times the least width's share of the range of that height everywhere.
///
/// Sums run in the order of slots, whatever the order of arrival.
class LineMixture {
 public:
  /// The least number of kernels for which this is faster than their sum.
  static constexpr std::size_t worthwhile = 200;
  /// The least share of the range that the least width may be: there are 2 / share cells.
  static constexpr double least_share = 0.001;

  /// Brings the cells up to date.
  /// @param kernels  of a continuous parameter, refreshed
  /// @param changed  slots whose width has changed or that are new
  /// @param all      slots have been moved, or all widths may have changed
  void refresh(const NumericKernels& kernels, const RampWeights& weights, std::span<const std::uint32_t> changed,
               bool all);

  /// Slots below are in a cell or wide; their order must not change but for a refresh of all.
  std::size_t entered() const { return entered_; }

  /// The weighted sum of the kernels at a point, in units of `exp(log_height())`.
  double sum(double point);

  /// The log of the density at the mean of a kernel of the least width that lies inside the range.
  double log_height() const { return log_height_; }

 private:
  static constexpr std::size_t terms = hermite_terms;
  static constexpr double reach = 9.5;  // in widths: exp(-9.25^2 / 2) < 3e-19
  static constexpr std::uint16_t no_cell = 0xffff;

  void start(const NumericKernels& kernels);
  std::uint16_t cell_for(const NumericKernels& kernels, std::size_t slot) const;
  void assign_cell(std::size_t slot, std::uint16_t cell);
  void add(const NumericKernels& kernels, std::size_t slot);
  void combine(const RampWeights& weights);
  void recompute(const NumericKernels& kernels, std::span<const std::uint16_t> cells);
  void list_single(const NumericKernels& kernels, const RampWeights& weights);

  double low_ = 0.0;
  double width_ = 0.0;
  double log_height_ = 0.0;
  std::size_t stride_ = 0;  // cells, and empty ones on either side
  struct Cell {
    // Sums of v^k / k! over the kernels, by their heights, for each k; then the same, times the kernels' slots.
    std::array<double, 2 * terms> moments{};
    bool occupied = false;
  };
  std::vector<Cell> cells_;
  std::vector<double> coefficients_;    // [term][cell]: both together, by the weights
  std::vector<std::uint16_t> cell_of_;  // by slot
  std::size_t entered_ = 0;
  std::vector<std::uint32_t> wide_;  // ascending
  // The kernels that are summed one by one.
  std::vector<double> means_, inverse_widths_, constants_, weights_, logs_;
  const MixtureLoops& loops_ = mixture_loops();
};

}  // namespace tpe
