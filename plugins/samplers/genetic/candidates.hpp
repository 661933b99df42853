// SPDX-License-Identifier: MIT
// Finished trials as a selection sees them: losses and violations.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <hone/history.hpp>
#include <hone/types.hpp>

namespace genetic {

/// Trials among which a selection chooses, in ascending order of their numbers.
struct Candidates {
  std::size_t objectives = 1;
  std::vector<hone::TrialNumber> numbers;
  std::vector<double> losses;      ///< minimised, whatever the directions; `objectives` a trial
  std::vector<double> violations;  ///< one a trial; 0 where all constraints hold

  std::span<const double> point(std::size_t i) const { return std::span(losses).subspan(i * objectives, objectives); }
};

/// Whether a trial can be a candidate: it is COMPLETE and has values.
inline bool is_candidate(const hone::History& history, hone::TrialNumber number) {
  return history.state(number) == hone::TrialState::complete && !history.values(number).empty();
}

/// The candidates among these trials. Violations of several constraints are added up after each has been divided by
/// the median of the positive ones of its constraint, so that a constraint's unit plays no role.
Candidates candidates_from(const hone::History& history, std::span<const hone::Direction> directions,
                           std::vector<hone::TrialNumber> numbers);

/// The points of some candidates, one after another.
std::vector<double> points_of(const Candidates& candidates, std::span<const std::size_t> indices);

/// Makes infinite losses finite: three times the extent of the finite ones beyond these, objective by objective, so
/// that a front can be brought to one scale.
void clip_infinite(std::span<double> losses, std::size_t objectives);

}  // namespace genetic
