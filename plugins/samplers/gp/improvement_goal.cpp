// SPDX-License-Identifier: MIT
#include "improvement_goal.hpp"

#include <algorithm>
#include <limits>

#include <hone/sdk/hypervolume_subset.hpp>
#include <hone/sdk/nondominated_sort.hpp>

namespace gp {
namespace {

// Of points that are minimised, those that no other dominates, and of too many of these some.
std::vector<double> shortened_front(std::span<const double> points, std::span<const double> reference) {
  const std::size_t objectives = reference.size();
  const std::vector<std::uint32_t> ranks = hone::sdk::nondominated_ranks(points, objectives);
  std::vector<double> front;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] > 0) continue;
    const auto point = points.subspan(i * objectives, objectives);
    front.insert(front.end(), point.begin(), point.end());
  }
  if (front.size() <= most_front_points(objectives) * objectives) return front;
  std::vector<std::size_t> chosen = hone::sdk::hypervolume_subset(front, reference, most_front_points(objectives));
  for (std::size_t k = 0; k < objectives; ++k) {
    std::size_t best = 0;
    for (std::size_t i = 0; i < front.size() / objectives; ++i) {
      if (front[i * objectives + k] < front[best * objectives + k]) best = i;
    }
    if (std::ranges::find(chosen, best) == chosen.end()) chosen.push_back(best);
  }
  std::vector<double> kept;
  for (const std::size_t i : chosen) {
    const auto point = std::span(front).subspan(i * objectives, objectives);
    kept.insert(kept.end(), point.begin(), point.end());
  }
  return kept;
}

}  // namespace

ImprovementGoal expected_goal(std::span<const Posterior* const> objectives, std::span<const Eigen::Index> feasible) {
  if (feasible.empty()) return {};
  const std::size_t m = objectives.size();
  std::vector<double> losses(feasible.size() * m);
  std::vector<double> worst(m, std::numeric_limits<double>::lowest());
  for (std::size_t k = 0; k < m; ++k) {
    const Eigen::VectorXd fitted = objectives[k]->fitted();
    for (std::size_t i = 0; i < feasible.size(); ++i) {
      losses[i * m + k] = -fitted[feasible[i]];
      worst[k] = std::max(worst[k], losses[i * m + k]);
    }
  }
  for (double& loss : worst) loss += 0.1;
  ImprovementGoal goal;
  goal.front = m == 1 ? std::vector{std::ranges::min(losses)} : shortened_front(losses, worst);
  goal.reference = worst;
  for (double& loss : goal.front) loss = -loss;
  for (double& loss : goal.reference) loss = -loss;
  return goal;
}

}  // namespace gp
