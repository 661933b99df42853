// SPDX-License-Identifier: MIT
// The selection of NSGA-II.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "candidates.hpp"

namespace genetic {

/// Those of some candidates that were kept, in ascending order of their numbers.
struct Elite {
  std::vector<hone::TrialNumber> numbers;
  std::vector<std::uint32_t> ranks;  ///< the front of each
  std::vector<double> crowding;      ///< the crowding distance of each among those kept of its front
};

/// The best `count` candidates (or all): whole fronts as long as they fit, of the next one the least crowded (Deb et
/// al. 2002, III C). Candidates that violate constraints come last, those that violate more behind those that violate
/// less.
Elite select_elite(const Candidates& candidates, std::size_t count);

}  // namespace genetic
