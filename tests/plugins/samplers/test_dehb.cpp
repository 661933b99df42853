// SPDX-License-Identifier: MIT
// dehb: its operators, its population, and that it learns.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include <hone/error.hpp>
#include <hone/study.hpp>

#include "../../../plugins/samplers/dehb/differential_evolution.hpp"
#include "../../../plugins/samplers/dehb/population.hpp"
#include "../plugin_registry.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;

TEST_CASE("dehb: coordinates lie in the unit interval, and lead back to their values") {
  const Distribution all[] = {FloatDistribution{-2.0, 3.0},
                              FloatDistribution{1e-5, 1.0, true},
                              FloatDistribution{0.0, 1.0, false, 0.1},
                              IntDistribution{1, 20},
                              IntDistribution{1, 512, true},
                              CategoricalDistribution{{std::string("a"), true, std::int64_t{7}}}};
  RandomStream random(1, 0, "test");
  for (const Distribution& distribution : all) {
    for (const double unit : {0.0, 0.3, 0.5, 0.999, 1.0}) {
      const double value = dehb::from_unit(distribution, unit);
      CHECK(contains(distribution, value));
      CHECK(dehb::to_unit(distribution, value) >= 0.0);
      CHECK(dehb::to_unit(distribution, value) <= 1.0);
      CHECK(dehb::from_unit(distribution, dehb::to_unit(distribution, value)) == Approx(value));
    }
  }
  CHECK(std::isnan(dehb::to_unit(FloatDistribution{0.0, 1.0}, 2.0)));
}

TEST_CASE("dehb: a mutant is the base moved by a difference, and stays in the cube") {
  RandomStream random(1, 0, "test");
  const std::vector<double> base{0.5, 0.9};
  const std::vector<double> plus{0.4, 0.9};
  const std::vector<double> minus{0.2, 0.1};
  const std::vector<double> point = dehb::mutant(base, plus, minus, 0.5, random);
  CHECK(point[0] == Approx(0.6));
  CHECK(point[1] >= 0.0);
  CHECK(point[1] < 1.0);
}

TEST_CASE("dehb: crossover takes one coordinate of the mutant at least, and the share that it is told") {
  const std::vector<double> target(10, 0.0);
  const std::vector<double> mutated(10, 1.0);
  double taken = 0.0;
  for (TrialNumber n = 0; n < 2000; ++n) {
    RandomStream random(1, n, "test");
    const auto none = dehb::crossed(target, mutated, 0.0, random);
    CHECK(std::ranges::count(none, 1.0) == 1);
    const auto some = dehb::crossed(target, mutated, 0.5, random);
    taken += static_cast<double>(std::ranges::count(some, 1.0));
  }
  // One for sure, and half of the nine others.
  CHECK(taken / 2000.0 == Approx(5.5).margin(0.15));
}

TEST_CASE("dehb: a place is held by its best trial, who came further first") {
  FakeStudy study;
  dehb::Population population(Direction::minimize, 4);
  for (TrialNumber n = 0; n < 8; ++n) {
    study.add(n, {.state = TrialState::pruned, .reports = {{1, n < 4 ? 1.0 : 2.0}}});
  }
  population.update(study.history());
  CHECK(population.member(0) == 0);
  // Seven more for place 0 and 1 come to step 3, which then has fewer than eight.
  for (TrialNumber n = 8; n < 15; ++n) study.add(n, {.state = TrialState::pruned, .reports = {{1, 5.0}, {3, 5.0}}});
  population.update(study.history());
  CHECK(population.member(0) == 0);
  study.add(15, {.values = {4.0}, .reports = {{1, 5.0}, {3, 4.0}}});
  population.update(study.history());
  CHECK(population.member(0) == 8);
  CHECK(population.member(3) == 15);
  // Feasible comes before all.
  study.add(16, {.values = {0.0}, .reports = {{3, 0.0}}, .constraints = {{"c", 1.0}}});
  population.update(study.history());
  CHECK(population.member(0) == 8);
  dehb::Population fresh(Direction::minimize, 4);
  fresh.update(study.history());
  for (std::size_t place = 0; place < 4; ++place) CHECK(fresh.member(place) == population.member(place));
}

TEST_CASE("dehb learns from trials that hyperband cuts short, in a mixed space") {
  const auto best_of = [](const std::string& sampler, std::uint64_t seed) {
    StudyOptions options;
    options.name = "dehb";
    options.seed = seed;
    options.sampler = {sampler};
    options.pruner = {"hyperband", Json(Json::Object{{"max_resource", 9}})};
    Study study = Study::create(options, shared_registry());
    study.optimize(
        [](Trial& trial) {
          double loss = trial.suggest_categorical("kind", {"a", "b", "c"}) == "b" ? 0.0 : 1.0;
          for (const char* name : {"x", "y", "z"}) loss += std::pow(trial.suggest_float(name, -5.0, 5.0) - 1.0, 2.0);
          loss += 0.1 * static_cast<double>(trial.suggest_int("n", 0, 10));
          for (std::int64_t step = 1; step <= 9; ++step) {
            trial.report(loss + 1.0 / static_cast<double>(step), step);
            if (trial.should_prune()) throw TrialPruned();
          }
          return loss;
        },
        400);
    return study.best_trial().value().value();
  };
  int wins = 0;
  for (std::uint64_t seed = 0; seed < 7; ++seed) wins += best_of("dehb", seed) < best_of("random", seed) ? 1 : 0;
  CHECK(wins >= 6);
}
