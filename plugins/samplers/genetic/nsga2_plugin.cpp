// SPDX-License-Identifier: MIT
// The sampler `nsga2`.
#include <hone/sdk/plugin.hpp>

#include "breeding_options.hpp"
#include "elitist_selection.hpp"
#include "generation_log.hpp"
#include "genetic_sampler.hpp"

namespace {

class Nsga2 final : public genetic::GeneticSampler {
 public:
  Nsga2(const hone::FactoryContext& context, const hone::Options& options)
      : GeneticSampler("nsga2", context, options),
        population_size_(options.get<std::size_t>("population_size")),
        log_("nsga2", population_size_, *context.host) {}

 private:
  void follow(const hone::StudyView& study) override {
    log_.update(study, [&](std::span<const hone::TrialNumber> members) {
      std::vector<hone::TrialNumber> all = elite_.numbers;
      all.insert(all.end(), members.begin(), members.end());
      elite_ = genetic::select_elite(
          genetic::candidates_from(study.history().all(), study.directions(), std::move(all)), population_size_);
    });
    if (log_.generations() == bred_from_) return;
    set_parents(study, elite_.numbers);
    bred_from_ = log_.generations();
  }

  // The crowded-comparison operator (Deb et al. 2002, III B).
  int compare(std::size_t a, std::size_t b) const override {
    if (elite_.ranks[a] != elite_.ranks[b]) return elite_.ranks[a] < elite_.ranks[b] ? -1 : 1;
    if (elite_.crowding[a] != elite_.crowding[b]) return elite_.crowding[a] > elite_.crowding[b] ? -1 : 1;
    return 0;
  }

  std::span<const hone::TrialNumber> newcomers() const override { return log_.fresh(); }

  std::size_t population_size_;
  genetic::GenerationLog log_;
  genetic::Elite elite_;
  std::size_t bred_from_ = 0;  // so many generations have led to the parents in use
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Nsga2>(
    {.name = "nsga2",
     .version = "1.0",
     .description = "breeds from the least dominated and least crowded trials, generation by generation",
     .references = "Deb, Pratap, Agarwal, Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II, "
                   "IEEE TEC 6, 2002",
     .capabilities = Capability::portable | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical | Capability::models_cohort,
     .options = genetic::breeding_options}));
