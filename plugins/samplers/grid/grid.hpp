// SPDX-License-Identifier: MIT
// All combinations of some lists of values, in a random order that repeats nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include <hone/random.hpp>

namespace grid {

/// The product of the lengths. @throws std::invalid_argument beyond 2^31 points
inline std::size_t point_count(std::span<const std::size_t> lengths) {
  std::size_t count = 1;
  for (const std::size_t length : lengths) {
    count *= length;
    if (count > std::numeric_limits<std::int32_t>::max()) {
      throw std::invalid_argument("the grid has more than 2^31 points; take fewer values, or the sampler qmc");
    }
  }
  return count;
}

/// The places in the lists at point `index`: the digits of a number with these bases, the last the fastest.
inline std::vector<std::size_t> places_of(std::size_t index, std::span<const std::size_t> lengths) {
  std::vector<std::size_t> places(lengths.size());
  for (std::size_t i = lengths.size(); i-- > 0;) {
    places[i] = index % lengths[i];
    index /= lengths[i];
  }
  return places;
}

/// 0 … count - 1 in an order that depends on the seed (Fisher and Yates).
inline std::vector<std::uint32_t> shuffled(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  hone::RandomStream random(seed, 0, "grid order");
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace grid
