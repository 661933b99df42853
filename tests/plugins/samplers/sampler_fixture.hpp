// SPDX-License-Identifier: MIT
// Samplers of this build by name and options, and the promises of all samplers.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <hone/json_text.hpp>
#include <hone/sdk/testing/sampler_properties.hpp>

#include "../plugin_registry.hpp"

namespace hone::test {

struct Configuration {
  std::string name;
  Json::Object options{};
};

inline std::string described(const Configuration& configuration) {
  return configuration.name + ' ' + to_json_text(Json(configuration.options));
}

inline std::shared_ptr<Sampler> make_sampler(const Configuration& configuration,
                                             std::span<const Direction> directions = std::vector{Direction::minimize},
                                             std::uint64_t seed = 0) {
  const FactoryContext context{"fake", directions, seed, &registry().host()};
  return registry().make_sampler({configuration.name, Json(configuration.options)}, context);
}

/// A space with a parameter of each kind, and a conditional one.
inline const DeclaredSpace& space_of_all_kinds() {
  static const DeclaredSpace all{
      {"count", IntDistribution{1, 20}, {}},
      {"kind", CategoricalDistribution{{std::string("a"), std::string("b")}}, {}},
      {"rate", FloatDistribution{1e-5, 1.0, true}, {}},
      {"stepped", FloatDistribution{0.0, 1.0, false, 0.1}, {}},
      {"width", IntDistribution{1, 512, true}, {}},
      {"x", FloatDistribution{-2.0, 3.0}, {}},
      {"y", FloatDistribution{0.0, 0.5}, {{"kind", {std::string("a")}}}},
  };
  return all;
}

using Draws = std::vector<std::pair<Parameter, double>>;

/// What the sampler draws jointly for a trial; each value is one of its distribution.
inline Draws propose(Sampler& sampler, const StudyView& study, TrialNumber number) {
  const TrialView trial(number);
  const SearchSpace together = sampler.infer_relative_search_space(study, trial);
  const std::vector<double> drawn = sampler.sample_relative(study, trial, together);
  Draws values;
  for (std::size_t i = 0; i < together.size(); ++i) {
    REQUIRE(contains(*together[i].distribution, drawn[i]));
    values.emplace_back(together[i], drawn[i]);
  }
  return values;
}

inline std::vector<double> numbers_of(const Draws& values) {
  std::vector<double> all;
  for (const auto& [parameter, value] : values) all.push_back(value);
  return all;
}

/// A trial that runs with these values.
inline sdk::testing::FakeTrial running_trial_of(const Draws& values) {
  sdk::testing::FakeTrial trial;
  for (const auto& [parameter, value] : values) {
    trial.params.push_back({std::string(parameter.name), *parameter.distribution, value});
  }
  trial.state = TrialState::running;
  return trial;
}

/// The sum of the distances of its values to 0.7: something to minimise.
inline double distance_of(const sdk::testing::FakeTrial& trial) {
  double sum = 0.0;
  for (const auto& param : trial.params) sum += std::abs(param.value - 0.7);
  return sum;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr TrialNumber long_history = 0;  // what a sanitizer keeps beside the heap would be measured
constexpr std::uint64_t cases = 2;       // each takes ten times as long
#else
constexpr TrialNumber long_history = 200000;
constexpr std::uint64_t cases = 8;
#endif

/// The SDK's properties, and that another seed proposes something else.
inline void check_promises(const Configuration& configuration, sdk::testing::PropertyOptions options) {
  using namespace sdk::testing;
  options.cases = std::min(options.cases, cases);
  const auto make = [&](std::span<const Direction> directions, std::uint64_t seed) {
    return make_sampler(configuration, directions, seed);
  };
  const PluginSpec spec{configuration.name, Json(configuration.options)};
  const std::uint64_t capabilities = registry().find(PluginKind::sampler, spec, "sampler").capabilities;
  for (const PropertyResult& result : SamplerProperties(make, capabilities, options).all()) {
    INFO(described(configuration) << ": " << result.property << ": " << result.detail);
    CHECK(result.outcome != PropertyResult::Outcome::failed);
  }
  const SpaceKind kind = has(capabilities, Capability::ends) ? SpaceKind::discrete : SpaceKind::any;
  const GeneratedStudy generated(options.seed, kind, capabilities, options.objectives);
  std::vector<std::string> proposals(2);
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    FakeStudy study(generated.directions(), seed);
    study.declare(generated.space());
    play(*make(generated.directions(), seed), study, generated, 0, 20,
         [&](TrialNumber, const Proposal& proposal) { proposals[seed] += sdk::testing::described(proposal) + '\n'; });
  }
  INFO(described(configuration));
  CHECK(proposals[0] != proposals[1]);
}

}  // namespace hone::test
