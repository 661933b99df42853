// SPDX-License-Identifier: MIT
// The parameters that all trials have in common, kept as the history grows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

namespace hone::sdk {

/// The intersection search space: the parameters that every COMPLETE (and PRUNED) trial has with an equal distribution,
/// single-valued ones left out, ascending in name. Pays only for what is new since the last call, and does not depend
/// on the order in which trials arrived.
class IntersectionSpace {
 public:
  explicit IntersectionSpace(bool include_pruned) : include_pruned_(include_pruned) {}

  /// The space of the trials that the view shows now. Valid until the next call. One object serves one history.
  const SearchSpace& update(const HistoryView& view) {
    const History& history = view.all();
    for (const std::uint32_t number : view.changes_since(revision_)) {
      const TrialState state = history.state(number);
      if (state == TrialState::complete || (include_pruned_ && state == TrialState::pruned)) absorb(history, number);
    }
    revision_ = view.revision();
    return space_;
  }

 private:
  // Absorbing a trial twice changes nothing, so a trial that changed several times needs no care.
  void absorb(const History& history, TrialNumber number) {
    if (!seeded_) {
      for (const ParameterId id : history.parameters(number)) {
        const DistributionId distribution = history.distribution_id(number, id);
        if (is_single(history.distribution(distribution))) continue;
        space_.push_back({history.parameter_name(id), &history.distribution(distribution), id, distribution});
      }
      std::ranges::sort(space_, {}, &Parameter::name);
      seeded_ = true;
      return;
    }
    std::erase_if(space_, [&](const Parameter& parameter) {
      return std::isnan(history.value(number, parameter.id)) ||
             history.distribution_id(number, parameter.id) != parameter.distribution_id;
    });
  }

  bool include_pruned_;
  bool seeded_ = false;
  std::size_t revision_ = 0;
  SearchSpace space_;
};

}  // namespace hone::sdk
