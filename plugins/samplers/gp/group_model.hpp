// SPDX-License-Identifier: MIT
// The model of the parameters that occur together.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

#include "coordinates.hpp"
#include "gp_options.hpp"
#include "output_model.hpp"

namespace gp {

/// Follows the COMPLETE trials that have all parameters of a space, and proposes values for them. A cache: a new object
/// that is shown the same trials proposes the same.
class GroupModel {
 public:
  /// `options` outlives the object; names and distributions of the space are borrowed from the history.
  GroupModel(const GpOptions& options, hone::SearchSpace space, std::span<const hone::Direction> directions);

  /// Takes in what is new.
  void update(const hone::HistoryView& view);
  /// How many trials it is about.
  std::size_t size() const { return observations_.numbers.size(); }

  /// One value per parameter of the space.
  std::vector<double> propose(const hone::StudyView& study, const hone::TrialView& trial);

 private:
  bool take(const hone::History& history, hone::TrialNumber number);

  const GpOptions& options_;
  hone::SearchSpace space_;
  std::vector<hone::Direction> directions_;
  Coordinates coordinates_;
  std::size_t revision_ = 0;
  Observations observations_;
  OutputModel objective_;
};

}  // namespace gp
