// SPDX-License-Identifier: MIT
// The sampler `tpe` as a plugin.
#include <algorithm>
#include <array>

#include "tpe_sampler.hpp"

namespace {

class Tpe final : public tpe::TpeSampler {
 public:
  Tpe(const hone::FactoryContext& context, const hone::Options& options)
      : TpeSampler(context, options_from(context, options)) {}

 private:
  static tpe::TpeOptions options_from(const hone::FactoryContext& context, const hone::Options& options) {
    tpe::TpeOptions result(options, context.directions.size());
    result.n_startup_trials = options.get<std::size_t>("n_startup_trials");
    return result;
  }
};

constexpr auto options = [] {
  std::array<hone_option, tpe::shared_options.size() + 1> all{hone::sdk::int_option(
      "n_startup_trials", "10", "0", nullptr, "finished trials that are drawn at random before the model is used")};
  std::ranges::copy(tpe::shared_options, all.begin() + 1);
  return all;
}();

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Tpe>(
    {.name = "tpe",
     .version = "1.4",
     .description = "models good and bad trials by kernel densities and proposes where they differ most",
     .references =
         "Bergstra, Bardenet, Bengio, Kegl: Algorithms for Hyper-Parameter Optimization, NeurIPS 2011\n"
         "Bergstra, Yamins, Cox: Making a Science of Model Search, ICML 2013\n"
         "Falkner, Klein, Hutter: BOHB, Robust and Efficient Hyperparameter Optimization at Scale, ICML 2018\n"
         "Ozaki et al.: Multiobjective Tree-Structured Parzen Estimator, JAIR 73, 2022\n"
         "Watanabe: Tree-Structured Parzen Estimator: Understanding Its Algorithm Components, arXiv 2304.11127 (2023)",
     .capabilities = Capability::portable | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical | Capability::models_cohort,
     .options = options}));
