// SPDX-License-Identifier: MIT
// How far the choices of a categorical parameter are apart, as the option `categorical_distance` says.
#pragma once

#include <string_view>
#include <vector>

#include <hone/distribution.hpp>
#include <hone/json.hpp>

namespace tpe {

/// The rule for each parameter that has one: the word "order" (the choices are on a line at equal distances, in the
/// order in which they are declared), "numeric" (choices are numbers, and their difference counts), or a matrix with a
/// row for each choice: [[0, 1, 4], [1, 0, 2], [4, 2, 0]]. Whoever needs one of another kind computes its matrix.
class CategoricalDistance {
 public:
  CategoricalDistance() = default;
  /// @param rules  an object from names to rules, or null
  /// @throws std::invalid_argument for what is none
  explicit CategoricalDistance(const hone::Json& rules);

  /// The distances row by row; empty where there is no rule.
  /// @throws std::invalid_argument for a matrix of another size, and for choices that are no numbers
  std::vector<double> of(std::string_view parameter, const hone::CategoricalDistribution& distribution) const;

 private:
  hone::Json::Object rules_;
};

}  // namespace tpe
