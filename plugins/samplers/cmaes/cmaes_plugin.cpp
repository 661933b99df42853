// SPDX-License-Identifier: MIT
// The sampler `cmaes`.
#include <hone/sdk/plugin.hpp>

#include "cmaes_sampler.hpp"

namespace {

class Cmaes final : public cmaes::CmaesSampler {
 public:
  Cmaes(const hone::FactoryContext& context, const hone::Options& options)
      : CmaesSampler(cmaes::Variant::cmaes, context, options) {}
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
                                         "where to begin, {\"x\": 0.5}; null: the middle of each range")),
    hone::sdk::bool_option("with_margin", "true",
                           "keep neighbouring values of ints and steps probable (CMA-ES with margin)"),
    hone::sdk::bool_option("use_separable_cma", "false", "learn variances alone: linear in the number of parameters"),
    hone::sdk::bool_option("lr_adapt", "false", "learning rates that adapt to noise and many optima"),
    hone::sdk::enum_option("restart_strategy", "\"bipop\"", restart_strategies,
                           "what follows a run that has converged: nothing, ever larger populations, or those and "
                           "small ones by turns"),
    hone::sdk::float_option("inc_popsize", "2", "1", nullptr, "how much larger the population is after a restart"),
    hone::sdk::or_auto(hone::sdk::option("source_trials", hone::OptionType::list, "null",
                                         "results of a similar problem to begin from, [{\"params\": {\"x\": 0.5}, "
                                         "\"value\": 1.25}]")),
    hone::sdk::string_option("source_study", "\"\"", "a study of a similar problem to begin from"),
    hone::sdk::or_auto(
        hone::sdk::option("source_storage", hone::OptionType::storage, "null", "where the source study is")),
    hone::sdk::bool_option("consider_pruned_trials", "true",
                           "count pruned trials, as worse than completed ones; if not, they are passed over"),
    hone::sdk::or_auto(hone::sdk::option("independent_sampler", hone::OptionType::sampler, "null",
                                         "the sampler for categorical and conditional parameters; null: at random")),
    hone::sdk::bool_option("warn_independent_sampling", "false", "warn when a known parameter cannot be drawn jointly"),
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Cmaes>(
    {.name = "cmaes",
     .version = "1.0",
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
