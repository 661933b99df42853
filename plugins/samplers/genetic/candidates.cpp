// SPDX-License-Identifier: MIT
#include "candidates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace genetic {
namespace {

// By constraint: what its violations are divided by.
std::vector<double> violation_scales(const hone::History& history, std::span<const hone::TrialNumber> numbers) {
  std::vector<std::vector<double>> positive;
  for (const hone::TrialNumber number : numbers) {
    for (const auto& constraint : history.constraints(number)) {
      if (!(constraint.value > 0.0)) continue;
      if (constraint.name >= positive.size()) positive.resize(constraint.name + 1);
      positive[constraint.name].push_back(constraint.value);
    }
  }
  std::vector<double> scales(positive.size(), 1.0);
  for (std::size_t c = 0; c < scales.size(); ++c) {
    if (positive[c].empty()) continue;
    const auto middle = positive[c].begin() + std::ssize(positive[c]) / 2;
    std::ranges::nth_element(positive[c], middle);
    scales[c] = *middle;
  }
  return scales;
}

}  // namespace

Candidates candidates_from(const hone::History& history, std::span<const hone::Direction> directions,
                           std::vector<hone::TrialNumber> numbers) {
  Candidates result;
  result.objectives = directions.size();
  std::ranges::sort(numbers);
  const std::vector<double> scales = history.constrained() ? violation_scales(history, numbers) : std::vector<double>{};
  for (const hone::TrialNumber number : numbers) {
    const std::span<const double> values = history.values(number);
    for (std::size_t m = 0; m < directions.size(); ++m) {
      result.losses.push_back(hone::as_minimized(directions[m], values[m]));
    }
    double violation = 0.0;
    for (const auto& constraint : history.constraints(number)) {
      if (!(constraint.value > 0.0)) continue;
      const double share = constraint.value / scales[constraint.name];
      // Infinite by an infinite scale: as bad as the usual.
      violation += share == share ? share : 1.0;
    }
    result.violations.push_back(violation);
  }
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
