// SPDX-License-Identifier: MIT
#include "niching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace genetic {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The achievement scalarising function along one axis: what is off the axis counts a million times.
double achievement(std::span<const double> point, std::span<const double> ideal, std::size_t axis) {
  double worst = 0.0;
  for (std::size_t m = 0; m < point.size(); ++m) {
    const double beyond = point[m] - ideal[m];
    // Small values count as none, so that a point close to an axis is an extreme one.
    if (beyond >= 1e-3) worst = std::max(worst, m == axis ? beyond : 1e6 * beyond);
  }
  return worst;
}

}  // namespace

FrontExtent::FrontExtent(std::size_t objectives)
    : objectives_(objectives), ideal_(objectives, infinity), worst_(objectives, -infinity), nadir_(objectives) {}

void FrontExtent::find_extreme_points(std::span<const double> points, std::span<const std::size_t> front) {
  std::vector<double> candidates = std::move(extreme_);
  for (const std::size_t i : front) {
    const auto point = points.subspan(i * objectives_, objectives_);
    candidates.insert(candidates.end(), point.begin(), point.end());
  }
  extreme_.clear();
  for (std::size_t axis = 0; axis < objectives_; ++axis) {
    double least = infinity;
    std::span<const double> best;
    for (std::size_t at = 0; at < candidates.size(); at += objectives_) {
      const auto point = std::span<const double>(candidates).subspan(at, objectives_);
      const double value = achievement(point, ideal_, axis);
      if (best.empty() || value < least) {
        least = value;
        best = point;
      }
    }
    extreme_.insert(extreme_.end(), best.begin(), best.end());
  }
}

void FrontExtent::update(std::span<const double> points, std::span<const std::size_t> front) {
  std::vector<double> worst_of_all(objectives_, -infinity);
  std::vector<double> worst_of_front(objectives_, -infinity);
  for (std::size_t at = 0; at < points.size(); ++at) {
    const std::size_t m = at % objectives_;
    ideal_[m] = std::min(ideal_[m], points[at]);
    worst_of_all[m] = std::max(worst_of_all[m], points[at]);
  }
  for (const std::size_t i : front) {
    for (std::size_t m = 0; m < objectives_; ++m) {
      worst_of_front[m] = std::max(worst_of_front[m], points[i * objectives_ + m]);
    }
  }
  for (std::size_t m = 0; m < objectives_; ++m) worst_[m] = std::max(worst_[m], worst_of_all[m]);
  find_extreme_points(points, front);

  std::vector<double> rows(extreme_);
  for (std::size_t at = 0; at < rows.size(); ++at) rows[at] -= ideal_[at % objectives_];
  const std::optional<std::vector<double>> plane = solve_for_ones(std::move(rows), objectives_);
  const bool sound = plane && std::ranges::all_of(*plane, [](double p) { return 1.0 / p > 1e-6; });
  for (std::size_t m = 0; m < objectives_; ++m) {
    nadir_[m] = sound ? std::min(ideal_[m] + 1.0 / (*plane)[m], worst_[m]) : worst_of_front[m];
    if (nadir_[m] - ideal_[m] <= 1e-6) nadir_[m] = worst_of_all[m];
  }
}

std::vector<double> FrontExtent::normalized(std::span<const double> points) const {
  std::vector<double> result(points.begin(), points.end());
  for (std::size_t at = 0; at < result.size(); ++at) {
    const std::size_t m = at % objectives_;
    const double extent = nadir_[m] - ideal_[m];
    result[at] = (result[at] - ideal_[m]) / (extent > 0.0 ? extent : 1e-12);
  }
  return result;
}

std::optional<std::vector<double>> solve_for_ones(std::vector<double> rows, std::size_t size) {
  std::vector<double> right(size, 1.0);
  const auto at = [&](std::size_t row, std::size_t column) -> double& { return rows[row * size + column]; };
  for (std::size_t column = 0; column < size; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < size; ++row) {
      if (std::abs(at(row, column)) > std::abs(at(pivot, column))) pivot = row;
    }
    if (!(std::abs(at(pivot, column)) > 1e-12)) return std::nullopt;
    if (pivot != column) {
      std::swap_ranges(&at(pivot, 0), &at(pivot, 0) + size, &at(column, 0));
      std::swap(right[pivot], right[column]);
    }
    for (std::size_t row = column + 1; row < size; ++row) {
      const double factor = at(row, column) / at(column, column);
      for (std::size_t k = column; k < size; ++k) at(row, k) -= factor * at(column, k);
      right[row] -= factor * right[column];
    }
  }
  for (std::size_t row = size; row-- > 0;) {
    for (std::size_t k = row + 1; k < size; ++k) right[row] -= at(row, k) * right[k];
    right[row] /= at(row, row);
  }
  return right;
}

Association associate(std::span<const double> normalized, std::span<const double> reference_points,
                      std::size_t objectives) {
  const std::size_t lines = reference_points.size() / objectives;
  std::vector<double> directions(reference_points.begin(), reference_points.end());
  for (std::size_t r = 0; r < lines; ++r) {
    double square = 0.0;
    for (std::size_t m = 0; m < objectives; ++m)
      square += directions[r * objectives + m] * directions[r * objectives + m];
    for (std::size_t m = 0; m < objectives; ++m) directions[r * objectives + m] /= std::sqrt(square);
  }
  Association result;
  for (std::size_t at = 0; at < normalized.size(); at += objectives) {
    double closest = infinity;
    std::size_t niche = 0;
    for (std::size_t r = 0; r < lines; ++r) {
      const double* direction = &directions[r * objectives];
      double along = 0.0;
      for (std::size_t m = 0; m < objectives; ++m) along += normalized[at + m] * direction[m];
      double square = 0.0;
      for (std::size_t m = 0; m < objectives; ++m) {
        const double off = normalized[at + m] - along * direction[m];
        square += off * off;
      }
      if (square < closest) {
        closest = square;
        niche = r;
      }
    }
    result.niche.push_back(niche);
    result.distance.push_back(std::sqrt(closest));
  }
  return result;
}

std::vector<std::size_t> fill_niches(const Association& last_front, std::vector<std::size_t> members, std::size_t count,
                                     hone::RandomStream& random) {
  std::vector<std::vector<std::size_t>> candidates(members.size());
  for (std::size_t i = 0; i < last_front.niche.size(); ++i) candidates[last_front.niche[i]].push_back(i);
  std::vector<std::size_t> chosen;
  while (chosen.size() < std::min(count, last_front.niche.size())) {
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> emptiest;
    for (std::size_t niche = 0; niche < members.size(); ++niche) {
      if (candidates[niche].empty() || members[niche] > fewest) continue;
      if (members[niche] < fewest) emptiest.clear();
      fewest = members[niche];
      emptiest.push_back(niche);
    }
    const std::size_t niche = emptiest[random.below(emptiest.size())];
    std::vector<std::size_t>& list = candidates[niche];
    auto taken = list.begin();
    if (members[niche] == 0) {
      taken = std::ranges::min_element(list, {}, [&](std::size_t i) { return last_front.distance[i]; });
    } else {
      taken += static_cast<std::ptrdiff_t>(random.below(list.size()));
    }
    chosen.push_back(*taken);
    list.erase(taken);
    ++members[niche];
  }
  return chosen;
}

}  // namespace genetic
