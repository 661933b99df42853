// SPDX-License-Identifier: MIT
// Samplers of this build by name and options, and the promises of all samplers.
#pragma once

#include <catch2/catch.hpp>

#include <string>
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
  options.cases = cases;
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
