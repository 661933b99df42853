// SPDX-License-Identifier: MIT
// The sampler `catcma`.
#include <hone/sdk/plugin.hpp>

#include "cmaes_sampler.hpp"

namespace {

class Catcma final : public cmaes::CmaesSampler {
 public:
  Catcma(const hone::FactoryContext& context, const hone::Options& options)
      : CmaesSampler(cmaes::Variant::catcma, context, options) {}
};

constexpr const char* restart_strategies[] = {"none", "ipop", "bipop", nullptr};

constexpr hone_option options[] = {
    hone::sdk::int_option("n_startup_trials", "0", "0", nullptr,
                          "finished trials that are drawn at random before the first generation"),
    hone::sdk::or_auto(hone::sdk::int_option("popsize", "\"auto\"", "2", nullptr,
                                             "trials a generation; auto: 4 + 3 ln(parameters), at least the workers")),
    hone::sdk::or_auto(hone::sdk::option("sigma0", hone::OptionType::real, "\"auto\"",
                                         "first standard deviation, as a share of each range; auto: 1/6", "0", nullptr,
                                         1)),
    hone::sdk::or_auto(hone::sdk::option("x0", hone::OptionType::map, "null",
                                         "where numbers begin, {\"x\": 0.5}; null: the middle of each range")),
    hone::sdk::bool_option("with_margin", "true", "keep neighbouring values of ints and steps probable"),
    hone::sdk::enum_option("restart_strategy", "\"bipop\"", restart_strategies,
                           "what follows a run that has converged: nothing, ever larger populations, or those and "
                           "small ones by turns"),
    hone::sdk::float_option("inc_popsize", "2", "1", nullptr, "how much larger the population is after a restart"),
    hone::sdk::bool_option("consider_pruned_trials", "true",
                           "count pruned trials, as worse than completed ones; if not, they are passed over"),
    hone::sdk::or_auto(hone::sdk::option("independent_sampler", hone::OptionType::sampler, "null",
                                         "the sampler for conditional parameters; null: at random")),
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter cannot be drawn jointly"),
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Catcma>(
    {.name = "catcma",
     .version = "1.0",
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
