// SPDX-License-Identifier: MIT
// A chain of CMA-ES runs on parameters: what trials draw, and what a generation's results make of the state.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include <Eigen/Core>

#include <hone/types.hpp>

#include "categorical_distribution.hpp"
#include "cma_es.hpp"
#include "coordinates.hpp"
#include "restarts.hpp"
#include "standing.hpp"
#include "stopping.hpp"

namespace cmaes {

/// How an evolution begins, and what does not change in it.
struct EvolutionSettings {
  Eigen::Index lambda = 0;
  double sigma = 1.0 / 6.0;           ///< of a parameter's range
  std::optional<double> first_sigma;  ///< of the first run, if it is another
  Eigen::VectorXd mean;               ///< in [0, 1]
  std::optional<Eigen::MatrixXd> C;   ///< of the first run; the unit matrix if not given
  bool separable = false;
  bool integer_mutation = false;  ///< integers as in CatCMA with margin: centered, with a memory of mutations
  bool keeps_best = false;        ///< the best result of a run counts in the next generations as well
  bool adapt_learning_rates = false;
  RestartStrategy restarts = RestartStrategy::bipop;
  double population_factor = 2.0;
  std::uint64_t seed = 0;
};

/// A trial's result as the evolution takes it.
struct Result {
  Standing standing;
  std::vector<double> values;  ///< of the parameters, in their order
};

/// The state is a function of the settings and of the generations that it was told; a draw of the state and of the
/// trial's number.
class Evolution {
 public:
  Evolution(Coordinates coordinates, EvolutionSettings settings);

  /// The number of results that make up the current generation.
  Eigen::Index lambda() const { return es_.parameters().lambda; }
  /// Generations told so far, over all runs.
  std::int64_t generation() const { return generation_; }
  /// Restarts so far.
  std::int64_t run() const { return restarts_.current().number; }
  const CmaEs& es() const { return es_; }

  /// The values that a trial draws from the current state.
  const std::vector<double>& propose(hone::TrialNumber number);

  /// One generation, the best first. Beyond lambda() results the worst do not count. Results that were not drawn from
  /// the current state (late ones, enqueued ones) are injected.
  void tell(std::span<const Result> results);

  /// Whether the values were drawn from a state before the last restart. Told for a while after it.
  bool is_of_earlier_run(const Result& result);

  /// Of the current run's results, the one that counts again in the next generation if it is not too old by then.
  const std::optional<Result>& best() const { return best_; }
  /// The point that a result is told as: the one that it was drawn as, or, of one to inject, one of the current
  /// distribution that has its values, unless that is farther away than a long step and moves toward the mean.
  Eigen::VectorXd preimage(const Result& result);
  /// The margin's, by coordinate: a discrete one's value is that at mean + (x - mean) scale.
  const Eigen::VectorXd& scale() const { return scale_; }

 private:
  // What trials were or are drawn from.
  struct Source {
    std::int64_t generation;
    std::int64_t run;
    SearchDistribution distribution;
    Eigen::VectorXd scale;           // of the margin
    std::vector<Eigen::VectorXd> q;  // of the categorical parameters
  };
  // What a trial's random stream gives, whatever the state.
  struct Randoms {
    Eigen::VectorXd z;
    std::vector<double> u;
  };
  struct Drawn {
    std::int64_t generation;
    Eigen::VectorXd x;
    std::vector<double> values;
  };
  struct Found {
    const Source* source;
    Eigen::VectorXd x;
  };

  CmaEs first_es() const;
  CmaEs restarted_es() const;
  CategoricalDistribution uniform_choices() const;
  Randoms randoms(hone::TrialNumber number) const;
  std::vector<double> values_at(const Source& source, const Eigen::VectorXd& x, const std::vector<double>& u) const;
  std::optional<Found> find_source(const Result& result);
  Eigen::VectorXd rebased(Eigen::VectorXd x, const Source& source) const;
  Eigen::VectorXd inverse(const std::vector<double>& values) const;
  std::vector<Result> with_best(std::span<const Result> results);
  void center_integers(Eigen::MatrixXd& X);
  void tell_choices(std::span<const Result> results);
  void correct_margins();
  void correct_margin(Eigen::Index j, Eigen::VectorXd& mean, double deviation, double alpha);
  void restart();
  void push_source();

  Coordinates coordinates_;
  EvolutionSettings settings_;
  Restarts restarts_;
  CmaEs es_;
  StoppingCriteria stopping_;
  Eigen::VectorXd scale_;
  Eigen::VectorXd mutation_rate_;
  std::vector<bool> mutated_;    // coordinates that the better half of a generation has changed
  std::optional<Result> best_;   // of the current run
  std::int64_t best_since_ = 0;  // generation
  CategoricalDistribution categories_;
  std::int64_t generation_ = 0;
  std::int64_t evaluations_ = 0;  // of the current run
  std::deque<Source> sources_;    // the newest last
  std::unordered_map<hone::TrialNumber, Drawn> drawn_;
};

}  // namespace cmaes
