// SPDX-License-Identifier: MIT
// The options of `cmaes` and `catcma`.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <hone/options.hpp>
#include <hone/plugin.hpp>

#include "evolution.hpp"

namespace cmaes {

/// Which of the two samplers: `catcma` draws categorical parameters jointly with the others.
enum class Variant { cmaes, catcma };

struct CmaesOptions {
  /// @throws std::invalid_argument for options that exclude each other
  CmaesOptions(Variant variant, const hone::Host& host, const hone::Options& options);

  bool has_source() const { return !source_trials.is_null() || !source_study.empty(); }

  Variant variant;
  std::size_t n_startup_trials;
  bool consider_pruned_trials;
  bool warn_independent_sampling;
  bool with_margin;
  std::optional<Eigen::Index> popsize;
  EvolutionSettings settings;
  std::map<std::string, double, std::less<>> x0;
  hone::Json source_trials;  ///< null or a list
  std::string source_study;  ///< empty for none
  std::shared_ptr<hone::Storage> source_storage;
  std::string text;  ///< of all that the state depends on: a study that changes it begins a new evolution

 private:
  void read_x0(const hone::Json& given);
  void read_variants(const hone::Options& options);
  void read_source(const hone::Options& options);
};

}  // namespace cmaes
