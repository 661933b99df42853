// SPDX-License-Identifier: MIT
// Learns from trials which parameters of a conditional space hang on which others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

#include "tree_space.hpp"

namespace tpe {

/// The values that a parameter had in some trials.
struct SeenValues {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  std::vector<std::uint8_t> choices;  ///< categorical: by choice

  /// Says whether the value is a new choice, or outside the range so far.
  bool add(const hone::Distribution& distribution, double value);
};

/// Takes in trials one by one, at a cost that does not grow with the kinds of trials that there were: parameters that
/// the same trials have are a *set*, and what the values of a possible parent tell about it is kept only as long as
/// they tell anything, for what was ambiguous once stays so. What comes out does not depend on the order of the trials.
class TreeLearner {
 public:
  /// Says whether the tree may have changed. Absorbing a trial twice changes nothing.
  bool absorb(const hone::History& history, hone::TrialNumber number);
  /// Writes the parameters with what they hang on, and those that hang on nothing known, set by set.
  void learn(const hone::History& history, TreeSpace& tree, std::vector<hone::SearchSpace>& loose) const;

 private:
  // Parameters are named by their places in known_ from here on.
  struct Known {
    hone::ParameterId id;
    hone::DistributionId distribution;
    bool varies = false;
    SeenValues seen = {};  // in all trials
  };
  // A parent's values in the trials that have the parameters of a set, and in those that have the parent alone.
  struct Sides {
    SeenValues with = {}, without = {};
    bool overlap() const;
  };
  // The parameters that the same trials have.
  struct Set {
    std::vector<std::size_t> members;           // never empty
    std::size_t kinds = 0;                      // so many kinds of trials have them
    std::map<std::size_t, Sides> parents = {};  // those that still tell; none while all trials have the set
  };
  struct Candidate {
    hone::Parameter parameter;
    std::size_t place;
    std::size_t set;
  };

  // Candidates by their places in the list of all.
  struct Placing {
    std::vector<std::size_t> placed;                 // those in the tree, parents first
    std::vector<std::optional<Clause>> clauses;      // of each, what it hangs on
    std::map<std::size_t, hone::SearchSpace> loose;  // the others, by set
  };

  void refine(const std::vector<double>& row, std::size_t first_new);
  bool add_values(const hone::History& history, const std::vector<double>& row);
  std::vector<Candidate> candidates(const hone::History& history) const;
  Placing place(const hone::History& history, const std::vector<Candidate>& all) const;
  static std::optional<Clause> clause(const hone::Distribution& parent, const Sides& sides);

  std::set<std::vector<hone::ParameterId>> kinds_;  // trials are of one kind if they have the same parameters
  std::map<hone::ParameterId, std::size_t> places_;
  std::vector<Known> known_;
  std::vector<Set> sets_;
};

}  // namespace tpe
