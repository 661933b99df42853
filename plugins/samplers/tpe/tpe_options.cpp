// SPDX-License-Identifier: MIT
#include "tpe_options.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace tpe {
namespace {

bool like_optuna(const hone::Options& options) { return options.get<std::string>("compatible") == "optuna"; }

std::optional<std::size_t> candidates_of(const hone::Options& options) {
  if (!options.is_auto("n_ei_candidates")) return options.get<std::size_t>("n_ei_candidates");
  return like_optuna(options) ? std::optional<std::size_t>(24) : std::nullopt;
}

// Of an option that is a number or "auto".
double number_of(const hone::Options& options, const char* name, double own, double optunas) {
  if (!options.is_auto(name)) return options.get<double>(name);
  return like_optuna(options) ? optunas : own;
}

ConditionalModel conditional_of(const hone::Options& options, bool multivariate) {
  const bool group = options.get<bool>("group");
  if (options.is_auto("conditional")) {
    if (group && !multivariate) {
      throw std::invalid_argument(
          "option 'group' needs 'multivariate': groups are drawn jointly; leave multivariate out or set it to true");
    }
    if (group) return ConditionalModel::group;
    return multivariate && !like_optuna(options) ? ConditionalModel::tree : ConditionalModel::independent;
  }
  const auto name = options.get<std::string>("conditional");
  if (group && name != "group") {
    throw std::invalid_argument("option 'group' is true and 'conditional' is \"" + name +
                                "\": they say the same thing in two ways; leave 'group' out");
  }
  if (name == "independent") return ConditionalModel::independent;
  if (!multivariate) {
    throw std::invalid_argument("option 'conditional' is \"" + name +
                                "\", which draws jointly and needs 'multivariate'; set it to true");
  }
  return name == "group" ? ConditionalModel::group : ConditionalModel::tree;
}

SplitRule split_of(const hone::Options& options, std::size_t objectives) {
  // 25 is hyperopt's. A front of several objectives has need of more.
  const std::size_t cap = objectives == 1 ? 25 : std::numeric_limits<std::size_t>::max();
  const bool plain =
      options.is_auto("violations") ? like_optuna(options) : options.get<std::string>("violations") == "plain";
  return {.gamma = options.is_auto("gamma") ? 0.1 : options.get<double>("gamma"),
          .cap = options.is_auto("gamma_cap") ? cap : options.get<std::size_t>("gamma_cap"),
          .use_pending = options.get<bool>("constant_liar"),
          .violations = plain ? ViolationSum::plain : ViolationSum::normalized};
}

ParzenOptions parzen_of(const hone::Options& options, bool below, std::size_t objectives) {
  ParzenOptions result{.consider_prior = options.get<bool>("consider_prior"),
                       .prior_weight = options.get<double>("prior_weight"),
                       .magic_clip = options.get<bool>("consider_magic_clip"),
                       .least_share = options.get<double>("min_bandwidth_factor"),
                       .clip_exponent = options.get<double>("magic_clip_exponent"),
                       .clip_factor = below ? number_of(options, "clip_factor_good", 0.5, 1.0)
                                            : number_of(options, "clip_factor_rest", 0.82, 1.0),
                       .endpoints = options.get<bool>("consider_endpoints"),
                       .weights = WeightRule::uniform,
                       .improvement_exponent = number_of(options, "improvement_exponent", 6.0, 1.0),
                       .draw_width = number_of(options, "candidate_width", 0.6, 1.0)};
  std::string weights;
  if (!options.is_auto("weights")) {
    weights = options.get<std::string>("weights");
  } else {
    // With several objectives there is no improvement to weigh by.
    weights = like_optuna(options) || objectives > 1 ? "ramp" : "ei";
  }
  // A front has no newer and older points, and none is better.
  const bool front = below && objectives > 1;
  if (weights == "ramp" && !front) result.weights = WeightRule::ramp;
  if (weights == "ei" && below && !front) result.weights = WeightRule::improvement;
  return result;
}

}  // namespace

TpeOptions::TpeOptions(const hone::Options& options, std::size_t objectives)
    : n_ei_candidates(candidates_of(options)),
      multivariate(options.is_auto("multivariate") ? objectives == 1 : options.get<bool>("multivariate")),
      conditional(conditional_of(options, multivariate)),
      warn_independent_sampling(options.get<bool>("warn_independent_sampling")),
      split(split_of(options, objectives)),
      above(parzen_of(options, /*below=*/false, objectives)),
      below(parzen_of(options, /*below=*/true, objectives)),
      distance(options.json("categorical_distance")) {}

std::size_t TpeOptions::candidates(std::span<const hone::Parameter> space) const {
  if (n_ei_candidates) return *n_ei_candidates;
  const auto continuous = std::ranges::count_if(space, [](const hone::Parameter& parameter) {
    const auto* real = std::get_if<hone::FloatDistribution>(parameter.distribution);
    return real != nullptr && !real->step;
  });
  return space.size() > 1 && 2 * static_cast<std::size_t>(continuous) > space.size() ? 128 : 24;
}

}  // namespace tpe
