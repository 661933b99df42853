// SPDX-License-Identifier: MIT
// The sampler gp in studies: pure, robust, and good after few trials.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <set>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "../sampler_fixture.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// What a proposal costs under a sanitizer is twenty times as much, and its quality the same.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
constexpr std::uint64_t seeds = sanitized ? 1 : 5;

std::shared_ptr<Sampler> make_gp(const char* options = "{}", std::size_t objectives = 1) {
  return make_sampler({"gp", *parse_json(options).as_object()}, std::vector(objectives, Direction::minimize));
}

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

StudyOptions study_with(const char* options, std::uint64_t seed = 1) {
  StudyOptions result;
  result.sampler = {"gp", parse_json(options)};
  result.pruner = {"nop"};
  result.seed = seed;
  return result;
}

std::vector<double> floats(Trial& trial, std::size_t n, double low = -5.0, double high = 5.0) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(trial.suggest_float("x" + std::to_string(100 + i), low, high));
  return x;
}

Values sphere(Trial& trial) {
  double sum = 0.0;
  for (const double x : floats(trial, 10)) sum += x * x;
  return sum;
}

double median_best(const Objective& objective, std::int64_t trials, const char* options = "{}") {
  std::vector<double> bests;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    Study study = Study::create(study_with(options, seed), shared_registry());
    study.optimize(objective, trials);
    bests.push_back(study.best_trial()->value());
  }
  std::ranges::sort(bests);
  return bests[seeds / 2];
}

}  // namespace

