// SPDX-License-Identifier: MIT
// What finished trials have shown of a space that is defined by running.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <hone/study_view.hpp>

#include "parameter_values.hpp"

namespace brute_force {

/// A step of a path: a parameter with one of its values.
struct Step {
  hone::ParameterId parameter;
  hone::DistributionId distribution;
  std::int64_t index;
};

/// A point between two suggestions: what was suggested before leads here.
struct Node {
  /// What is suggested here; nothing where trials have ended, or nobody has been.
  std::optional<hone::ParameterId> parameter{};
  hone::DistributionId distribution = 0;
  std::int64_t first_value = 0;  ///< the least index of those to try
  std::int64_t value_count = 0;
  std::map<std::int64_t, std::unique_ptr<Node>> children{};  ///< by the value's index: those that a finished trial had
  bool ended = false;                                        ///< a finished trial suggested nothing more
  std::int64_t leaves = 1;   ///< at least so many different trials are possible from here
  std::int64_t visited = 0;  ///< so many of them are finished

  /// Nothing is left to try from here.
  bool exhausted() const { return visited == leaves; }
};

/// The tree of all finished trials, of any state, but for those that differ in a fixed parameter. It depends on which
/// they are, not on the order of their arrival.
class TrialTree {
 public:
  explicit TrialTree(ParameterValues values = {}) : values_(std::move(values)) {}

  /// Takes in what is new.
  /// @throws std::invalid_argument if trials that agree so far go on with different parameters or ranges, or if one is
  /// continuous
  void update(const hone::HistoryView& view);

  const Node& root() const { return root_; }
  /// The node that a path leads to; null where no finished trial has been.
  const Node* find(std::span<const Step> path) const;
  /// At least so many trials are needed for all that is possible, those included that repeated others.
  std::int64_t trials_needed() const { return root_.leaves + finished_ - root_.visited; }
  std::int64_t finished() const { return finished_; }
  /// Whether a trial, of any state, has another value of a fixed parameter.
  bool is_elsewhere(const hone::History& history, hone::TrialNumber number) const { return !path_of(history, number); }
  const ParameterValues& values() const { return values_; }

 private:
  /// What a trial suggested; nothing if a fixed parameter has another value.
  std::optional<std::vector<Step>> path_of(const hone::History& history, hone::TrialNumber number) const;
  void insert(const hone::History& history, std::span<const Step> path, Node& node);

  ParameterValues values_;
  Node root_;
  std::size_t revision_ = 0;
  std::vector<bool> taken_;
  std::int64_t finished_ = 0;
};

/// @throws std::invalid_argument if something else is suggested at the node than `step`
void check_same(const hone::History& history, const Node& node, hone::ParameterId parameter,
                hone::DistributionId distribution);

}  // namespace brute_force
