// SPDX-License-Identifier: MIT
// Which parameters of a conditional space a trial has, by the values of others: as declared, or learned.
#pragma once

#include <cstddef>
#include <vector>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

#include "tree_learner.hpp"
#include "tree_space.hpp"

namespace tpe {

/// The tree of a study: the declared space's; else what its COMPLETE trials suggest. A parameter that some of them lack
/// hangs on a parent, if there is one that all trials with the parameter have and whose value alone tells which have
/// it: a categorical one by its choices, a numeric one by a threshold. Of several parents the one that the fewest kinds
/// of trials have is taken. What has no parent is *loose*. Parameters whose distribution changes are in neither.
///
/// A function of the trials alone, whatever their order.
class ConditionalTree {
 public:
  /// Takes in what is new.
  void update(const hone::StudyView& study);

  const TreeSpace& tree() const { return tree_; }
  /// The loose parameters, those together that the same trials have.
  const std::vector<hone::SearchSpace>& loose() const { return loose_; }
  /// All of both, ascending in name.
  const hone::SearchSpace& all() const { return all_; }

 private:
  void declare(const hone::StudyView& study);
  void collect();

  std::size_t revision_ = 0;
  bool declared_ = false;
  TreeLearner learner_;
  TreeSpace tree_;
  std::vector<hone::SearchSpace> loose_;
  hone::SearchSpace all_;
};

}  // namespace tpe
