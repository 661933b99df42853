// SPDX-License-Identifier: MIT
#include "cmaes_options.hpp"

#include <stdexcept>

namespace cmaes {
namespace {

RestartStrategy restart_strategy(const std::string& name) {
  if (name == "ipop") return RestartStrategy::ipop;
  return name == "bipop" ? RestartStrategy::bipop : RestartStrategy::none;
}

}  // namespace

CmaesOptions::CmaesOptions(Variant which, const hone::Host& host, const hone::Options& options)
    : variant(which),
      n_startup_trials(options.get<std::size_t>("n_startup_trials")),
      consider_pruned_trials(options.get<bool>("consider_pruned_trials")),
      warn_independent_sampling(options.get<bool>("warn_independent_sampling")),
      with_margin(options.get<bool>("with_margin")) {
  if (!options.is_auto("popsize")) popsize = options.get<Eigen::Index>("popsize");
  if (!options.is_auto("sigma0")) settings.sigma = options.get<double>("sigma0");
  settings.integer_mutation = variant == Variant::catcma && with_margin;
  settings.keeps_best = variant == Variant::catcma;
  settings.restarts = restart_strategy(options.get<std::string>("restart_strategy"));
  settings.population_factor = options.get<double>("inc_popsize");
  read_x0(options.json("x0"));
  const auto add = [&](const char* name) { text += host.to_json_text(options.json(name)) + ';'; };
  for (const char* name :
       {"popsize", "sigma0", "restart_strategy", "inc_popsize", "x0", "with_margin", "consider_pruned_trials"}) {
    add(name);
  }
  if (variant == Variant::catcma) return;
  read_variants(options);
  read_source(options);
  for (const char* name : {"use_separable_cma", "lr_adapt", "source_trials", "source_study"}) add(name);
}

void CmaesOptions::read_x0(const hone::Json& given) {
  if (given.as_object() == nullptr) return;
  for (const auto& [name, value] : *given.as_object()) {
    if (!value.number()) {
      throw std::invalid_argument("option 'x0': the value of '" + name + "' is " + std::string(value.type_name()) +
                                  ", but must be a number");
    }
    x0[name] = *value.number();
  }
}

void CmaesOptions::read_variants(const hone::Options& options) {
  settings.separable = options.get<bool>("use_separable_cma");
  settings.adapt_learning_rates = options.get<bool>("lr_adapt");
  if (settings.separable && settings.adapt_learning_rates) {
    throw std::invalid_argument(
        "options 'use_separable_cma' and 'lr_adapt' exclude each other: the rates adapt to a full covariance matrix; "
        "leave one of them out");
  }
}

void CmaesOptions::read_source(const hone::Options& options) {
  source_trials = options.json("source_trials");
  source_study = options.get<std::string>("source_study");
  source_storage = options.plugin<hone::Storage>("source_storage");
  if (source_study.empty() != (source_storage == nullptr)) {
    throw std::invalid_argument("options 'source_study' and 'source_storage' need each other: a name and where it is");
  }
  if (!source_trials.is_null() && !source_study.empty()) {
    throw std::invalid_argument("options 'source_trials' and 'source_study' exclude each other");
  }
  if (has_source() && (!x0.empty() || !options.is_auto("sigma0") || settings.separable)) {
    throw std::invalid_argument(
        "a source gives the first mean, deviation and covariances, so that 'x0', 'sigma0' and 'use_separable_cma' "
        "cannot be given with it");
  }
}

}  // namespace cmaes
