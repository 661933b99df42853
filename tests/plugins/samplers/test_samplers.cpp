// SPDX-License-Identifier: MIT
// What every sampler owes, tried on all that are shipped, and what TPE owes besides.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <hone/sdk/hypervolume.hpp>
#include <hone/study.hpp>

#include "sampler_fixture.hpp"

using namespace hone;
using namespace hone::test;
using namespace hone::sdk::testing;

namespace {

// Choices, conditions and numbers, all asked for as the program runs.
GeneratedStudy generated_for_tpe() {
  constexpr std::uint64_t capabilities = Capability::categorical | Capability::conditional;
  return GeneratedStudy(4, SpaceKind::any, capabilities);
}

FakeTrial complete(const GeneratedStudy& generated, TrialNumber number, double value) {
  return {.values = {value}, .params = generated.random_params(number)};
}

}  // namespace

TEST_CASE("every sampler keeps what all samplers promise") {
  // With a long history for one configuration of each.
  for (const Configuration& configuration : std::vector<Configuration>{
           {"random"},
           {"tpe"},
           {"bohb"},
           {"dehb"},
           {"cmaes"},
           {"catcma"},
           {"nsga2"},
           {"nsga3"},
           {"sms_emoa"},
           {"qmc"},
           {"grid"},
           {"brute_force"},
           {"partial_fixed", {{"fixed_params", Json(Json::Object{{"elsewhere", Json(1)}})}, {"base_sampler", "tpe"}}},
       }) {
    check_promises(configuration, {.long_history = long_history});
  }
}

TEST_CASE("samplers keep their promises with other options too") {
  const Json::Object small{{"popsize", Json(6)}};
  for (const Configuration& configuration : std::vector<Configuration>{
           {"tpe", {{"multivariate", Json(false)}}},
           {"tpe", {{"multivariate", Json(true)}, {"group", Json(true)}}},
           {"tpe", {{"conditional", Json("independent")}, {"weights", Json("ramp")}}},
           {"tpe", {{"multivariate", Json(true)}, {"conditional", Json("tree")}, {"n_ei_candidates", Json(24)}}},
           {"tpe", {{"compatible", Json("optuna")}}},
           {"tpe", {{"constant_liar", Json(false)}, {"weights", Json("uniform")}}},
           {"tpe", {{"gamma", Json(0.15)}, {"min_bandwidth_factor", Json(0.03)}, {"magic_clip_exponent", Json(2.0)}}},
           {"tpe",
            {{"consider_prior", Json(false)}, {"consider_magic_clip", Json(false)}, {"n_startup_trials", Json(1)}}},
           {"bohb", {{"min_results", Json(3)}, {"random_fraction", Json(0.0)}}},
           {"cmaes", small},
           {"cmaes", {{"popsize", Json(6)}, {"use_separable_cma", Json(true)}, {"restart_strategy", Json("ipop")}}},
           {"cmaes", {{"popsize", Json(6)}, {"lr_adapt", Json(true)}, {"with_margin", Json(false)}}},
           {"catcma", small},
           {"qmc", {{"qmc_type", Json("halton")}}},
       }) {
    check_promises(configuration, {.long_history = 0});
  }
}

TEST_CASE("tpe draws at random until it knows enough trials, as the sampler random does") {
  const GeneratedStudy generated = generated_for_tpe();
  FakeStudy study = generated.begin();
  const auto random = make_sampler({"random"});
  const auto tpe = make_sampler({"tpe"});
  for (TrialNumber number = 0; number < 10; ++number) {
    CHECK(described(ask(*tpe, study, generated, number)) == described(ask(*random, study, generated, number)));
    study.add(number, complete(generated, number, 1.0));
  }
  CHECK(described(ask(*tpe, study, generated, 10)) != described(ask(*random, study, generated, 10)));
}

TEST_CASE("tpe draws a conditional space along its branches: what the drawn branch has, and nothing else") {
  const CategoricalDistribution sides{{std::string("left"), std::string("right")}};
  const FloatDistribution unit{0.0, 1.0};
  for (const double good : {0.0, 1.0}) {
    FakeStudy study;
    const auto tpe = make_sampler({"tpe"});
    for (TrialNumber number = 0; number < 60; ++number) {
      RandomStream random(9, number, "history");
      const double side = number % 2 == 0 ? 0.0 : 1.0;
      study.add(number, {.values = {std::abs(side - good) + 0.1 * random.uniform()},
                         .params = {{"side", sides, side},
                                    {"shared", unit, random.uniform()},
                                    {side == 0.0 ? "left" : "right", unit, random.uniform()}}});
    }
    int in_good = 0;
    for (TrialNumber number = 60; number < 80; ++number) {
      const SearchSpace together = tpe->infer_relative_search_space(study, TrialView(number));
      REQUIRE(together.size() == 4);  // left, right, shared, side
      const std::vector<double> drawn = tpe->sample_relative(study, TrialView(number), together);
      CHECK(std::isnan(drawn[0]) == (drawn[3] != 0.0));
      CHECK(std::isnan(drawn[1]) == (drawn[3] != 1.0));
      in_good += drawn[3] == good ? 1 : 0;
    }
    CHECK(in_good > 15);
  }
}

