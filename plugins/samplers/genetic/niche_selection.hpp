// SPDX-License-Identifier: MIT
// The selection of NSGA-III from one generation to the next.
#pragma once

#include <cstddef>
#include <vector>

#include "candidates.hpp"
#include "niching.hpp"

namespace genetic {

/// Chooses by fronts, and from the last of them where the fewest trials are near a reference point (Deb and Jain, "An
/// evolutionary many-objective optimization algorithm using reference-point-based nondominated sorting approach, part
/// I", IEEE TEC 18, 2014; with constraints as in Jain and Deb, part II). Remembers the extent of the front.
class NicheSelection {
 public:
  /// @param reference_points  one after another, none negative, none zero
  NicheSelection(std::size_t objectives, std::vector<double> reference_points)
      : reference_points_(std::move(reference_points)), extent_(objectives) {}

  /// The indices of `count` candidates (or all), ascending. Those that violate constraints come last, by how much.
  std::vector<std::size_t> select(const Candidates& candidates, std::size_t count, hone::RandomStream& random);

 private:
  std::vector<double> reference_points_;
  FrontExtent extent_;
};

}  // namespace genetic
