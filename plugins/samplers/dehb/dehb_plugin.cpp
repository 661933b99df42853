// SPDX-License-Identifier: MIT
// The sampler `dehb`: between the study's interface and differential evolution.
#include <algorithm>
#include <cmath>

#include <hone/sdk/intersection_space.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/sdk/uniform_draw.hpp>

#include "differential_evolution.hpp"
#include "population.hpp"

namespace {

class Dehb final : public hone::Sampler, public hone::PreferredPrunerExtension {
 public:
  Dehb(const hone::FactoryContext& context, const hone::Options& options)
      : population_(context.directions[0], options.get<std::size_t>("population_size")),
        factor_(options.get<double>("mutation_factor")),
        crossover_(options.get<double>("crossover_prob")) {}

  std::string_view preferred_pruner() const override { return "hyperband"; }
  void* query_extension(std::string_view extension) noexcept override {
    return extension == PreferredPrunerExtension::id ? static_cast<PreferredPrunerExtension*>(this) : nullptr;
  }

  hone::SearchSpace infer_relative_search_space(const hone::StudyView& study, const hone::TrialView&) override {
    return intersection_.update(study.history());
  }

  std::vector<double> sample_relative(const hone::StudyView& study, const hone::TrialView& trial,
                                      const hone::SearchSpace& space) override {
    population_.update(study.history());
    const hone::History& history = study.history().all();
    const std::size_t place = population_.place_of(trial.number());
    const auto target = population_.member(place);
    std::vector<std::vector<double>> others;
    for (std::size_t i = 0; i < population_.size(); ++i) {
      const auto member = population_.member(i);
      if (i != place && member) add_point(history, *member, space, others);
    }
    std::vector<std::vector<double>> own;
    if (target) add_point(history, *target, space, own);
    std::vector<double> values;
    if (own.empty() || others.size() < 3) {
      for (const hone::Parameter& parameter : space) values.push_back(uniform(study, trial, parameter));
      return values;
    }
    // A point that is being tried, or the target's own, teaches nothing new.
    constexpr int most_attempts = 10;
    hone::RandomStream random = study.random(trial, "dehb");
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
      values = offspring(own[0], others, space, random);
      if (!is_taken(study, trial.number(), *target, space, values)) return values;
    }
    for (std::size_t i = 0; i < space.size(); ++i) values[i] = uniform(study, trial, space[i]);
    return values;
  }

  double sample_independent(const hone::StudyView& study, const hone::TrialView& trial,
                            const hone::Parameter& parameter) override {
    return uniform(study, trial, parameter);
  }

 private:
  // Every trial has all parameters of the intersection; a wrapper's may be others.
  static void add_point(const hone::History& history, hone::TrialNumber number, const hone::SearchSpace& space,
                        std::vector<std::vector<double>>& points) {
    std::vector<double> point;
    for (const hone::Parameter& parameter : space) {
      const double value = history.value(number, parameter.id);
      point.push_back(std::isnan(value) ? value : dehb::to_unit(*parameter.distribution, value));
      if (std::isnan(point.back())) return;
    }
    points.push_back(std::move(point));
  }

  std::vector<double> offspring(std::span<const double> target, std::vector<std::vector<double>>& others,
                                const hone::SearchSpace& space, hone::RandomStream& random) const {
    // Three different ones, none of them the target.
    for (std::size_t i = 0; i < 3; ++i) std::swap(others[i], others[i + random.below(others.size() - i)]);
    const std::vector<double> mutated = dehb::mutant(others[0], others[1], others[2], factor_, random);
    const std::vector<double> point = dehb::crossed(target, mutated, crossover_, random);
    std::vector<double> values;
    for (std::size_t i = 0; i < space.size(); ++i) {
      values.push_back(dehb::from_unit(*space[i].distribution, point[i]));
    }
    return values;
  }

  static bool is_taken(const hone::StudyView& study, hone::TrialNumber at_hand, hone::TrialNumber target,
                       const hone::SearchSpace& space, std::span<const double> values) {
    const hone::History& history = study.history().all();
    const auto same = [&](hone::TrialNumber number) {
      for (std::size_t i = 0; i < space.size(); ++i) {
        if (history.value(number, space[i].id) != values[i]) return false;
      }
      return true;
    };
    const auto is_tried = [&](hone::TrialNumber number) {
      return number != at_hand && history.pending(number) && same(number);
    };
    return same(target) || std::ranges::any_of(history.running_trials(), is_tried);
  }

  // The draw of the sampler `random` with the same seed.
  static double uniform(const hone::StudyView& study, const hone::TrialView& trial, const hone::Parameter& parameter) {
    hone::RandomStream stream = study.random(trial, "random", parameter.name);
    return hone::sdk::uniform_draw(*parameter.distribution, stream);
  }

  dehb::Population population_;
  double factor_;
  double crossover_;
  hone::sdk::IntersectionSpace intersection_{/*include_pruned=*/true};
};

constexpr hone_option options[] = {
    hone::sdk::int_option("population_size", "20", "4", "1000000", "places, for each of which trials compete"),
    hone::sdk::float_option("mutation_factor", "0.5", "0", "2", "F: the weight of the difference of two members"),
    hone::sdk::float_option("crossover_prob", "0.5", "0", "1", "the share of parameters that the mutant gives"),
};

}  // namespace

// The budgets of all brackets are compared, so it does not model a cohort alone.
using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Dehb>(
    {.name = "dehb",
     .version = "1.0",
     .description = "differential evolution at the highest budget that enough trials have reached; prunes by hyperband",
     .references =
         "Awad, Mallik, Hutter: DEHB, Evolutionary Hyperband for Scalable, Robust and Efficient Hyperparameter "
         "Optimization, IJCAI 2021\n"
         "Storn, Price: Differential Evolution, Journal of Global Optimization 11, 1997",
     .capabilities = Capability::portable | Capability::constraints | Capability::categorical,
     .options = options}));
