// SPDX-License-Identifier: MIT
// The kernels of one categorical parameter: a distribution over its choices about each observation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tpe {

/// The observed choice gets 1 + p / K, every other p / K, normalised, with the prior weight p and K kernels. So there
/// are but two probabilities for all kernels.
///
/// With distances between choices, a choice that is farther away gets less: exp(-(d / D)^2 log(K / p) log(C) / log(6)),
/// normalised, where d is its distance from the observed one, D the greatest distance from there and C the number of
/// choices (as Optuna 4 did with its categorical_distance_func).
///
/// The prior's kernel is uniform; so is that of an observation that has no choice.
struct CategoricalKernels {
  /// @param distance  row by row from the observed choice to every other; empty: all are equally far
  explicit CategoricalKernels(std::size_t choice_count, std::vector<double> distance = {});

  /// Brings up to date what follows. `prior` says whether the prior is one of the kernels.
  void refresh(double prior_weight, bool prior);
  /// A draw from the kernel about a choice, or about none, by inversion of v in [0, 1).
  double draw(std::uint32_t about, double v) const;

  /// The observed choice of a value; that of NaN is none.
  std::uint32_t choice_of(double value) const;
  std::uint32_t none() const { return static_cast<std::uint32_t>(choices); }

  void assign(std::vector<std::uint32_t> by_slot);
  void insert(std::size_t slot, std::uint32_t choice);
  void erase(std::size_t slot);

  std::size_t choices;
  std::vector<double> distances;        // as shares of the greatest in their row
  std::vector<std::uint32_t> observed;  // by slot
  std::size_t present = 0;              // so many slots have a choice

  // Valid after `refresh`.
  double match = 0.0;             // without distances: the probability of a kernel's own choice
  double other = 0.0;             // and of each other choice
  double log_greatest = 0.0;      // the log of the greatest probability that any kernel gives
  std::vector<double> penalties;  // [choice][about]: the log probability less that

 private:
  double probability(std::size_t about, std::size_t choice) const;

  std::vector<double> probabilities_;  // [about][choice], with distances
};

}  // namespace tpe
