// SPDX-License-Identifier: MIT
#include "constrained_ranks.hpp"

#include <algorithm>

#include <hone/sdk/nondominated_sort.hpp>

namespace genetic {

std::vector<std::uint32_t> constrained_ranks(std::span<const double> losses, std::size_t objectives,
                                             std::span<const double> violations) {
  std::vector<double> feasible;
  std::vector<double> amounts;
  for (std::size_t i = 0; i < violations.size(); ++i) {
    if (violations[i] > 0.0) {
      amounts.push_back(violations[i]);
    } else {
      const auto point = losses.subspan(i * objectives, objectives);
      feasible.insert(feasible.end(), point.begin(), point.end());
    }
  }
  const std::vector<std::uint32_t> fronts =
      feasible.empty() ? std::vector<std::uint32_t>{} : hone::sdk::nondominated_ranks(feasible, objectives);
  const std::uint32_t behind = fronts.empty() ? 0 : std::ranges::max(fronts) + 1;
  std::ranges::sort(amounts);
  const auto repeated = std::ranges::unique(amounts);
  amounts.erase(repeated.begin(), repeated.end());

  std::vector<std::uint32_t> ranks(violations.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (violations[i] > 0.0) {
      const auto place = std::ranges::lower_bound(amounts, violations[i]) - amounts.begin();
      ranks[i] = behind + static_cast<std::uint32_t>(place);
    } else {
      ranks[i] = fronts[next++];
    }
  }
  return ranks;
}

}  // namespace genetic
