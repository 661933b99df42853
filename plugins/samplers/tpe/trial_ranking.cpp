// SPDX-License-Identifier: MIT
#include "trial_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tpe {

Standing complete_standing(std::int64_t number, double value) {
  return {Standing::Class::complete, value, 0.0, number};
}

Standing pruned_standing(std::int64_t number, std::optional<std::pair<std::int64_t, double>> last_report) {
  // A trial that never reported is worse than one that was pruned at its first step.
  if (!last_report) return {Standing::Class::pruned, 1.0, 0.0, number};
  const auto [step, value] = *last_report;
  return {Standing::Class::pruned, -static_cast<double>(step),
          std::isnan(value) ? std::numeric_limits<double>::infinity() : value, number};
}

std::size_t below_count(std::size_t n, double fraction, std::size_t cap) {
  return std::min({static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(n))), cap, n});
}

void TrialRanking::insert(const Standing& standing) {
  const auto [at, is_new] = ordered_.insert(standing);
  if (!is_new) return;
  if (std::next(at) == first_above_) {
    // Between the worst below and the best above: nothing that is below is worse, so it is above.
    first_above_ = at;
  } else if (is_below(standing)) {
    ++below_;
  }
}

void TrialRanking::move_border(std::size_t target, std::vector<std::int64_t>& moved) {
  for (; below_ < target && first_above_ != ordered_.end(); ++below_, ++first_above_) {
    moved.push_back(first_above_->number);
  }
  for (; below_ > target; --below_) {
    --first_above_;
    moved.push_back(first_above_->number);
  }
}

}  // namespace tpe
