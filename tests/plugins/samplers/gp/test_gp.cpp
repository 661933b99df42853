// SPDX-License-Identifier: MIT
// The sampler gp in studies: pure and robust.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include <hone/error.hpp>

#include "gp_fixture.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;

namespace {

// With constraints, failures, and a parameter that not every trial has.
FakeTrial trial_of(const Draws& values, TrialNumber number, std::size_t objectives, bool ended = true) {
  FakeTrial trial = running_trial_of(values);
  if (!ended) return trial;
  const bool has_y =
      std::ranges::any_of(trial.params, [](const auto& p) { return p.name == "kind" && p.value == 0.0; });
  if (!has_y) std::erase_if(trial.params, [](const auto& p) { return p.name == "y"; });
  trial.state = TrialState::complete;
  trial.values = {distance_of(trial)};
  if (objectives > 1) trial.values.push_back(-trial.params.front().value);
  const std::uint64_t fate = RandomStream(5, number, "fate").below(12);
  if (fate == 0) trial.values[0] = infinity;
  if (fate < 5) trial.constraints = {{"c", fate < 3 ? 1.0 : -1.0}};
  if (fate == 6) trial.state = TrialState::fail;
  if (fate == 7) trial.state = TrialState::pruned;
  if (trial.state != TrialState::complete) trial.values.clear();
  return trial;
}

}  // namespace

TEST_CASE("a fresh gp proposes what one proposes that has lived through the study, with trials running") {
  for (const std::size_t objectives : {1u, 2u}) {
    for (const char* options : {R"({"n_candidates": 16, "n_local_search": 1})",
                                R"({"n_candidates": 16, "n_local_search": 1, "n_local_model": 25,
                                    "input_warping": true, "output_transform": "power"})"}) {
      INFO(options);
      FakeStudy study(std::vector<Direction>(objectives, Direction::minimize));
      study.declare(space_of_all_kinds());
      const auto lived = make_gp(options, objectives);
      std::vector<FakeTrial> endings;
      for (TrialNumber number = 0; number < (sanitized ? 31 : 46); ++number) {
        const Draws values = propose(*lived, study, number);
        if (number % 15 == 14) {
          CHECK(numbers_of(propose(*make_gp(options, objectives), study, number)) == numbers_of(values));
        }
        study.add(number, trial_of(values, number, objectives, false));
        endings.push_back(trial_of(values, number, objectives));
        // Ends some trials later, not in the order of the numbers.
        const TrialNumber ending = number - 5 + (number % 2 == 0 ? 1 : -1);
        if (ending >= 0) study.add(ending, endings[static_cast<std::size_t>(ending)]);
      }
    }
  }
}

TEST_CASE("a trial without the constraint of all others leaves gp pure, with more trials than a model holds") {
  for (const std::size_t objectives : {1u, 2u}) {
    constexpr const char* options = R"({"n_candidates": 16, "n_local_search": 1, "n_local_model": 20})";
    const FloatDistribution unit{0.0, 1.0};
    FakeStudy study(std::vector<Direction>(objectives, Direction::minimize));
    study.declare({{"x", unit, {}}, {"y", unit, {}}});
    const auto lived = make_gp(options, objectives);
    for (TrialNumber number = 0; number < 60; ++number) {
      if (number >= 30 && number % 3 == 0) {
        const std::vector<double> proposed = numbers_of(propose(*lived, study, number));
        CHECK(numbers_of(propose(*make_gp(options, objectives), study, number)) == proposed);
      }
      RandomStream stream(1, number, "points");
      const double x = stream.uniform(), y = stream.uniform();
      FakeTrial trial{.values = {std::pow(x - 0.3, 2) + std::pow(y - 0.3, 2)},
                      .params = {{"x", unit, x}, {"y", unit, y}}};
      if (objectives > 1) trial.values.push_back(-x);
      if (number != 48) trial.constraints = {{"c", x + y - 0.55}};
      study.add(number, trial);
    }
  }
}

