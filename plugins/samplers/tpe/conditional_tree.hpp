// SPDX-License-Identifier: MIT
// Which parameters of a conditional space a trial has, by the values of others: as declared, or learned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

namespace tpe {

/// One thing that must hold for a parameter to be active: another one is, and has one of these values.
struct Clause {
  std::size_t parent;          ///< its column
  std::vector<double> values;  ///< internal representations; empty: the range counts
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  /// Of the parent's value, NaN if it is not active.
  bool accepts(double value) const;
};

/// Parameters with what each depends on.
struct TreeSpace {
  hone::SearchSpace space;                // ascending in name
  std::vector<std::vector<Clause>> when;  // by column; all must hold
  std::vector<std::size_t> order;         // all columns, parents first

  bool conditional() const;
  /// Makes NaN what a row has no use for: each parameter of which a clause does not hold.
  void clear_inactive(std::span<double> row) const;
  /// The part of it that has these parameters. A clause about another one is taken to hold.
  TreeSpace restricted_to(const hone::SearchSpace& wanted) const;
};

/// The tree of a study: the declared space's; else what its COMPLETE trials suggest. A parameter that some of them lack
/// hangs on a parent, if there is one that all trials with the parameter have and whose value alone tells which have
/// it: a categorical one by its choices, a numeric one by a threshold. Of several parents the one that the fewest kinds
/// of trials have is taken. What has no parent is *loose*. Parameters whose distribution changes are in neither.
///
/// A function of the trials alone, and cheap to keep: trials with the same parameters are kept as the ranges that their
/// values had.
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
  /// The values that a parameter had in the trials of one kind.
  struct Seen {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    std::vector<std::uint8_t> choices;  // categorical: by choice
  };
  /// The trials with the same parameters.
  using Kind = std::map<hone::ParameterId, Seen>;
  struct Known {
    hone::DistributionId distribution;
    bool varies = false;
  };

  void declare(const hone::StudyView& study);
  bool absorb(const hone::History& history, hone::TrialNumber number);
  bool note_value(Seen& seen, const hone::Distribution& distribution, double value) const;
  void learn(const hone::History& history);
  std::vector<bool> kinds_with(hone::ParameterId id) const;
  std::optional<Clause> clause(const hone::History& history, hone::ParameterId child, hone::ParameterId parent) const;
  void collect();

  std::size_t revision_ = 0;
  bool declared_ = false;
  std::map<std::vector<hone::ParameterId>, Kind> kinds_;
  std::map<hone::ParameterId, Known> known_;
  TreeSpace tree_;
  std::vector<hone::SearchSpace> loose_;
  hone::SearchSpace all_;
};

}  // namespace tpe
