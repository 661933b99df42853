// SPDX-License-Identifier: MIT
#include "gp_options.hpp"

#include <stdexcept>
#include <string>

namespace gp {

GpOptions::GpOptions(const hone::Options& options, std::size_t objectives)
    : n_startup_trials(options.get<std::size_t>("n_startup_trials")),
      warn_independent_sampling(options.get<bool>("warn_independent_sampling")),
      n_candidates(options.get<std::size_t>("n_candidates")),
      n_local_search(options.get<std::size_t>("n_local_search")),
      trust_region(options.get<bool>("trust_region")) {
  model.kernel = options.get<std::string>("kernel") == "rbf" ? Kernel::rbf : Kernel::matern52;
  const std::string transform = options.get<std::string>("output_transform");
  const OutputTransform plain{.worse_half = WorseHalf::as_is};
  const OutputTransform bounded{.worse_half = WorseHalf::bounded};
  const OutputTransform half_rank;
  const OutputTransform log{.bend = 20.0};
  const OutputTransform power{.worse_half = WorseHalf::bounded, .power = true};
  if (transform == "none") transforms = {plain};
  if (transform == "bounded") transforms = {bounded};
  if (transform == "half_rank") transforms = {half_rank};
  if (transform == "log") transforms = {log};
  if (transform == "power") transforms = {power};
  if (transform == "by_turns") transforms = {half_rank, log};
  // A front lies between the objectives' own optima, about which the other transforms would spread the outputs.
  if (transform == "auto") transforms = objectives > 1 ? std::vector{bounded} : std::vector{half_rank, log};
  model.input_warping = options.get<bool>("input_warping");
  if (trust_region && objectives > 1) {
    throw std::invalid_argument("'trust_region' is about the best trial, but the study has " +
                                std::to_string(objectives) + " objectives; leave it out");
  }
  model.deterministic = options.get<bool>("deterministic_objective");
  model.largest = options.get<Eigen::Index>("n_local_model");
}

}  // namespace gp
