// SPDX-License-Identifier: MIT
// The sampler `sms_emoa`.
#include <hone/sdk/nondominated_sort.hpp>
#include <hone/sdk/plugin.hpp>

#include "breeding_options.hpp"
#include "genetic_sampler.hpp"
#include "hypervolume_selection.hpp"
#include "steady_population.hpp"

namespace {

class SmsEmoa final : public genetic::GeneticSampler {
 public:
  SmsEmoa(const hone::FactoryContext& context, const hone::Options& options)
      : GeneticSampler("sms_emoa", context, options), population_(options.get<std::size_t>("population_size")) {}

 private:
  void follow(const hone::StudyView& study) override {
    const hone::HistoryView view = study.history();
    const hone::History& history = view.all();
    entered_.resize(static_cast<std::size_t>(history.horizon()), false);
    std::vector<hone::TrialNumber> finished;
    for (const std::uint32_t number : view.changes_since(revision_)) {
      if (entered_[number] || !genetic::is_candidate(history, number)) continue;
      entered_[number] = true;
      finished.push_back(number);
    }
    revision_ = view.revision();
    if (finished.empty()) return;
    std::ranges::sort(finished);
    for (const hone::TrialNumber number : finished) {
      population_.insert(number, [&](std::span<const hone::TrialNumber> numbers) {
        return genetic::least_valuable(
            genetic::candidates_from(history, study.directions(), {numbers.begin(), numbers.end()}));
      });
    }
    if (!population_.is_full()) return;
    parents_ = genetic::candidates_from(history, study.directions(),
                                        {population_.members().begin(), population_.members().end()});
    set_parents(study, parents_.numbers);
  }

  // Constrained domination.
  int compare(std::size_t a, std::size_t b) const override {
    if (parents_.violations[a] != parents_.violations[b])
      return parents_.violations[a] < parents_.violations[b] ? -1 : 1;
    const bool no_worse = hone::sdk::weakly_dominates(parents_.point(a), parents_.point(b));
    const bool no_better = hone::sdk::weakly_dominates(parents_.point(b), parents_.point(a));
    return no_worse == no_better ? 0 : no_worse ? -1 : 1;
  }

  std::span<const hone::TrialNumber> newcomers() const override { return {}; }

  std::size_t revision_ = 0;
  std::vector<bool> entered_;
  genetic::SteadyPopulation population_;
  genetic::Candidates parents_;
};

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<SmsEmoa>(
    {.name = "sms_emoa",
     .version = "1.0",
     .description =
         "breeds from the trials that hold most of the hypervolume, each new one taking the place of the least",
     .references = "Beume, Naujoks, Emmerich: SMS-EMOA: Multiobjective selection based on dominated hypervolume, EJOR "
                   "181, 2007",
     .capabilities = Capability::portable | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical | Capability::models_cohort,
     .options = genetic::breeding_options}));
