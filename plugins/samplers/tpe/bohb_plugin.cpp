// SPDX-License-Identifier: MIT
// The sampler `bohb`: TPE at the highest budget that enough trials have reached, made for Hyperband.
#include <algorithm>
#include <array>

#include "tpe_sampler.hpp"

namespace {

class Bohb final : public tpe::TpeSampler, public hone::PreferredPrunerExtension {
 public:
  Bohb(const hone::FactoryContext& context, const hone::Options& options)
      : TpeSampler(context, options_from(context, options)) {}

  std::string_view preferred_pruner() const override { return "hyperband"; }
  void* query_extension(std::string_view extension) noexcept override {
    return extension == PreferredPrunerExtension::id ? static_cast<PreferredPrunerExtension*>(this) : nullptr;
  }

 private:
  static tpe::TpeOptions options_from(const hone::FactoryContext& context, const hone::Options& options) {
    tpe::TpeOptions result(options, context.directions.size());
    result.name = "bohb";
    result.random_fraction = options.get<double>("random_fraction");
    result.budget.emplace();
    if (!options.is_auto("min_results")) result.budget->min_results = options.get<std::size_t>("min_results");
    return result;
  }
};

// Two of the paper's defaults, and densities and candidates without what makes tpe's narrower: that is for trials that
// are all compared. The weights, the cap on good trials and the tree are tpe's.
constexpr hone_option as_in_the_paper(hone_option option) {
  const std::string_view name = option.name;
  if (name == "n_ei_candidates") {
    option.default_json = "64";
    option.doc = "candidates among which a proposal is chosen; auto: as tpe's";
  }
  if (name == "candidate_width") {
    option.default_json = "1.0";
    option.doc =
        "joint candidates are drawn from kernels so many times as wide as those of the density; auto: as tpe's";
  }
  if (name == "clip_factor_good") {
    option.default_json = "1.0";
    option.doc = "the bound for the kernels of good trials is so many times that width; auto: as tpe's";
  }
  if (name == "clip_factor_rest") {
    option.default_json = "1.0";
    option.doc = "likewise for the kernels of the other trials; auto: as tpe's";
  }
  if (name == "improvement_exponent") {
    option.default_json = "1.0";
    option.doc = "with weights ei a good trial counts by this power of its improvement; auto: as tpe's";
  }
  if (name == "gamma") option.default_json = "0.15";
  return option;
}

constexpr auto options = [] {
  std::array<hone_option, tpe::shared_options.size() + 2> all{
      hone::sdk::or_auto(hone::sdk::int_option("min_results", "\"auto\"", "1", nullptr,
                                               "a budget is modelled once so many trials have reached it; auto: one "
                                               "more than there are parameters, at least 8")),
      hone::sdk::float_option("random_fraction", "0.3333333333333333", "0", "1",
                              "the share of trials that are drawn at random all the same")};
  std::ranges::transform(tpe::shared_options, all.begin() + 2, as_in_the_paper);
  return all;
}();

}  // namespace

// The budgets of all brackets are compared, so it does not model a cohort alone.
using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Bohb>(
    {.name = "bohb",
     .version = "1.4",
     .description = "TPE at the highest budget that enough trials have reached; prunes by hyperband unless told other",
     .references = "Falkner, Klein, Hutter: BOHB, Robust and Efficient Hyperparameter Optimization at Scale, ICML 2018",
     .capabilities = Capability::portable | Capability::constraints | Capability::conditional | Capability::categorical,
     .options = options}));
