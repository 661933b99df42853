// SPDX-License-Identifier: MIT
// The options of `gp`.
#pragma once

#include <cstddef>
#include <vector>

#include <hone/options.hpp>

#include "output_model.hpp"

namespace gp {

struct GpOptions {
  GpOptions(const hone::Options& options, std::size_t objectives);

  std::size_t n_startup_trials;
  bool warn_independent_sampling;
  std::size_t n_candidates;
  std::size_t n_local_search;
  bool trust_region;  ///< whether proposals keep to one
  ModelOptions model;
  /// The transforms of an objective's outputs, taken by turns.
  std::vector<OutputTransform> transforms;
};

}  // namespace gp
