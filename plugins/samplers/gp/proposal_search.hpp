// SPDX-License-Identifier: MIT
// Where an acquisition is largest.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <Eigen/Core>

#include <hone/random.hpp>

#include "acquisition.hpp"
#include "coordinates.hpp"

namespace gp {

/// Where to look: bounds of the coordinates. Equal ones fix a coordinate; others do not bound a categorical one.
struct Region {
  Eigen::VectorXd low, high;

  bool is_fixed(Eigen::Index j) const { return low[j] == high[j]; }
};

struct SearchEffort {
  std::size_t candidates = 512;  ///< points that are looked at first
  std::size_t local = 4;         ///< of them, how many are improved
};

/// The point of the largest acquisition that is found: of quasi-random points and of neighbours of the incumbents the
/// best ones, and the best incumbents themselves, are improved, by L-BFGS-B where coordinates are continuous and one
/// coordinate after another where they are discrete, until neither helps.
///
/// @param incumbents  good points within the region, d x k, the best one first; at least one
/// @param is_taken    points that are proposed only if no other is left
Eigen::VectorXd best_proposal(const Coordinates& coordinates, const Acquisition& acquisition, const Region& region,
                              const Eigen::MatrixXd& incumbents, const SearchEffort& effort,
                              const std::function<bool(const Eigen::VectorXd&)>& is_taken, hone::RandomStream& stream);

}  // namespace gp
