// SPDX-License-Identifier: MIT
#include "candidates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <hone/sdk/violations.hpp>

namespace genetic {

Candidates candidates_from(const hone::History& history, std::span<const hone::Direction> directions,
                           std::vector<hone::TrialNumber> numbers) {
  Candidates result;
  result.objectives = directions.size();
  std::ranges::sort(numbers);
  std::vector<std::span<const hone::History::Constraint>> constraints;
  for (const hone::TrialNumber number : numbers) {
    const std::span<const double> values = history.values(number);
    for (std::size_t m = 0; m < directions.size(); ++m) {
      result.losses.push_back(hone::as_minimized(directions[m], values[m]));
    }
    constraints.push_back(history.constraints(number));
  }
  result.violations = hone::sdk::normalized_violations(constraints);
  result.numbers = std::move(numbers);
  return result;
}

std::vector<double> points_of(const Candidates& candidates, std::span<const std::size_t> indices) {
  std::vector<double> points;
  points.reserve(indices.size() * candidates.objectives);
  for (const std::size_t i : indices) {
    const auto point = candidates.point(i);
    points.insert(points.end(), point.begin(), point.end());
  }
  return points;
}

void clip_infinite(std::span<double> losses, std::size_t objectives) {
  if (std::ranges::all_of(losses, [](double loss) { return std::isfinite(loss); })) return;
  for (std::size_t m = 0; m < objectives; ++m) {
    double least = std::numeric_limits<double>::infinity();
    double greatest = -least;
    for (std::size_t at = m; at < losses.size(); at += objectives) {
      if (!std::isfinite(losses[at])) continue;
      least = std::min(least, losses[at]);
      greatest = std::max(greatest, losses[at]);
    }
    if (least > greatest) least = greatest = 0.0;
    const double far = 3.0 * (greatest > least ? greatest - least : 1.0);
    for (std::size_t at = m; at < losses.size(); at += objectives) {
      if (!std::isfinite(losses[at])) losses[at] = losses[at] > 0.0 ? greatest + far : least - far;
    }
  }
}

}  // namespace genetic