TEST_CASE("gp does not depend on the order in which trials arrived") {
  FakeStudy study, backwards;
  study.declare(space_of_all_kinds());
  backwards.declare(space_of_all_kinds());
  const auto sampler = make_gp();
  std::vector<FakeTrial> trials;
  for (TrialNumber number = 0; number < 45; ++number) {
    trials.push_back(trial_of(propose(*sampler, study, number), number, 1));
    study.add(number, trials.back());
  }
  for (TrialNumber number = 44; number >= 0; --number) backwards.add(number, trials[static_cast<std::size_t>(number)]);
  CHECK(numbers_of(propose(*make_gp(), backwards, 45)) == numbers_of(propose(*sampler, study, 45)));
}

TEST_CASE("gp keeps what all samplers promise") {
  const Json::Object quick{{"n_candidates", Json(8)}, {"n_local_search", Json(1)}, {"n_local_model", Json(20)}};
  check_promises({"gp", quick}, {.cases = 2, .trials = 24, .long_history = long_history});
}

TEST_CASE("running trials have different points") {
  FakeStudy study;
  study.declare({{"x", FloatDistribution{0.0, 1.0}, {}}, {"y", FloatDistribution{0.0, 1.0}, {}}});
  const auto sampler = make_gp();
  TrialNumber number = 0;
  for (; number < 15; ++number) study.add(number, trial_of(propose(*sampler, study, number), 1, 1));
  std::vector<std::vector<double>> points;
  for (; number < 90; ++number) {
    const Draws values = propose(*sampler, study, number);
    points.push_back(numbers_of(values));
    study.add(number, trial_of(values, number, 1, false));
  }
  double nearest = 1.0;
  for (std::size_t i = 0; i < 10; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      nearest = std::min(nearest, std::hypot(points[i][0] - points[k][0], points[i][1] - points[k][1]));
    }
  }
  CHECK(nearest > 1e-3);
  CHECK(std::set(points.begin(), points.end()).size() == points.size());
}

TEST_CASE("whatever an objective returns, proposals go on") {
  const std::vector<std::function<double(double, TrialNumber)>> objectives = {
      [](double, TrialNumber) { return 1.0; },
      [](double x, TrialNumber n) { return n % 7 == 3 ? 1e30 : x; },
      [](double x, TrialNumber n) { return n % 5 == 1 ? infinity : x; },
      [](double x, TrialNumber n) { return n % 5 == 1 ? -infinity : x; },
      [](double, TrialNumber) { return infinity; },
      [](double x, TrialNumber) { return 1e-200 * x; },
      [](double x, TrialNumber) { return 1e300 * (x - 0.5); },
      [](double x, TrialNumber) { return 1e12 + x; },
      [](double, TrialNumber n) { return RandomStream(9, n, "noise").uniform(); },
  };
  const std::vector one{Direction::minimize}, two{Direction::minimize, Direction::minimize};
  for (const auto& [options, directions] :
       {std::pair(R"({"n_candidates": 32, "n_local_search": 1})", one),
        std::pair(
            R"({"n_candidates": 32, "n_local_search": 1, "deterministic_objective": true, "output_transform": "none"})",
            one),
        std::pair(R"({"n_candidates": 32, "n_local_search": 1})", two)}) {
    for (std::size_t which = 0; which < objectives.size(); ++which) {
      INFO(options << ' ' << directions.size() << ' ' << which);
      StudyOptions given = study_with(options);
      given.directions = directions;
      Study study = Study::create(given, shared_registry());
      TrialNumber number = 0;
      study.optimize(
          [&](Trial& trial) -> Values {
            double sum = 0.0;
            const std::vector<double> point = floats(trial, 3, 0.0, 1.0);
            for (const double x : point) sum += (x - 0.3) * (x - 0.3);
            const double value = objectives[which](sum, number++);
            return directions.size() == 1 ? Values{value} : Values{value, -point[0]};
          },
          20);
      CHECK(study.trials().size() == 20);
    }
  }
}

TEST_CASE("trials at one and the same point do no harm") {
  FakeStudy study;
  study.declare({{"x", FloatDistribution{0.0, 1.0}, {}}});
  const auto sampler = make_gp();
  for (TrialNumber number = 0; number < 60; ++number) {
    study.add({.values = {static_cast<double>(number % 2)}, .params = {{"x", FloatDistribution{0.0, 1.0}, 0.5}}});
  }
  for (int i = 0; i < 3; ++i) propose(*sampler, study, 60 + i);
}

