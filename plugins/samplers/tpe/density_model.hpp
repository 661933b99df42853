// SPDX-License-Identifier: MIT
// The two densities of one joint space, kept in step with a history, and the proposal that they lead to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <hone/random.hpp>
#include <hone/search_space.hpp>

#include "categorical_distance.hpp"
#include "conditional_tree.hpp"
#include "parzen_estimator.hpp"
#include "trial_log.hpp"

namespace tpe {

/// Which trials a model is made of.
enum class Rows {
  complete,  ///< those that have all of its parameters
  partial,   ///< those that have any of them
};

/// l(x) of the trials below and g(x) of those above, over the parameters of one space.
class DensityModel {
 public:
  DensityModel(std::vector<hone::Parameter> space, const ParzenOptions& below, const ParzenOptions& above,
               const CategoricalDistance& distance = {}, Rows rows = Rows::complete);

  const std::vector<hone::Parameter>& space() const { return space_; }

  /// Takes in what has changed in the log since the last call.
  void update(const hone::History& history, const TrialLog& log);

  /// Draws `candidates` rows from l(x) and returns the one with the greatest ratio l(x) / g(x), by which expected
  /// improvement grows (Bergstra et al. 2011, eq. 6). One stream for the components, one for each parameter.
  ///
  /// With a tree of the same space a candidate has the parameters of one path, NaN for the others, and the densities
  /// are those on the path: a draw of all parameters from one kernel, of which those on the path are kept, is a draw of
  /// the path. The path is chosen first, by the ratio of the parameters that decide on paths alone: over whole paths,
  /// the one with the most parameters, or the most trials near to each other, has the greatest ratio whatever was
  /// tried. Then the best candidate on it.
  std::vector<double> propose(std::size_t candidates, hone::RandomStream components,
                              std::vector<hone::RandomStream> parameters, const TreeSpace* tree = nullptr);

  /// log l(x) and log g(x) of rows, one after another.
  void log_densities(std::span<const double> rows, std::span<double> log_below, std::span<double> log_above) {
    below_.log_density(rows, log_below);
    above_.log_density(rows, log_above);
  }

 private:
  struct Streams {
    hone::RandomStream components;
    std::vector<hone::RandomStream> parameters;
  };
  void draw_on_paths(Streams& streams, const TreeSpace& tree, std::span<double> rows);
  std::vector<double> draw_on_best_path(std::size_t candidates, Streams& streams, const TreeSpace& tree);
  std::size_t best_of(std::span<const double> rows);
  std::vector<double> best_path(std::span<const double> rows, const TreeSpace& tree);
  bool row_of(const hone::History& history, hone::TrialNumber number, std::vector<double>& row) const;
  void change(const hone::History& history, hone::TrialNumber number, Role role);
  void weigh(const TrialLog& log);
  void rebuild(const hone::History& history, std::span<const Role> roles);
  ParzenEstimator& estimator(Role role) { return role == Role::below ? below_ : above_; }

  std::vector<hone::Parameter> space_;
  bool by_improvement_;
  Rows rows_;
  ParzenEstimator below_;
  ParzenEstimator above_;
  std::vector<Role> held_;  // by number: the estimator that has the trial
  std::uint64_t changes_seen_ = 0;
  std::vector<double> row_;
};

}  // namespace tpe
