// SPDX-License-Identifier: MIT
// The sampler `catcma`.
#include <hone/sdk/plugin.hpp>

#include "cmaes_sampler.hpp"
#include "evolution_options.hpp"

namespace {

class Catcma final : public cmaes::CmaesSampler {
 public:
  Catcma(const hone::FactoryContext& context, const hone::Options& options)
      : CmaesSampler(cmaes::Variant::catcma, context, options) {}
};

namespace option = cmaes::option;
constexpr hone_option options[] = {
    option::n_startup_trials,
    option::popsize,
    option::sigma0,
    option::x0,
    option::with_margin,
    option::restart_strategy,
    option::inc_popsize,
    option::consider_pruned_trials,
    option::independent_sampler("the sampler for conditional parameters; null: at random"),
    option::warn_independent_sampling,
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Catcma>(
    {.name = "catcma",
     .version = "1.1",
     .description = "CMA-ES that adapts the probabilities of choices as well, for mixed spaces",
     .references =
         "Hamano, Saito, Nomura, Uchida, Shirakawa: CatCMA, Stochastic Optimization for Mixed-Category Problems, "
         "GECCO 2024\n"
         "Hamano, Nomura, Saito, Uchida, Shirakawa: CatCMA with Margin, arXiv 2504.07884\n"
         "Akimoto, Shirakawa, Yoshinari, Uchida, Saito, Nishida: Adaptive Stochastic Natural Gradient Method for "
         "One-Shot Neural Architecture Search, ICML 2019\n"
         "Hansen: The CMA Evolution Strategy, A Tutorial, arXiv 1604.00772",
     .capabilities = Capability::same_platform | Capability::constraints | Capability::categorical |
                     Capability::models_cohort,
     .options = options}));
