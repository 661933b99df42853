// SPDX-License-Identifier: MIT
// The selection of NSGA-III: objectives on one scale, and reference lines to which points are attached.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <hone/random.hpp>

namespace genetic {

/// Where the front begins and ends in each objective (Deb and Jain 2014, IV C). Grows from generation to generation:
/// the best value and the extreme points that were ever seen stay.
class FrontExtent {
 public:
  explicit FrontExtent(std::size_t objectives);

  /// Takes in a generation. Coordinates are finite.
  /// @param points  all of them, one after another
  /// @param front   the indices of those that no other dominates
  void update(std::span<const double> points, std::span<const std::size_t> front);

  /// The best value ever seen of each objective.
  std::span<const double> ideal() const { return ideal_; }
  /// The intercepts of the plane through the extreme points; where there is no such plane, the worst values of the
  /// front. Beyond no value that was ever seen.
  std::span<const double> nadir() const { return nadir_; }

  /// The points moved and scaled so that `ideal` is 0 and `nadir` is 1.
  std::vector<double> normalized(std::span<const double> points) const;

 private:
  void find_extreme_points(std::span<const double> points, std::span<const std::size_t> front);

  std::size_t objectives_;
  std::vector<double> ideal_, worst_, nadir_;
  std::vector<double> extreme_;  // one point an objective; empty at first
};

/// Solves the square system of `rows` (one after another) for the right side 1; nothing if it is singular.
std::optional<std::vector<double>> solve_for_ones(std::vector<double> rows, std::size_t size);

/// For each point the line from the origin through a reference point that it is closest to.
struct Association {
  std::vector<std::size_t> niche;
  std::vector<double> distance;  ///< perpendicular, to that line
};
Association associate(std::span<const double> normalized, std::span<const double> reference_points,
                      std::size_t objectives);

/// The indices of `count` points of the last front, chosen where the fewest points are (Deb and Jain 2014, algorithm
/// 4): from one of the least occupied niches that have candidates, by chance; its closest candidate if the niche is
/// empty, else one by chance.
/// @param members  how many points each niche has already
std::vector<std::size_t> fill_niches(const Association& last_front, std::vector<std::size_t> members, std::size_t count,
                                     hone::RandomStream& random);

}  // namespace genetic
