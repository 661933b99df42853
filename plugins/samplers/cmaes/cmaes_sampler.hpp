// SPDX-License-Identifier: MIT
// The samplers `cmaes` and `catcma`: between the study's interface and the evolution.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <hone/plugin.hpp>
#include <hone/sampler.hpp>
#include <hone/sdk/intersection_space.hpp>

#include "cmaes_options.hpp"
#include "study_evolution.hpp"

namespace cmaes {

class CmaesSampler : public hone::Sampler, public hone::FiniteSamplerExtension {
 public:
  CmaesSampler(Variant variant, const hone::FactoryContext& context, const hone::Options& options)
      : host_(*context.host),
        options_(variant, *context.host, options),
        independent_(options.plugin<hone::Sampler>("independent_sampler")) {}

  /// There is no end to it; what it cannot serve is said before the first trial.
  std::optional<std::int64_t> trials_to_the_end(const hone::StudyView& study) override;
  void before_trial(const hone::StudyView& study, const hone::TrialView& trial) override;
  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView& trial) override;
  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override;
  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override;
  void after_trial(const hone::StudyView& study, const hone::TrialView& trial, hone::TrialState state,
                   std::span<const double> values, hone::AttributeSink& attributes) override;
  void* query_extension(std::string_view extension) noexcept override {
    return extension == hone::FiniteSamplerExtension::id ? static_cast<hone::FiniteSamplerExtension*>(this) : nullptr;
  }

 private:
  using Key = std::vector<std::pair<hone::ParameterId, hone::DistributionId>>;

  bool is_drawn_jointly(const hone::Distribution& distribution) const;
  hone::SearchSpace declared_joint(const hone::StudyView& study) const;
  void check_x0(const hone::SearchSpace& space) const;
  StudyEvolution& evolution_on(const hone::SearchSpace& space);

  const hone::Host& host_;
  CmaesOptions options_;
  std::shared_ptr<hone::Sampler> independent_;
  hone::sdk::IntersectionSpace intersection_{/*include_pruned=*/false};
  std::map<Key, std::unique_ptr<StudyEvolution>> evolutions_;
};

}  // namespace cmaes
