// SPDX-License-Identifier: MIT
// Halton's sequence, by index, plain or scrambled.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "digital_scrambling.hpp"

namespace qmc {

/// The first `count` primes.
inline std::vector<std::uint32_t> first_primes(std::size_t count) {
  std::vector<std::uint32_t> primes;
  for (std::uint32_t candidate = 2; primes.size() < count; ++candidate) {
    bool prime = true;
    for (const std::uint32_t p : primes) {
      if (p * p > candidate) break;
      prime = prime && candidate % p != 0;
    }
    if (prime) primes.push_back(candidate);
  }
  return primes;
}

/// The digits of `index` in the base, mirrored at the point: van der Corput's sequence, in [0, 1). Halton's takes one
/// prime base for each dimension (Numer. Math. 2, 1960).
inline double radical_inverse(std::uint64_t index, std::uint32_t base) {
  const double inverse = 1.0 / static_cast<double>(base);
  double result = 0.0;
  for (double place = inverse; index != 0; index /= base, place *= inverse) {
    result += static_cast<double>(index % base) * place;
  }
  return result;
}

/// The same with each digit d at level k replaced by a_k d + c_k modulo the base, the zeros behind the last digit as
/// well; a_k and c_k come from the key (Matousek, "On the L2-discrepancy for anchored boxes", 1998: random linear digit
/// scrambling).
inline double scrambled_radical_inverse(std::uint64_t index, std::uint32_t base, std::uint64_t key) {
  constexpr double resolution = 0x1p-53;
  const double inverse = 1.0 / static_cast<double>(base);
  double result = 0.0;
  double place = inverse;
  for (std::uint64_t level = 0; place > resolution; ++level, index /= base, place *= inverse) {
    const std::uint64_t bits = node_bits(key, level, 0);
    const std::uint64_t factor = 1 + (bits & 0xffffffffU) % (base - 1);
    const std::uint64_t shift = (bits >> 32) % base;
    result += static_cast<double>((factor * (index % base) + shift) % base) * place;
  }
  // Rounding may reach 1.
  return std::min(result, 1.0 - resolution);
}

}  // namespace qmc
