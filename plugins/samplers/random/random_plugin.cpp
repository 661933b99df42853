// SPDX-License-Identifier: MIT
// The sampler `random`: each parameter uniformly from its distribution.
#include <algorithm>

#include <hone/sdk/plugin.hpp>
#include <hone/sdk/uniform_draw.hpp>

namespace {

class RandomSampler final : public hone::Sampler {
 public:
  RandomSampler(const hone::FactoryContext&, const hone::Options&) {}

  // Every parameter that is known. A draw depends on its key alone, so what is drawn here is what an independent draw
  // would give; that the trial starts with all of it saves the storage a write for each.
  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    const hone::History& history = study.history().all();
    if (!study.declared_space().empty()) {
      if (space_.empty()) {
        space_.assign(study.declared_parameters().begin(), study.declared_parameters().end());
        std::ranges::sort(space_, {}, &hone::Parameter::name);
      }
    } else if (!is_current(history)) {
      space_ = all_parameters(history);
      parameter_count_ = history.parameter_count();
    }
    return space_;
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    std::vector<double> values;
    values.reserve(space.size());
    for (const hone::Parameter& parameter : space) values.push_back(draw(study, trial, parameter));
    return values;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    return draw(study, trial, parameter);
  }

 private:
  static double draw(const hone::StudyView& study, const hone::TrialView& trial, const hone::Parameter& parameter) {
    hone::RandomStream stream = study.random(trial, "random", parameter.name);
    return hone::sdk::uniform_draw(*parameter.distribution, stream);
  }

  static hone::SearchSpace all_parameters(const hone::History& history) {
    hone::SearchSpace space;
    for (hone::ParameterId id = 0; id < history.parameter_count(); ++id) {
      const std::optional<hone::DistributionId> latest = history.latest_distribution(id);
      if (latest) space.push_back({history.parameter_name(id), &history.distribution(*latest), id, *latest});
    }
    std::ranges::sort(space, {}, &hone::Parameter::name);
    return space;
  }

  // No new parameter, and every known one was last seen with the same distribution.
  bool is_current(const hone::History& history) const {
    return parameter_count_ == history.parameter_count() && space_.size() == parameter_count_ &&
           std::ranges::all_of(space_, [&](const hone::Parameter& parameter) {
             return history.latest_distribution(parameter.id) == parameter.distribution_id;
           });
  }

  hone::SearchSpace space_;
  std::size_t parameter_count_ = 0;
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<RandomSampler>(
    {.name = "random",
     .version = "1.0",
     .description = "draws each parameter independently from its range",
     .references = "Bergstra, Bengio: Random Search for Hyper-Parameter Optimization, JMLR 13 (2012)",
     .capabilities = Capability::ignores_history | Capability::portable | Capability::multi_objective |
                     Capability::conditional | Capability::categorical | Capability::constraints}));
