// SPDX-License-Identifier: MIT
#include "tree_space.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tpe {

bool Clause::accepts(double value) const {
  if (std::isnan(value)) return false;
  return values.empty() ? low <= value && value <= high : std::ranges::find(values, value) != values.end();
}

bool TreeSpace::conditional() const {
  return std::ranges::any_of(when, [](const std::vector<Clause>& clauses) { return !clauses.empty(); });
}

std::vector<bool> TreeSpace::decides() const {
  std::vector<bool> result(space.size());
  for (const std::vector<Clause>& clauses : when) {
    for (const Clause& clause : clauses) result[clause.parent] = true;
  }
  return result;
}

void TreeSpace::clear_inactive(std::span<double> row) const {
  for (const std::size_t column : order) {
    const bool active =
        std::ranges::all_of(when[column], [&](const Clause& clause) { return clause.accepts(row[clause.parent]); });
    if (!active) row[column] = std::numeric_limits<double>::quiet_NaN();
  }
}

TreeSpace TreeSpace::restricted_to(const hone::SearchSpace& wanted) const {
  constexpr std::size_t gone = std::numeric_limits<std::size_t>::max();
  TreeSpace result;
  std::vector<std::size_t> place(space.size(), gone);
  for (std::size_t column = 0; column < space.size(); ++column) {
    if (std::ranges::find(wanted, space[column].id, &hone::Parameter::id) == wanted.end()) continue;
    place[column] = result.space.size();
    result.space.push_back(space[column]);
  }
  result.when.resize(result.space.size());
  for (const std::size_t column : order) {
    if (place[column] == gone) continue;
    result.order.push_back(place[column]);
    for (Clause clause : when[column]) {
      clause.parent = place[clause.parent];
      if (clause.parent != gone) result.when[place[column]].push_back(std::move(clause));
    }
  }
  return result;
}

}  // namespace tpe
