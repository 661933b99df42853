// SPDX-License-Identifier: MIT
// Results of a similar problem, to begin from.
#pragma once

#include <string>
#include <vector>

#include <hone/json.hpp>
#include <hone/search_space.hpp>
#include <hone/storage.hpp>
#include <hone/types.hpp>

namespace cmaes {

struct SourcePoint {
  std::vector<double> values;  ///< of the space's parameters, in its order
  double loss;                 ///< to be minimised
};

/// From a list of {"params": {"x": 0.5, ...}, "value": 1.25}. Entries that lack a parameter are passed over.
/// @throws std::invalid_argument for what is not of that form
std::vector<SourcePoint> source_points(const hone::Json& list, const hone::SearchSpace& space,
                                       hone::Direction direction);

/// From the COMPLETE trials of a study of one objective that have all parameters, violate no constraint and are finite.
/// @throws std::invalid_argument if there is no such study
std::vector<SourcePoint> source_points(hone::Storage& storage, const std::string& study,
                                       const hone::SearchSpace& space);

/// The best floor(`share` times their number), at least one.
/// @throws std::invalid_argument if there is no point
std::vector<std::vector<double>> best_points(std::vector<SourcePoint> points, double share);

}  // namespace cmaes
