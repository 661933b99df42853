// SPDX-License-Identifier: MIT
// Rules out kernels that are far from a point, many at a time and in single precision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mixture_loops.hpp"

namespace tpe {

/// Kernels are sifted in blocks of so many.
inline constexpr std::size_t sift_block = 32;
/// So many kernels in whole blocks.
constexpr std::size_t whole_blocks(std::size_t n) { return (n + sift_block - 1) / sift_block * sift_block; }

/// Blocks of kernels.
struct RoughKernels {
  /// For each block, of each axis the means in units of the widths, then of each axis the inverse widths, so that a
  /// kernel falls as exp(-(inverse width * point - mean)^2).
  const float* kernels;
  /// For each block and axis, the inverse width if all kernels have one; else 0.
  const float* common;
  std::size_t axes;
};

/// Which parameter it is, and the point at which its kernels are looked at.
struct RoughAxis {
  std::size_t axis;
  float point;
};

/// Finds the kernels for which the following exceeds `least`, by single precision's lights: which, depends on the
/// processor.
///
///     constants[i] - sum over the axes of (inverse width * point - mean)^2
///
/// Writes first + i, ascending; returns how many there are. There is room for all. All numbers are finite.
/// @param at_zero  of whole blocks: this where all points are 0, constants[i] - the sum of the squared means. With w
/// the inverse width, p the point and m the
///   mean, that leaves w p (2 m - w p) of each axis, which is one multiplication and one addition if w is common.
using KernelSift = std::size_t (*)(std::span<const float> at_zero, const RoughKernels& kernels,
                                   std::span<const RoughAxis> axes, float least, std::uint32_t first,
                                   std::uint32_t* indices);

KernelSift kernel_sift(Instructions instructions);
/// For the best that this processor has.
KernelSift kernel_sift();

}  // namespace tpe