TEST_CASE("a fresh gp proposes what one proposes that has lived through the study, with trials running") {
  for (const std::size_t objectives : {1u, 2u}) {
    for (const char* options : {R"({"n_candidates": 16, "n_local_search": 1})",
                                R"({"n_candidates": 16, "n_local_search": 1, "n_local_model": 25})"}) {
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

TEST_CASE("on ten parameters a hundred trials come near the optimum") {
  if (sanitized) {
    CHECK(median_best(sphere, 48) < 2.0);
    return;
  }
  CHECK(median_best(sphere, 100) < 0.01);
  const auto rosenbrock = [](Trial& trial) -> Values {
    const std::vector<double> x = floats(trial, 10);
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      sum += 100.0 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1.0 - x[i], 2);
    }
    return sum;
  };
  CHECK(median_best(rosenbrock, 100) < 60.0);
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

TEST_CASE("a hundred parameters are no obstacle") {
  Study study = Study::create(study_with(R"({"n_candidates": 64, "n_local_search": 1})"), shared_registry());
  study.optimize(
      [](Trial& trial) -> Values {
        const std::vector<double> x = floats(trial, 100);
        return x[0] * x[0] + x[1] * x[1];
      },
      40);
  CHECK(study.best_trial()->value() < 2.0);
}

TEST_CASE("on a grid no point is proposed twice before all have been") {
  Study study = Study::create(study_with(R"({"deterministic_objective": true})"), shared_registry());
  std::set<std::pair<std::int64_t, std::string>> seen;
  std::size_t repeats = 0;
  study.optimize(
      [&](Trial& trial) -> Values {
        const std::int64_t n = trial.suggest_int("n", 0, 9);
        const std::string kind = trial.suggest_categorical("kind", {"a", "b", "c", "d"});
        // The first ten are at random.
        if (!seen.emplace(n, kind).second && trial.number() >= 10) ++repeats;
        return static_cast<double>((n - 3) * (n - 3)) + (kind == "c" ? 0.0 : 0.5);
      },
      35);
  CHECK(repeats == 0);
  study.optimize(
      [&](Trial& trial) -> Values {
        seen.emplace(trial.suggest_int("n", 0, 9), trial.suggest_categorical("kind", {"a", "b", "c", "d"}));
        return 1.0;
      },
      15);
  CHECK(seen.size() == 40);
}

TEST_CASE("with branches no point is proposed twice before all have been") {
  Study study = Study::create(study_with(R"({"deterministic_objective": true})"), shared_registry());
  std::set<std::pair<std::string, std::int64_t>> seen;
  std::size_t repeats = 0;
  const auto objective = [&](Trial& trial) -> Values {
    const std::string kind = trial.suggest_categorical("kind", {"a", "b"});
    const std::int64_t n = kind == "a" ? trial.suggest_int("n", 0, 5) : trial.suggest_int("m", 0, 11);
    // The first ones are spread evenly, and may be alike.
    if (!seen.emplace(kind, n).second && seen.size() < 18 && trial.number() >= 10) ++repeats;
    return static_cast<double>((n - 3) * (n - 3)) + (kind == "a" ? 0.0 : 20.0);
  };
  study.optimize(objective, 30);
  CHECK(repeats == 0);
  CHECK(seen.size() == 18);
}

TEST_CASE("mixed parameters are learned together") {
  const auto mixed = [](Trial& trial) -> Values {
    const double x = trial.suggest_float("x", 0.0, 1.0);
    const std::int64_t n = trial.suggest_int("n", 1, 1000, {.log = true});
    const bool good = trial.suggest_categorical("kind", {"a", "b", "c", "d", "e"}) == "d";
    return (x - 0.4) * (x - 0.4) + std::abs(std::log(static_cast<double>(n) / 30.0)) + (good ? 0.0 : 1.0);
  };
  CHECK(median_best(mixed, 60) < 0.06);
}

TEST_CASE("constraints are kept to, and learned while nothing is feasible") {
  for (const char* options : {"{}", R"({"kernel": "rbf"})"}) {
    Study study = Study::create(study_with(options), shared_registry());
    int feasible = 0;
    study.optimize(
        [&](Trial& trial) -> Values {
          const std::vector<double> x = floats(trial, 4, 0.0, 1.0);
          // A ball of 0.3 about (0.8, ...) has one part in 120 of the cube.
          double squared = -0.09;
          for (const double u : x) squared += (u - 0.8) * (u - 0.8);
          trial.set_constraint("ball", squared);
          feasible += squared <= 0.0 ? 1 : 0;
          return x[0] + x[1] + x[2] + x[3];
        },
        60);
    CHECK(feasible > 10);
    REQUIRE(study.best_trial());
    // The least is 3.2 - 0.6.
    CHECK(study.best_trial()->value() < 2.65);
  }
}

TEST_CASE("several objectives: the front is found") {
  StudyOptions options = study_with("{}");
  options.directions = {Direction::minimize, Direction::maximize};
  Study study = Study::create(options, shared_registry());
  study.optimize(
      [](Trial& trial) -> Values {
        const std::vector<double> x = floats(trial, 3, 0.0, 1.0);
        const double off = std::pow(x[1] - 0.5, 2) + std::pow(x[2] - 0.5, 2);
        return {x[0] * x[0] + off, 1.0 - std::pow(x[0] - 1.0, 2) - off};
      },
      60);
  const auto front = study.best_trials();
  CHECK(front.size() > 15);
  double low = infinity, high = -infinity;
  for (const FrozenTrial& trial : front) {
    low = std::min(low, trial.values[0]);
    high = std::max(high, trial.values[0]);
  }
  CHECK(low < 0.05);
  CHECK(high > 0.8);
}

TEST_CASE("several objectives: a few outliers do not hide the front") {
  StudyOptions options = study_with("{}");
  options.directions = {Direction::minimize, Direction::minimize};
  Study study = Study::create(options, shared_registry());
  study.optimize(
      [](Trial& trial) -> Values {
        const std::vector<double> x = floats(trial, 3, 0.0, 1.0);
        const double off = std::pow(x[1] - 0.5, 2) + std::pow(x[2] - 0.5, 2);
        const double broken = x[2] > 0.8 ? 1e30 : 0.0;
        return {x[0] * x[0] + off + broken, std::pow(x[0] - 1.0, 2) + off + broken};
      },
      60);
  std::int64_t near = 0;
  for (const FrozenTrial& trial : study.trials()) {
    // On the front itself sqrt a + sqrt b is 1.
    near += std::sqrt(trial.values[0]) + std::sqrt(trial.values[1]) < 1.05 ? 1 : 0;
  }
  CHECK(near > 5);
}

TEST_CASE("a parameter of one branch is modelled from the trials of that branch") {
  Study study = Study::create(study_with("{}"), shared_registry());
  std::vector<double> late;
  study.optimize(
      [&](Trial& trial) -> Values {
        if (trial.suggest_categorical("kind", {"a", "b"}) == "b") return 1.0 + trial.suggest_float("y", 0.0, 1.0);
        const double x = trial.suggest_float("x", 0.0, 1.0);
        if (trial.number() >= 15) late.push_back(x);
        return (x - 0.7) * (x - 0.7);
      },
      60);
  REQUIRE(late.size() > 20);
  CHECK(study.best_trial()->value() < 1e-5);
  CHECK(std::ranges::count_if(late, [](double x) { return std::abs(x - 0.7) < 0.05; }) > 8);
}

TEST_CASE("a parameter of a branch is proposed for the values that the parameters of all trials have") {
  FakeStudy study;
  const FloatDistribution unit{0.0, 1.0};
  const CategoricalDistribution kinds{{std::string("a"), std::string("b")}};
  const auto sampler = make_gp(R"({"n_candidates": 64, "n_local_search": 1})");
  TrialNumber number = 0;
  for (; number < 80; ++number) {
    RandomStream stream(1, number, "points");
    const double u = stream.uniform(), x = stream.uniform();
    FakeTrial trial{.values = {1.0}, .params = {{"kind", kinds, number % 2 ? 1.0 : 0.0}, {"u", unit, u}}};
    if (number % 2 == 0) {
      trial.values = {std::pow(x - u, 2)};
      trial.params.push_back({"x", unit, x});
    }
    study.add(number, trial);
  }
  double distance = 0.0;
  for (; number < 88; ++number) {
    const Draws values = propose(*sampler, study, number);
    REQUIRE(values.size() == 3);
    CHECK(numbers_of(propose(*make_gp(R"({"n_candidates": 64, "n_local_search": 1})"), study, number)) ==
          numbers_of(values));
    distance += std::abs(values[2].second - values[1].second) / 8.0;
    study.add(number, {.values = {1.0}, .params = {{"kind", kinds, 1.0}, {"u", unit, 0.1 * (number % 10)}}});
  }
  // Of two numbers that know nothing of each other it is a third.
  CHECK(distance < 0.1);
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

TEST_CASE("far more trials than a model holds are no more work each") {
  FakeStudy study;
  study.declare({{"x", FloatDistribution{0.0, 1.0}, {}}, {"y", FloatDistribution{0.0, 1.0}, {}}});
  const Draws some = propose(*make_gp(), study, 0);
  for (TrialNumber number = 0; number < 3000; ++number) {
    Draws values = some;
    RandomStream stream(1, number, "points");
    for (auto& [parameter, value] : values) value = stream.uniform();
    study.add(number, {.values = {std::pow(values[0].second - 0.3, 2) + std::pow(values[1].second - 0.3, 2)},
                       .params = {{"x", FloatDistribution{0.0, 1.0}, values[0].second},
                                  {"y", FloatDistribution{0.0, 1.0}, values[1].second}}});
  }
  const std::vector<double> proposed = numbers_of(propose(*make_gp(R"({"n_local_model": 200})"), study, 3000));
  CHECK(proposed[0] == Approx(0.3).margin(0.03));
  CHECK(proposed[1] == Approx(0.3).margin(0.03));
}

TEST_CASE("with forty branches a proposal does not fit everything anew") {
  FakeStudy study;
  const FloatDistribution unit{0.0, 1.0};
  const auto sampler = make_gp(R"({"n_candidates": 16, "n_local_search": 1})");
  for (TrialNumber number = 0; number < 40 * 30; ++number) {
    const double x = RandomStream(1, number, "points").uniform();
    study.add(number, {.values = {std::pow(x - 0.3, 2)}, .params = {{"x" + std::to_string(number % 40), unit, x}}});
  }
  const auto seconds = [&](TrialNumber number) {
    const std::clock_t start = std::clock();
    propose(*sampler, study, number);
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  };
  const double first = seconds(1200);
  // The same trials, nothing to fit.
  const double second = std::min(seconds(1202), seconds(1204));
  INFO(first << ' ' << second);
  CHECK(second < 0.5 * first);
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
