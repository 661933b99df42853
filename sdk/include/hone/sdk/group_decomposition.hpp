// SPDX-License-Identifier: MIT
// Parameters grouped by the trials that have them, kept as the history grows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

namespace hone::sdk {

/// Splits the parameters of conditional spaces into groups: two parameters are in one group when exactly the same
/// COMPLETE (and PRUNED) trials have them. Every parameter ever seen is in one group, with the distribution that it had
/// in the trial of the highest number. Does not depend on the order in which trials arrived.
class GroupDecomposition {
 public:
  explicit GroupDecomposition(bool include_pruned) : include_pruned_(include_pruned) {}

  /// The groups of the trials that the view shows now: ascending in name within a group, groups by their first name,
  /// single-valued parameters and empty groups left out. Valid until the next call. One object serves one history.
  const std::vector<SearchSpace>& update(const HistoryView& view) {
    const History& history = view.all();
    bool changed = false;
    for (const std::uint32_t number : view.changes_since(revision_)) {
      const TrialState state = history.state(number);
      if (state != TrialState::complete && !(include_pruned_ && state == TrialState::pruned)) continue;
      const bool groups_changed = split(history, number);
      const bool distributions_changed = note_distributions(history, number);
      changed = changed || groups_changed || distributions_changed;
    }
    revision_ = view.revision();
    if (changed) spaces_ = as_spaces(history);
    return spaces_;
  }

 private:
  using Group = std::vector<ParameterId>;  // ascending
  struct Latest {
    TrialNumber number;
    DistributionId distribution;
  };

  // Each group falls apart into what the trial has of it and what it has not; the rest of the trial is a new group.
  bool split(const History& history, TrialNumber number) {
    const auto parameters = history.parameters(number);
    Group rest(parameters.begin(), parameters.end());
    std::ranges::sort(rest);
    bool changed = false;
    std::vector<Group> next;
    for (const Group& group : groups_) {
      Group with, without, others;
      std::ranges::set_intersection(group, rest, std::back_inserter(with));
      std::ranges::set_difference(group, rest, std::back_inserter(without));
      std::ranges::set_difference(rest, group, std::back_inserter(others));
      changed = changed || (!with.empty() && !without.empty());
      if (!with.empty()) next.push_back(std::move(with));
      if (!without.empty()) next.push_back(std::move(without));
      rest = std::move(others);
    }
    if (!rest.empty()) {
      next.push_back(std::move(rest));
      changed = true;
    }
    groups_ = std::move(next);
    return changed;
  }

  bool note_distributions(const History& history, TrialNumber number) {
    bool changed = false;
    for (const ParameterId id : history.parameters(number)) {
      const DistributionId distribution = history.distribution_id(number, id);
      const auto [known, is_new] = latest_.try_emplace(id, Latest{number, distribution});
      if (!is_new && number < known->second.number) continue;
      changed = changed || is_new || known->second.distribution != distribution;
      known->second = {number, distribution};
    }
    return changed;
  }

  std::vector<SearchSpace> as_spaces(const History& history) const {
    std::vector<SearchSpace> spaces;
    for (const Group& group : groups_) {
      SearchSpace space;
      for (const ParameterId id : group) {
        const DistributionId distribution = latest_.at(id).distribution;
        if (is_single(history.distribution(distribution))) continue;
        space.push_back({history.parameter_name(id), &history.distribution(distribution), id, distribution});
      }
      if (space.empty()) continue;
      std::ranges::sort(space, {}, &Parameter::name);
      spaces.push_back(std::move(space));
    }
    std::ranges::sort(spaces, {}, [](const SearchSpace& space) { return space.front().name; });
    return spaces;
  }

  bool include_pruned_;
  std::size_t revision_ = 0;
  std::vector<Group> groups_;
  std::map<ParameterId, Latest> latest_;
  std::vector<SearchSpace> spaces_;
};

}  // namespace hone::sdk