TEST_CASE("ranges that change from trial to trial are one parameter") {
  Study study = Study::create(study_with("{}"), shared_registry());
  TrialNumber number = 0;
  study.optimize(
      [&](Trial& trial) -> Values {
        ++number;
        const double x = trial.suggest_float("x", -1.0, 1.0 + 0.01 * static_cast<double>(number % 3));
        const double y = number > 20 ? trial.suggest_float("y", 1e-3, 1.0, {.log = true}) : 0.5;
        return x * x + y * y;
      },
      50);
  CHECK(study.best_trial()->value() < 0.2);
}

TEST_CASE("within a trust region gp is pure, too, and begins anew where nothing gets better") {
  constexpr const char* options = R"({"n_candidates": 16, "n_local_search": 1, "trust_region": true,
                                      "n_startup_trials": 4, "n_local_model": 20})";
  FakeStudy study;
  const FloatDistribution unit{0.0, 1.0};
  study.declare({{"n", IntDistribution{1, 1000}, {}}, {"x", unit, {}}});
  const auto lived = make_gp(options);
  std::vector<double> distances;
  for (TrialNumber number = 0; number < 50; ++number) {
    const Draws values = propose(*lived, study, number);
    if (number % 9 == 8 || number >= 46)
      CHECK(numbers_of(propose(*make_gp(options), study, number)) == numbers_of(values));
    distances.push_back(std::abs(values[1].second - 0.5) + std::abs(values[0].second / 1000.0 - 0.5));
    // The first trial is the best one for long.
    study.add(number, {.values = {number == 0 ? 0.0 : 1.0},
                       .params = {{"n", IntDistribution{1, 1000}, number == 0 ? 500.0 : values[0].second},
                                  {"x", unit, number == 0 ? 0.5 : values[1].second}}});
  }
  // 4 trials to begin with, and 7 times 4 until the box is too small.
  CHECK(*std::max_element(distances.begin() + 24, distances.begin() + 32) < 0.1);
  CHECK(*std::max_element(distances.begin() + 32, distances.begin() + 36) > 0.2);
}

TEST_CASE("within a trust region no trial is repeated, although the best one has few neighbours") {
  FakeStudy study;
  const IntDistribution many{1, 100'000, true};
  study.declare({{"n", many, {}}});
  const auto sampler =
      make_gp(R"({"n_candidates": 32, "trust_region": true, "n_startup_trials": 4, "deterministic_objective": true})");
  std::set<double> seen;
  for (TrialNumber number = 0; number < 30; ++number) {
    const double n = propose(*sampler, study, number)[0].second;
    seen.insert(n);
    study.add(number, {.values = {n}, .params = {{"n", many, n}}});
  }
  CHECK(seen.size() == 30);
}

TEST_CASE("other samplers' wrappers may take parameters away") {
  StudyOptions options = study_with("{}");
  options.sampler = {"partial_fixed",
                     parse_json(R"({"fixed_params": {"x100": 1.0}, "base_sampler": {"plugin": "gp"}})")};
  Study study = Study::create(options, shared_registry());
  study.optimize(
      [](Trial& trial) -> Values {
        double sum = 0.0;
        for (const double x : floats(trial, 3)) sum += x * x;
        return sum;
      },
      40);
  CHECK(study.best_trial()->value() < 1.05);
}

TEST_CASE("what gp cannot serve is said before the first trial") {
  CHECK_THROWS_WITH(Study::create(study_with(R"({"kernel": "linear"})"), shared_registry()), Catch::Contains("kernel"));
  CHECK_THROWS_WITH(Study::create(study_with(R"({"n_candidates": 0})"), shared_registry()),
                    Catch::Contains("n_candidates"));
  StudyOptions two = study_with(R"({"trust_region": true})");
  two.directions = {Direction::minimize, Direction::minimize};
  CHECK_THROWS_WITH(Study::create(two, shared_registry()), Catch::Contains("trust_region"));
  CHECK_THROWS_WITH(Study::create(study_with(R"({"n_local_model": 5000})"), shared_registry()),
                    Catch::Contains("n_local_model"));
}
