// SPDX-License-Identifier: MIT
// Parameters with what each depends on.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <hone/search_space.hpp>

namespace tpe {

/// One thing that must hold for a parameter to be active: another one is, and has one of these values.
struct Clause {
  std::size_t parent;          ///< its column
  std::vector<double> values;  ///< internal representations; empty: the range counts
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  /// Of the parent's value, NaN if it is not active.
  bool accepts(double value) const;
};

/// Parameters with what each depends on.
struct TreeSpace {
  hone::SearchSpace space;                // ascending in name
  std::vector<std::vector<Clause>> when;  // by column; all must hold
  std::vector<std::size_t> order;         // all columns, parents first

  bool conditional() const;
  /// By column, whether another parameter hangs on it.
  std::vector<bool> decides() const;
  /// Makes NaN what a row has no use for: each parameter of which a clause does not hold.
  void clear_inactive(std::span<double> row) const;
  /// The part of it that has these parameters. A clause about another one is taken to hold.
  TreeSpace restricted_to(const hone::SearchSpace& wanted) const;
};

}  // namespace tpe
