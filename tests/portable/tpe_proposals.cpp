// SPDX-License-Identifier: MIT
// Prints, bit for bit, what every mode of the sampler tpe proposes on a few generated histories.
#include <bit>
#include <cinttypes>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <hone/sdk/plugin.hpp>
#include <hone/sdk/testing/fake_study.hpp>

extern "C" const hone_plugin_table_v1 hone_plugin_table_tpe;

using namespace hone;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;

namespace {

const std::vector<std::pair<std::string, Distribution>>& space() {
  static const std::vector<std::pair<std::string, Distribution>> all{
      {"x", FloatDistribution{-2.0, 3.0}},
      {"y", FloatDistribution{0.0, 1.0}},
      {"rate", FloatDistribution{1e-5, 1.0, true}},
      {"stepped", FloatDistribution{0.0, 1.0, false, 0.125}},
      {"count", IntDistribution{1, 20}},
      {"width", IntDistribution{1, 512, true}},
      {"kind", CategoricalDistribution{{std::string("a"), true, std::int64_t{7}}}},
  };
  return all;
}

// Of a conditional space "y" is of the first kind alone, and "count" of the others.
FakeTrial trial_of(TrialNumber number, std::size_t objectives, bool conditional) {
  RandomStream random(99, number, "history");
  FakeTrial trial;
  for (std::size_t i = 0; i < space().size(); ++i) {
    const double u = random.uniform();
    // Powers of two, so that no rounding of the history itself depends on anything.
    const double values[] = {-2.0 + 5.0 * u,
                             u,
                             std::ldexp(1.0, -static_cast<int>(16.0 * u)),
                             std::floor(9.0 * u) / 8.0,
                             1.0 + std::floor(20.0 * u),
                             std::ldexp(1.0, static_cast<int>(10.0 * u)),
                             std::floor(3.0 * u)};
    trial.params.push_back({space()[i].first, space()[i].second, values[i]});
  }
  if (conditional) {
    const bool first = trial.params.back().value == 0.0;
    std::erase_if(trial.params, [&](const FakeTrial::Param& p) { return p.name == (first ? "count" : "y"); });
  }
  for (std::size_t k = 0; k < objectives; ++k) trial.values.push_back(random.uniform());
  if (number % 9 == 4) trial.constraints = {{"a", random.uniform()}, {"b", 1000.0 * random.uniform()}};
  if (number % 7 == 3) {
    trial.state = TrialState::pruned;
    trial.values.clear();
    trial.reports = {{number % 4, random.uniform()}};
  }
  return trial;
}

void print(const char* mode, std::size_t trials, const std::vector<double>& values) {
  std::printf("%s %zu", mode, trials);
  for (const double value : values) std::printf(" %016" PRIx64, std::bit_cast<std::uint64_t>(value));
  std::printf("\n");
}

void run(const char* mode, const std::map<std::string, Json>& options, std::size_t objectives,
         bool conditional = false) {
  const std::vector<Direction> directions(objectives, Direction::minimize);
  FactoryContext context;
  context.directions = directions;
  const auto sampler = sdk::testing::make_plugin<Sampler>(hone_plugin_table_tpe, "tpe", options, context);
  FakeStudy study(directions, 7);
  for (TrialNumber number = 0; number < 700; ++number) {
    study.add(number, trial_of(number, objectives, conditional));
    if (number < 680 && number % 50 != 0) continue;
    const TrialView trial(number + 1);
    const SearchSpace together = sampler->infer_relative_search_space(study, trial);
    print(mode, static_cast<std::size_t>(number), sampler->sample_relative(study, trial, together));
  }
}

}  // namespace

int main() {
  run("joint", {}, 1);
  run("single", {{"multivariate", Json(false)}}, 1);
  run("group", {{"group", Json(true)}}, 1);
  run("settings", {{"gamma", Json(0.15)}, {"magic_clip_exponent", Json(1.7)}, {"min_bandwidth_factor", Json(0.03)}}, 1);
  run("tree", {{"weights", Json("ei")}}, 1, /*conditional=*/true);
  run("distance",
      {{"categorical_distance", Json(Json::Object{{"kind", Json("order")}})}, {"n_ei_candidates", Json(24)}}, 1);
  run("two", {}, 2);
  run("three", {{"multivariate", Json(true)}}, 3);
}
