// SPDX-License-Identifier: MIT
#include "niche_selection.hpp"

#include <algorithm>

#include <hone/sdk/nondominated_sort.hpp>

#include "constrained_ranks.hpp"

namespace genetic {

std::vector<std::size_t> NicheSelection::select(const Candidates& candidates, std::size_t count,
                                                hone::RandomStream& random) {
  const std::size_t objectives = candidates.objectives;
  std::vector<double> losses(candidates.losses);
  clip_infinite(losses, objectives);
  const auto fronts = hone::sdk::fronts_of(constrained_ranks(losses, objectives, candidates.violations));

  std::vector<std::size_t> feasible;
  std::vector<double> points;
  for (std::size_t i = 0; i < candidates.numbers.size(); ++i) {
    if (candidates.violations[i] > 0.0) continue;
    feasible.push_back(i);
    points.insert(points.end(), &losses[i * objectives], &losses[i * objectives] + objectives);
  }
  // By candidate: the niche, and how far off its line.
  Association all{std::vector<std::size_t>(candidates.numbers.size()), std::vector<double>(candidates.numbers.size())};
  if (!feasible.empty()) {
    std::vector<std::size_t> first_front;
    for (const std::size_t i : fronts[0]) {
      first_front.push_back(static_cast<std::size_t>(std::ranges::lower_bound(feasible, i) - feasible.begin()));
    }
    extent_.update(points, first_front);
    const Association found = associate(extent_.normalized(points), reference_points_, objectives);
    for (std::size_t k = 0; k < feasible.size(); ++k) {
      all.niche[feasible[k]] = found.niche[k];
      all.distance[feasible[k]] = found.distance[k];
    }
  }

  std::vector<std::size_t> chosen;
  std::vector<std::size_t> members(reference_points_.size() / objectives, 0);
  for (const std::vector<std::size_t>& front : fronts) {
    const std::size_t room = std::min(count, candidates.numbers.size()) - chosen.size();
    if (room == 0) break;
    if (front.size() <= room) {
      chosen.insert(chosen.end(), front.begin(), front.end());
      for (const std::size_t i : front) ++members[all.niche[i]];
      continue;
    }
    Association last;
    for (const std::size_t i : front) {
      last.niche.push_back(all.niche[i]);
      last.distance.push_back(all.distance[i]);
    }
    for (const std::size_t k : fill_niches(last, members, room, random)) chosen.push_back(front[k]);
  }
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace genetic