TEST_CASE("tpe and bohb say under their own names why they draw a known parameter by itself, and what would help") {
  const auto warning_of = [](const Configuration& spec) {
    FakeStudy study;
    const FloatDistribution unit{0.0, 1.0};
    for (TrialNumber number = 0; number < 20; ++number) {
      FakeTrial trial{.values = {static_cast<double>(number)}, .params = {{"x", unit, 0.5}}};
      if (number % 3 == 0) trial.params.push_back({"sometimes", unit, 0.5});
      study.add(number, trial);
    }
    make_sampler(spec)->sample_independent(study, TrialView(20), study.parameter("sometimes", unit));
    const auto& messages = dynamic_cast<const MemoryLogger&>(study.logger()).messages;
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].first == LogLevel::warning);
    return messages[0].second;
  };
  using Catch::Matchers::Contains;
  using Catch::Matchers::StartsWith;
  const std::string alone =
      warning_of({"tpe", {{"warn_independent_sampling", Json(true)}, {"conditional", Json("independent")}}});
  CHECK_THAT(alone, StartsWith("tpe: trial 20 draws 'sometimes' on its own") && Contains("\"conditional\": \"tree\""));
  const std::string tree =
      warning_of({"bohb", {{"warn_independent_sampling", Json(true)}, {"random_fraction", Json(0.0)}}});
  CHECK_THAT(tree, StartsWith("bohb: trial 20 draws 'sometimes' on its own") && !Contains("group"));
}

TEST_CASE("on a conditional space tpe finds better values along the branches than with each parameter by itself") {
  // Each side has its own optimum, and its parameters want to be near the one that both share.
  const auto tree = [](Trial& trial) -> Values {
    const double shared = trial.suggest_float("shared", 0.0, 1.0);
    const bool left = trial.suggest_categorical("side", {"left", "right"}) == "left";
    const double goal = left ? 0.2 : 0.8;
    double sum = (shared - goal) * (shared - goal) + (left ? 0.05 : 0.0);
    for (const char* name : {"p", "q", "r"}) {
      const double x = trial.suggest_float((left ? "left_" : "right_") + std::string(name), 0.0, 1.0);
      sum += (x - shared) * (x - shared);
    }
    return sum;
  };
  const auto mean_log = [&](const char* conditional) {
    double sum = 0.0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      StudyOptions options;
      // From kernels as wide as the densities', so that the models alone differ.
      options.sampler = {"tpe", Json(Json::Object{{"conditional", Json(conditional)}, {"candidate_width", Json(1.0)}})};
      options.pruner = {"nop"};
      options.seed = seed;
      Study study = Study::create(options, shared_registry());
      study.optimize(tree, 80);
      sum += std::log10(study.best_trial()->value());
    }
    return sum / 40.0;
  };
  CHECK(mean_log("tree") < mean_log("independent") - 0.05);
}

TEST_CASE("pending trials move what tpe proposes next, unless the constant liar is off") {
  const GeneratedStudy generated = generated_for_tpe();
  for (const bool liar : {true, false}) {
    FakeStudy study = generated.begin();
    const Configuration configuration{"tpe", {{"constant_liar", Json(liar)}}};
    for (TrialNumber number = 0; number < 30; ++number) {
      study.add(number, complete(generated, number, static_cast<double>(number % 7)));
    }
    const Proposal before = ask(*make_sampler(configuration), study, generated, 40);
    study.add(30, {.state = TrialState::running, .params = before});
    CHECK(same_values(ask(*make_sampler(configuration), study, generated, 40), before) != liar);
  }
}

TEST_CASE("with two objectives tpe dominates more of the objective space than random in as many trials") {
  const auto two_bowls = [](Trial& trial) -> Values {
    double near = 0.0, far = 0.0;
    for (const char* name : {"a", "b", "c", "d"}) {
      const double x = trial.suggest_float(name, -5.0, 5.0);
      near += x * x;
      far += (x - 2.0) * (x - 2.0);
    }
    return std::vector<double>{near, -far};
  };
  const auto median_hypervolume = [&](const char* sampler) {
    std::vector<double> volumes;
    for (std::uint64_t seed = 0; seed < 7; ++seed) {
      StudyOptions options;
      options.directions = {Direction::minimize, Direction::maximize};
      options.sampler = {sampler};
      options.pruner = {"nop"};
      options.seed = seed;
      Study study = Study::create(options, shared_registry());
      study.optimize(two_bowls, 100);
      std::vector<double> points;
      for (const FrozenTrial& trial : study.trials()) points.insert(points.end(), {trial.values[0], -trial.values[1]});
      volumes.push_back(sdk::hypervolume(points, std::vector<double>{60.0, 60.0}));
    }
    std::ranges::nth_element(volumes, volumes.begin() + 3);
    return volumes[3];
  };
  CHECK(median_hypervolume("tpe") > 1.1 * median_hypervolume("random"));
}

TEST_CASE("tpe finds better values than random in as many trials") {
  const auto bowl = [](Trial& trial) -> Values {
    double sum = 0.0;
    for (const char* name : {"a", "b", "c", "d"}) sum += std::pow(trial.suggest_float(name, -5.0, 5.0) - 1.0, 2);
    sum += std::abs(std::log10(trial.suggest_float("rate", 1e-5, 1.0, {.log = true})) + 3.0);
    return sum + (trial.suggest_categorical("kind", {"a", "b", "c"}) == "b" ? 0.0 : 1.0);
  };
  const auto median_best = [&](const Configuration& configuration) {
    std::vector<double> best;
    for (std::uint64_t seed = 0; seed < 9; ++seed) {
      StudyOptions options;
      options.sampler = {configuration.name, Json(configuration.options)};
      options.pruner = {"nop"};
      options.seed = seed;
      Study study = Study::create(options, shared_registry());
      study.optimize(bowl, 100);
      best.push_back(study.best_trial()->value());
    }
    std::ranges::nth_element(best, best.begin() + 4);
    return best[4];
  };
  const double random = median_best({"random"});
  CHECK(median_best({"tpe"}) < 0.5 * random);
  CHECK(median_best({"tpe", {{"multivariate", Json(false)}}}) < 0.5 * random);
}
