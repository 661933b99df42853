// SPDX-License-Identifier: MIT
// The sampler `cmaes`.
#include <hone/sdk/plugin.hpp>

#include "cmaes_sampler.hpp"
#include "evolution_options.hpp"

namespace {

class Cmaes final : public cmaes::CmaesSampler {
 public:
  Cmaes(const hone::FactoryContext& context, const hone::Options& options)
      : CmaesSampler(cmaes::Variant::cmaes, context, options) {}
};

namespace option = cmaes::option;
constexpr hone_option options[] = {
    option::n_startup_trials,
    option::popsize,
    option::sigma0,
    option::x0,
    option::with_margin,
    hone::sdk::bool_option("use_separable_cma", "false", "learn variances alone: linear in the number of parameters"),
    hone::sdk::bool_option("lr_adapt", "false", "learning rates that adapt to noise and many optima"),
    option::restart_strategy,
    option::inc_popsize,
    hone::sdk::or_auto(hone::sdk::option("source_trials", hone::OptionType::list, "null",
                                         "results of a similar problem to begin from, [{\"params\": {\"x\": 0.5}, "
                                         "\"value\": 1.25}]")),
    hone::sdk::string_option("source_study", "\"\"", "a study of a similar problem to begin from"),
    hone::sdk::or_auto(
        hone::sdk::option("source_storage", hone::OptionType::storage, "null", "where the source study is")),
    option::consider_pruned_trials,
    option::independent_sampler("the sampler for categorical and conditional parameters; null: at random"),
    option::warn_independent_sampling,
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Cmaes>(
    {.name = "cmaes",
     .version = "1.1",
     .description = "adapts a normal distribution to the landscape, generation by generation (CMA-ES)",
     .references =
         "Hansen: The CMA Evolution Strategy, A Tutorial, arXiv 1604.00772\n"
         "Hansen: Benchmarking a BI-population CMA-ES on the BBOB-2009 Function Testbed, GECCO 2009\n"
         "Auger, Hansen: A Restart CMA Evolution Strategy With Increasing Population Size, CEC 2005\n"
         "Ros, Hansen: A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity, PPSN 2008\n"
         "Hansen: Injecting External Solutions Into CMA-ES, arXiv 1110.4181\n"
         "Hamano, Saito, Nomura, Shirakawa: CMA-ES with Margin, GECCO 2022\n"
         "Nomura, Watanabe, Akimoto, Ozaki, Onishi: Warm Starting CMA-ES for Hyperparameter Optimization, AAAI 2021\n"
         "Nomura, Akimoto, Ono: CMA-ES with Learning Rate Adaptation, GECCO 2023",
     .capabilities = Capability::same_platform | Capability::constraints | Capability::models_cohort,
     .options = options}));
