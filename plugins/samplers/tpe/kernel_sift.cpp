// SPDX-License-Identifier: MIT
#include "kernel_sift.hpp"

#include <bit>
#include <cstring>

#include "vectors.hpp"

namespace tpe {
namespace {

// Bit k says whether the k-th value is above `least`. By signs, for gcc 12 makes scalar code of comparing the widest
// vectors of floats.
template <std::size_t width, std::size_t count>
[[gnu::always_inline]] inline std::uint32_t bits_above(const typename Vector<width>::Floats (&values)[count],
                                                       float least) {
  using Signs = typename Vector<width>::Signs;
  constexpr std::uint32_t lanes = sift_block / count;
  Signs bits = {};
  for (std::uint32_t v = 0; v < count; ++v) {
    bits |= (std::bit_cast<Signs>(least - values[v]) >> 31) << (load<width>(lane_numbers) + v * lanes);
  }
  std::uint64_t words[sizeof bits / sizeof(std::uint64_t)];
  std::memcpy(words, &bits, sizeof bits);
  std::uint64_t both = 0;
  for (const std::uint64_t word : words) both |= word;
  return static_cast<std::uint32_t>(both | both >> 32);
}

template <std::size_t width>
[[gnu::always_inline]] inline std::uint32_t sift_one_block(const float* at_zero, const float* kernels,
                                                           const float* common, std::size_t all_axes,
                                                           std::span<const RoughAxis> axes, float least) {
  using Floats = typename Vector<width>::Floats;
  constexpr std::size_t lanes = sizeof(Floats) / sizeof(float);
  Floats values[sift_block / lanes];
  for (std::size_t v = 0; v < sift_block / lanes; ++v) values[v] = load<width>(at_zero + v * lanes);
  for (const RoughAxis& axis : axes) {
    const float* means = kernels + sift_block * axis.axis;
    const float shared = common[axis.axis] * axis.point;
    if (shared != 0.0F) {
      // Nearly all kernels of a long history are as narrow as can be.
      least += shared * shared;
      for (std::size_t v = 0; v < sift_block / lanes; ++v)
        values[v] += load<width>(means + v * lanes) * (2.0F * shared);
    } else {
      const float* widths = means + sift_block * all_axes;
      for (std::size_t v = 0; v < sift_block / lanes; ++v) {
        const Floats scaled = axis.point * load<width>(widths + v * lanes);
        const Floats mean = load<width>(means + v * lanes);
        values[v] += (mean + mean - scaled) * scaled;
      }
    }
  }
  return bits_above<width>(values, least);
}

template <std::size_t width>
[[gnu::always_inline]] inline std::size_t sift(std::span<const float> at_zero, const RoughKernels& kernels,
                                               std::span<const RoughAxis> axes, float least, std::uint32_t first,
                                               std::uint32_t* indices) {
  std::size_t count = 0;
  for (std::size_t block = 0; block < at_zero.size() / sift_block; ++block) {
    std::uint32_t above = sift_one_block<width>(at_zero.data() + block * sift_block,
                                                kernels.kernels + block * 2 * sift_block * kernels.axes,
                                                kernels.common + block * kernels.axes, kernels.axes, axes, least);
    for (; above != 0; above &= above - 1) {
      indices[count++] =
          first + static_cast<std::uint32_t>(block * sift_block) + static_cast<std::uint32_t>(std::countr_zero(above));
    }
  }
  return count;
}

std::size_t sift_baseline(std::span<const float> at_zero, const RoughKernels& kernels, std::span<const RoughAxis> axes,
                          float least, std::uint32_t first, std::uint32_t* indices) {
  return sift<2>(at_zero, kernels, axes, least, first, indices);
}

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] std::size_t sift_avx2(std::span<const float> at_zero, const RoughKernels& kernels,
                                                  std::span<const RoughAxis> axes, float least, std::uint32_t first,
                                                  std::uint32_t* indices) {
  return sift<4>(at_zero, kernels, axes, least, first, indices);
}

[[gnu::target("avx512f")]] std::size_t sift_avx512(std::span<const float> at_zero, const RoughKernels& kernels,
                                                   std::span<const RoughAxis> axes, float least, std::uint32_t first,
                                                   std::uint32_t* indices) {
  return sift<8>(at_zero, kernels, axes, least, first, indices);
}
#endif

}  // namespace

KernelSift kernel_sift([[maybe_unused]] Instructions instructions) {
#if defined(__x86_64__)
  if (instructions == Instructions::avx512) return &sift_avx512;
  if (instructions == Instructions::avx2) return &sift_avx2;
#endif
  return &sift_baseline;
}

KernelSift kernel_sift() {
  static const KernelSift best = kernel_sift(best_instructions());
  return best;
}

}  // namespace tpe
