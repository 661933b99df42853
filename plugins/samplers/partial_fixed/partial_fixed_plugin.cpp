// SPDX-License-Identifier: MIT
// The sampler `partial_fixed`: some parameters have one value, another sampler proposes the rest.
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include <hone/distribution_json.hpp>
#include <hone/sdk/fixed_parameters.hpp>
#include <hone/sdk/plugin.hpp>

namespace {

class PartialFixedSampler final : public hone::Sampler, public hone::sdk::FixedParametersExtension {
 public:
  PartialFixedSampler(const hone::FactoryContext&, const hone::Options& options)
      : base_(options.plugin<hone::Sampler>("base_sampler")) {
    const hone::Json& fixed = options.json("fixed_params");
    for (const auto& [name, value] : *fixed.as_object()) {
      const std::optional<hone::Choice> choice = hone::choice_from(value);
      if (!choice) throw std::invalid_argument("option 'fixed_params': the value of '" + name + "' is no single value");
      fixed_[name] = *choice;
    }
    tell_base();
  }

  // From one of its own kind around this one, whose values count for more.
  void fix_parameters(const hone::sdk::FixedParameters& fixed) override {
    for (const auto& [name, value] : fixed) fixed_[name] = value;
    tell_base();
  }

  void before_trial(const hone::StudyView& study, const hone::TrialView& trial) override {
    base_->before_trial(study, trial);
  }

  // The fixed ones are left out, so that the other sampler models what is free alone.
  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView& trial) override {
    hone::SearchSpace space = base_->infer_relative_search_space(study, trial);
    std::erase_if(space, [this](const hone::Parameter& p) { return fixed_.contains(p.name); });
    return space;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    return base_->sample_relative(study, trial, space);
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    const auto fixed = fixed_.find(parameter.name);
    if (fixed == fixed_.end()) return base_->sample_independent(study, trial, parameter);
    return hone::sdk::fixed_value(fixed->first, *parameter.distribution, fixed->second);
  }

  void after_trial(const hone::StudyView& study, const hone::TrialView& trial, hone::TrialState state,
                   std::span<const double> values, hone::AttributeSink& attributes) override {
    base_->after_trial(study, trial, state, values, attributes);
  }

  void* query_extension(std::string_view extension) noexcept override {
    using hone::sdk::FixedParametersExtension;
    if (extension == FixedParametersExtension::id) return static_cast<FixedParametersExtension*>(this);
    return base_->query_extension(extension);
  }

 private:
  void tell_base() {
    if (void* extension = base_->query_extension(hone::sdk::FixedParametersExtension::id)) {
      static_cast<hone::sdk::FixedParametersExtension*>(extension)->fix_parameters(fixed_);
    }
  }

  std::shared_ptr<hone::Sampler> base_;
  hone::sdk::FixedParameters fixed_;
};

constexpr hone_option options[] = {
    hone::sdk::option("fixed_params", hone::OptionType::map, nullptr, "the parameters with one value, {\"x\": 0.5}"),
    hone::sdk::option("base_sampler", hone::OptionType::sampler, "\"tpe\"", "the sampler that proposes the others"),
};

}  // namespace

// What the other sampler cannot do or needs, the host takes from its own description.
using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<PartialFixedSampler>(
    {.name = "partial_fixed",
     .version = "1.0",
     .description = "keeps some parameters at one value and lets another sampler propose the rest",
     .capabilities = Capability::portable | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical | Capability::ignores_history,
     .options = options}));
