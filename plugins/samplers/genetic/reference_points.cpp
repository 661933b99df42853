// SPDX-License-Identifier: MIT
#include "reference_points.hpp"

namespace genetic {
namespace {

void extend(std::vector<double>& points, std::vector<std::size_t>& parts, std::size_t objectives, std::size_t left,
            std::size_t divisions) {
  if (parts.size() + 1 == objectives) {
    for (const std::size_t part : parts) points.push_back(static_cast<double>(part) / static_cast<double>(divisions));
    points.push_back(static_cast<double>(left) / static_cast<double>(divisions));
    return;
  }
  for (std::size_t part = 0; part <= left; ++part) {
    parts.push_back(part);
    extend(points, parts, objectives, left - part, divisions);
    parts.pop_back();
  }
}

// The most divisions with at most `most` points.
std::size_t most_divisions(std::size_t objectives, std::size_t most) {
  std::size_t divisions = 0;
  while (das_dennis_count(objectives, divisions + 1, most + 1) <= most) ++divisions;
  return divisions;
}

}  // namespace

std::vector<double> das_dennis_points(std::size_t objectives, std::size_t divisions) {
  std::vector<double> points;
  std::vector<std::size_t> parts;
  extend(points, parts, objectives, divisions, divisions);
  return points;
}

std::size_t das_dennis_count(std::size_t objectives, std::size_t divisions, std::size_t limit) {
  // C(divisions + k, k) grows with k, so that no product overflows before the limit.
  std::size_t count = 1;
  for (std::size_t k = 1; k < objectives; ++k) {
    count = count * (divisions + k) / k;
    if (count >= limit) return limit;
  }
  return count;
}

std::vector<double> spread_points(std::size_t objectives, std::size_t most) {
  if (objectives == 1) return {1.0};
  const std::size_t outer = most_divisions(objectives, most);
  if (outer == 0) return das_dennis_points(objectives, 1);
  std::vector<double> points = das_dennis_points(objectives, outer);
  if (outer >= objectives) return points;
  const std::size_t inner = most_divisions(objectives, most - points.size() / objectives);
  if (inner == 0) return points;
  // Half-way to the middle of the simplex.
  const double middle = 1.0 / static_cast<double>(objectives);
  for (const double c : das_dennis_points(objectives, inner)) points.push_back(0.5 * (c + middle));
  return points;
}

}  // namespace genetic
