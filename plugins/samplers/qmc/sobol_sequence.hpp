// SPDX-License-Identifier: MIT
// Sobol's sequence, by index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace qmc {

/// The points of Sobol's sequence in Gray code order with the direction numbers of Joe and Kuo ("Constructing Sobol
/// sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30, 2008), of Boost.Random.
class SobolSequence {
 public:
  /// The most dimensions that there are direction numbers for: 3667.
  static std::size_t most_dimensions();

  /// @param dimensions  from 1 to `most_dimensions()`
  explicit SobolSequence(std::size_t dimensions);
  SobolSequence(SobolSequence&&) noexcept;
  SobolSequence& operator=(SobolSequence&&) noexcept;
  ~SobolSequence();

  std::size_t dimensions() const;
  /// The coordinates of a point as binary fractions of 64 digits; point 0 is the origin.
  void point(std::uint64_t index, std::span<std::uint64_t> coordinates);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace qmc
