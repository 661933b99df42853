// SPDX-License-Identifier: MIT
// Randomisations that keep what makes a low-discrepancy sequence even.
#pragma once

#include <algorithm>
#include <cstdint>

#include <hone/random.hpp>

namespace qmc {

/// 64 random bits that belong to a node of a tree of digits: a dimension's key, a level, and the digits above it.
constexpr std::uint64_t node_bits(std::uint64_t key, std::uint64_t level, std::uint64_t digits_above) {
  const auto block =
      hone::philox4x32({static_cast<std::uint32_t>(digits_above), static_cast<std::uint32_t>(digits_above >> 32),
                        static_cast<std::uint32_t>(level), 0},
                       {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
  return block[0] | (std::uint64_t{block[1]} << 32);
}

/// Owen's nested uniform scrambling in base 2 (Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995) of the
/// first `digits` binary digits of x: each digit is flipped or not by a random bit that belongs to the digits above it.
/// The remaining digits are dropped.
constexpr std::uint64_t owen_scrambled(std::uint64_t x, std::uint64_t key, int digits = 52) {
  // The 63 nodes of six levels below one node take their bits from one block.
  constexpr int levels = 6;
  std::uint64_t result = 0;
  for (int first = 0; first < digits; first += levels) {
    const std::uint64_t above = first == 0 ? 0 : x >> (64 - first);
    const std::uint64_t bits = node_bits(key, static_cast<std::uint64_t>(first), above);
    std::uint64_t node = 0;  // of a complete binary tree, in breadth-first order
    for (int level = first; level < std::min(first + levels, digits); ++level) {
      const int place = 63 - level;
      const std::uint64_t digit = (x >> place) & 1;
      result |= (digit ^ ((bits >> node) & 1)) << place;
      node = 2 * node + 1 + digit;
    }
  }
  return result;
}

}  // namespace qmc
