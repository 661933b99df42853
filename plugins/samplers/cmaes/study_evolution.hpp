// SPDX-License-Identifier: MIT
// The evolution on one space of a study, as far as the history shows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <hone/plugin.hpp>
#include <hone/study_view.hpp>

#include "cmaes_options.hpp"
#include "evolution.hpp"
#include "generation_fact.hpp"
#include "trial_pool.hpp"

namespace cmaes {

/// Follows the published generations of one space, and publishes the next one when it is complete. A cache: a fresh
/// object comes to the same state.
class StudyEvolution {
 public:
  /// `host` and `options` outlive the object.
  StudyEvolution(const hone::Host& host, const CmaesOptions& options, const hone::SearchSpace& space);

  /// The values of the space's parameters, in its order. Valid until the next call.
  const std::vector<double>& propose(const hone::StudyView& study, hone::TrialNumber number);

 private:
  std::string start_text(const hone::StudyView& study, hone::TrialNumber number) const;
  void start(const hone::StudyView& study, hone::TrialNumber number);
  bool advance(const hone::StudyView& study, hone::TrialNumber number);
  std::optional<GenerationFact> choose(const hone::History& history, hone::TrialNumber number);

  const hone::Host& host_;
  const CmaesOptions& options_;
  hone::SearchSpace space_;
  std::string key_;
  std::optional<TrialPool> pool_;
  std::optional<Evolution> evolution_;
};

}  // namespace cmaes
