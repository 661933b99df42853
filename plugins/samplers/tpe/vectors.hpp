// SPDX-License-Identifier: MIT
// Vectors for the widest registers of a processor, as templates: each loop is written once and inlined into a function
// for each set of instructions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tpe {

/// Vectors of `width` doubles and as many bytes of other numbers. Each by itself: gcc 12 drops a vector_size that
/// depends on a template parameter.
template <std::size_t width>
struct Vector;
template <>
struct Vector<2> {
  using Doubles = double __attribute__((vector_size(16)));
  using Bits = std::uint64_t __attribute__((vector_size(16)));
  using Floats = float __attribute__((vector_size(16)));
  using Signs = std::uint32_t __attribute__((vector_size(16)));
};
template <>
struct Vector<4> {
  using Doubles = double __attribute__((vector_size(32)));
  using Bits = std::uint64_t __attribute__((vector_size(32)));
  using Floats = float __attribute__((vector_size(32)));
  using Signs = std::uint32_t __attribute__((vector_size(32)));
};
template <>
struct Vector<8> {
  using Doubles = double __attribute__((vector_size(64)));
  using Bits = std::uint64_t __attribute__((vector_size(64)));
  using Floats = float __attribute__((vector_size(64)));
  using Signs = std::uint32_t __attribute__((vector_size(64)));
};

template <std::size_t width>
[[gnu::always_inline]] inline typename Vector<width>::Doubles load(const double* from) {
  typename Vector<width>::Doubles result;
  std::memcpy(&result, from, sizeof result);
  return result;
}

template <std::size_t width>
[[gnu::always_inline]] inline typename Vector<width>::Floats load(const float* from) {
  typename Vector<width>::Floats result;
  std::memcpy(&result, from, sizeof result);
  return result;
}

inline constexpr std::uint32_t lane_numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

template <std::size_t width>
[[gnu::always_inline]] inline typename Vector<width>::Signs load(const std::uint32_t* from) {
  typename Vector<width>::Signs result;
  std::memcpy(&result, from, sizeof result);
  return result;
}

}  // namespace tpe
