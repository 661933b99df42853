// SPDX-License-Identifier: MIT
// The sampler `nsga3`.
#include <cmath>
#include <stdexcept>
#include <string>

#include <hone/sdk/plugin.hpp>

#include "breeding_options.hpp"
#include "generational_sampler.hpp"
#include "niche_selection.hpp"
#include "reference_points.hpp"

namespace {

std::vector<double> given_points(const hone::Json& list, std::size_t objectives) {
  std::vector<double> points;
  for (const hone::Json& item : *list.as_array()) {
    const hone::Json::Array* point = item.as_array();
    double sum = 0.0;
    if (point != nullptr && point->size() == objectives) {
      for (const hone::Json& coordinate : *point) {
        const double c = coordinate.number().value_or(-1.0);
        points.push_back(c);
        sum += c >= 0.0 ? c : std::nan("");
      }
    }
    if (!(sum > 0.0 && std::isfinite(sum))) {
      throw std::invalid_argument("option 'reference_points': each point needs " + std::to_string(objectives) +
                                  " numbers, one an objective, none of them negative and not all zero");
    }
  }
  if (points.empty()) throw std::invalid_argument("option 'reference_points': the list is empty; give points, or null");
  return points;
}

std::vector<double> reference_points(const hone::Options& options, std::size_t objectives) {
  if (!options.is_auto("reference_points")) return given_points(options.json("reference_points"), objectives);
  if (options.is_auto("dividing_parameter")) {
    return genetic::spread_points(objectives, options.get<std::size_t>("population_size"));
  }
  const auto divisions = options.get<std::size_t>("dividing_parameter");
  constexpr std::size_t most = 1'000'000;
  if (genetic::das_dennis_count(objectives, divisions, most) == most) {
    throw std::invalid_argument("option 'dividing_parameter': " + std::to_string(divisions) + " divisions for " +
                                std::to_string(objectives) + " objectives make a million points; take fewer");
  }
  return genetic::das_dennis_points(objectives, divisions);
}

class Nsga3 final : public genetic::GenerationalSampler {
 public:
  Nsga3(const hone::FactoryContext& context, const hone::Options& options)
      : GenerationalSampler("nsga3", context, options),
        selection_(context.directions.size(), reference_points(options, context.directions.size())) {}

 private:
  std::vector<hone::TrialNumber> select(const hone::StudyView& study, genetic::Candidates candidates,
                                        std::size_t generation) override {
    hone::RandomStream random(study.seed(), static_cast<std::int64_t>(generation), "nsga3/niches");
    std::vector<hone::TrialNumber> numbers;
    violations_.clear();
    for (const std::size_t i : selection_.select(candidates, population_size(), random)) {
      numbers.push_back(candidates.numbers[i]);
      violations_.push_back(candidates.violations[i]);
    }
    return numbers;
  }

  // All that were kept are equally good (Deb and Jain 2014, IV F), but for constraints.
  int compare(std::size_t a, std::size_t b) const override {
    if (violations_[a] == violations_[b]) return 0;
    return violations_[a] < violations_[b] ? -1 : 1;
  }

  genetic::NicheSelection selection_;
  std::vector<double> violations_;
};

constexpr auto options = genetic::with_breeding_options(std::array{
    hone::sdk::or_auto(hone::sdk::option("reference_points", hone::OptionType::list, "null",
                                         "points near which trials are wanted, [[0.5, 0.5], [0.2, 0.8]], one number an "
                                         "objective on the front's own scale; null: evenly spread ones")),
    hone::sdk::or_auto(
        hone::sdk::int_option("dividing_parameter", "\"auto\"", "1", nullptr,
                              "divisions of each objective for spread reference points; auto: as many as "
                              "the population has trials for")),
});

}  // namespace

using hone::Capability;
HONE_PLUGINS(hone::sdk::sampler<Nsga3>(
    {.name = "nsga3",
     .version = "1.0",
     .description = "breeds from trials spread along reference lines; for three objectives and more",
     .references = "Deb, Jain: An evolutionary many-objective optimization algorithm using reference-point-based "
                   "nondominated sorting approach, part I, IEEE TEC 18, 2014\n"
                   "Jain, Deb: the same, part II (constraints), IEEE TEC 18, 2014",
     .capabilities = Capability::portable | Capability::multi_objective | Capability::constraints |
                     Capability::conditional | Capability::categorical | Capability::models_cohort,
     .options = options}));
