// SPDX-License-Identifier: MIT
// The sampler `nsga2`.
#include <hone/sdk/plugin.hpp>

#include "breeding_options.hpp"
#include "elitist_selection.hpp"
#include "generational_sampler.hpp"

namespace {

class Nsga2 final : public genetic::GenerationalSampler {
 public:
  Nsga2(const hone::FactoryContext& context, const hone::Options& options)
      : GenerationalSampler("nsga2", context, options) {}

 private:
  std::vector<hone::TrialNumber> select(const hone::StudyView&, genetic::Candidates candidates, std::size_t) override {
    elite_ = genetic::select_elite(candidates, population_size());
    return elite_.numbers;
  }

  // The crowded-comparison operator (Deb et al. 2002, III B).
  int compare(std::size_t a, std::size_t b) const override {
    if (elite_.ranks[a] != elite_.ranks[b]) return elite_.ranks[a] < elite_.ranks[b] ? -1 : 1;
    if (elite_.crowding[a] != elite_.crowding[b]) return elite_.crowding[a] > elite_.crowding[b] ? -1 : 1;
    return 0;
  }

  genetic::Elite elite_;
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
