// SPDX-License-Identifier: MIT
#include "elitist_selection.hpp"

#include <algorithm>

#include <hone/sdk/nondominated_sort.hpp>

#include "constrained_ranks.hpp"
#include "crowding_distance.hpp"

namespace genetic {

Elite select_elite(const Candidates& candidates, std::size_t count) {
  struct Kept {
    std::size_t index;
    std::uint32_t rank;
    double crowding;
  };
  std::vector<Kept> kept;
  const std::vector<std::uint32_t> ranks =
      constrained_ranks(candidates.losses, candidates.objectives, candidates.violations);
  for (std::vector<std::size_t> front : hone::sdk::fronts_of(ranks)) {
    const std::size_t room = std::min(count, candidates.numbers.size()) - kept.size();
    if (room == 0) break;
    if (front.size() > room) {
      std::vector<std::size_t> chosen;
      for (const std::size_t i : least_crowded(points_of(candidates, front), candidates.objectives, room)) {
        chosen.push_back(front[i]);
      }
      front = std::move(chosen);
    }
    const std::vector<double> distances = crowding_distances(points_of(candidates, front), candidates.objectives);
    for (std::size_t i = 0; i < front.size(); ++i) kept.push_back({front[i], ranks[front[i]], distances[i]});
  }
  std::ranges::sort(kept, {}, &Kept::index);
  Elite elite;
  for (const Kept& k : kept) {
    elite.numbers.push_back(candidates.numbers[k.index]);
    elite.ranks.push_back(k.rank);
    elite.crowding.push_back(k.crowding);
  }
  return elite;
}

}  // namespace genetic
