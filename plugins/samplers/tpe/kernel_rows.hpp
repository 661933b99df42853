// SPDX-License-Identifier: MIT
// The kernels of several continuous parameters side by side, in the order in which loops over kernels read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kernel_sift.hpp"

namespace tpe {

/// A row for each kernel ("slot"), with a mean and an inverse width for each parameter ("axis"): exactly, and in single
/// precision to rule out kernels that are far from a point without looking at them closely. With the distances z_d, in
/// widths, of a point and a kernel's mean along up to `most_axes` axes,
///
///     sum of (rough inverse width * rough_point(d, x_d) - rough mean)^2
///         <= (1 + excess) * (sum of z_d^2 / 2) + allowance
///
/// Points and means are shares of the range from its middle, at most 1/2, and no inverse width counts as more than 1000
/// of the range: both make the left side smaller. A rough mean is such a share times the rough inverse width, which is
/// at most W = 1000 sqrt(1/2). With u = 2^-24 the rounding of both products and of their factors comes to 3 u W, which
/// is below 1.3e-4; what else is rounded is relative. (a + b)^2 <= a^2 (1 + t) + b^2 (1 + 1/t) with t = 2e-4 gives
/// `excess` and, along `most_axes` axes, `allowance`. What the loop over the axes rounds, `sift` allows for.
class KernelRows {
 public:
  static constexpr std::size_t most_axes = 48;
  static constexpr double excess = 2.5e-4;
  static constexpr double allowance = 5e-3;
  static_assert(most_axes * (1.0 + 1.0 / 2e-4) * 1.3e-4 * 1.3e-4 < allowance);

  /// The ends of a parameter's range.
  struct Range {
    double low;
    double high;
  };

  explicit KernelRows(std::vector<Range> ranges, KernelSift by = kernel_sift())
      : ranges_(std::move(ranges)), sift_(by), greatest_(ranges_.size(), 0.0F) {}

  std::size_t axes() const { return ranges_.size(); }
  std::size_t size() const { return size_; }

  void resize(std::size_t size);
  /// Makes room for a row, which is to be set.
  void insert(std::size_t slot);
  void erase(std::size_t slot);
  void set(std::size_t slot, std::size_t axis, double mean, double inverse_width);

  struct Kernel {
    double mean;
    double inverse_width;
  };
  /// By axis.
  std::span<const Kernel> row(std::size_t slot) const { return std::span(rows_).subspan(slot * axes(), axes()); }

  float rough_point(std::size_t axis, double point) const;

  /// The sum of the squares of the rough means along some axes.
  double rough_square(std::size_t slot, std::span<const std::size_t> axes) const;

  /// Brings what `sift` needs up to date.
  void refresh();
  /// Finds the slots in [first, last) for which constants[slot] less the left side above exceeds `least`, and some for
  /// which it nearly does. Ascending; returns how many there are. There is room for whole blocks.
  /// @param at_zero  constants[slot] - rough_square(slot), `rough_size()` of them; lowest from size() on
  /// @param first  a multiple of `sift_block`, as `last` is unless it is size()
  std::size_t sift(std::span<const float> at_zero, std::span<const RoughAxis> axes, std::size_t first, std::size_t last,
                   float least, std::uint32_t* slots) const;

  std::size_t rough_size() const { return whole_blocks(size_); }

 private:
  std::size_t stride() const { return 2 * sift_block * axes(); }
  std::size_t blocks() const { return rough_size() / sift_block; }
  float common_width(std::size_t block, std::size_t axis) const;
  float rounding(std::span<const RoughAxis> axes) const;

  std::vector<Range> ranges_;
  KernelSift sift_;
  std::vector<float> greatest_;  // by axis: no rough inverse width has been greater
  std::size_t size_ = 0;
  std::vector<Kernel> rows_;         // [slot][axis]
  std::vector<float> rough_;         // [block of slots][means, then inverse widths][axis][slot in the block]
  std::vector<float> common_;        // [block][axis]: the inverse width of all kernels of a block; 0: they differ
  std::vector<std::uint8_t> stale_;  // by block: that is to be found out
};

}  // namespace tpe
