// SPDX-License-Identifier: MIT
// What finished trials have shown of a space that is defined by running.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <hone/study_view.hpp>

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
  std::int64_t value_count = 0;
  std::map<std::int64_t, std::unique_ptr<Node>> children{};  ///< by the value's index: those that a finished trial had
  bool ended = false;                                        ///< a finished trial suggested nothing more
  std::int64_t leaves = 1;   ///< at least so many different trials are possible from here
  std::int64_t visited = 0;  ///< so many of them are finished

  /// Nothing is left to try from here.
  bool exhausted() const { return visited == leaves; }
};

/// The tree of all finished trials, of any state. It depends on which they are, not on the order of their arrival.
class TrialTree {
 public:
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

 private:
  void insert(const hone::History& history, std::span<const Step> path, Node& node);

  Node root_;
  std::size_t revision_ = 0;
  std::vector<bool> taken_;
  std::int64_t finished_ = 0;
};

/// The number of values of a parameter.
/// @throws std::invalid_argument if it is continuous, or has more than a million
std::int64_t count_values(std::string_view name, const hone::Distribution& distribution);

/// @throws std::invalid_argument if something else is suggested at the node than `step`
void check_same(const hone::History& history, const Node& node, hone::ParameterId parameter,
                hone::DistributionId distribution);

/// What a finished trial suggested.
std::vector<Step> path_of(const hone::History& history, hone::TrialNumber number);

}  // namespace brute_force
