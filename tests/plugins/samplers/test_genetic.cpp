// SPDX-License-Identifier: MIT
// The genetic algorithms as samplers of studies.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/sdk/hypervolume.hpp>
#include <hone/study.hpp>

#include "sampler_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

Json::Object with(Json::Object options, const char* name, Json value) {
  options.emplace_back(name, std::move(value));
  return options;
}

std::vector<Configuration> configurations() {
  const Json::Object small{{"population_size", Json(8)}};
  std::vector<Configuration> all{{"nsga2", small}, {"nsga2", with(small, "mutation", "redraw")}};
  for (const char* crossover : {"uniform", "blxalpha", "vsbx", "spx", "undx"}) {
    all.push_back({"nsga2", with(small, "crossover", crossover)});
  }
  all.push_back({"nsga3", small});
  all.push_back({"nsga3", with(small, "reference_points", Json::Array{Json::Array{0.2, 0.8}, Json::Array{1, 1}})});
  all.push_back({"sms_emoa", small});
  return all;
}

StudyOptions study_with(const Configuration& configuration, std::size_t objectives = 2) {
  StudyOptions options;
  options.name = "study";
  options.directions.assign(objectives, Direction::minimize);
  options.sampler = {configuration.name, Json(configuration.options)};
  options.pruner = {"nop"};
  options.seed = 5;
  options.load_if_exists = true;
  return options;
}

std::vector<std::string> names(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back("x" + std::to_string(100 + i));
  return all;
}

// Zitzler, Deb, Thiele 2000, with ten variables.
Values zdt1(Trial& trial) {
  double sum = 0.0;
  double first = 0.0;
  for (const std::string& name : names(10)) {
    const double x = trial.suggest_float(name, 0.0, 1.0);
    name == "x100" ? first = x : sum += x;
  }
  const double g = 1.0 + sum;
  return {first, g * (1.0 - std::sqrt(first / g))};
}

double volume_below(const Study& study, std::vector<double> reference_point) {
  std::vector<double> points;
  for (const FrozenTrial& trial : study.trials()) points.insert(points.end(), trial.values.begin(), trial.values.end());
  return sdk::hypervolume(points, reference_point);
}

}  // namespace

TEST_CASE("genetic algorithms keep what all samplers promise, with each of their options") {
  for (const Configuration& configuration : configurations()) {
    check_promises(configuration, {.objectives = 2, .trials = 96, .long_history = 0});
  }
}

TEST_CASE("parameters that only some parents have are inherited with what they depend on") {
  StudyOptions options = study_with({"nsga2", {{"population_size", Json(20)}}});
  options.space = {{"kind", CategoricalDistribution{{std::string("a"), std::string("b")}}, {}},
                   {"only_a", FloatDistribution{0.0, 1.0}, {{"kind", {std::string("a")}}}},
                   {"only_b", IntDistribution{1, 100}, {{"kind", {std::string("b")}}}}};
  Study study = Study::create(options, shared_registry());
  const auto objective = [](Trial& trial) -> Values {
    if (trial.suggest_categorical("kind", {"a", "b"}) == "a") {
      const double x = trial.suggest_float("only_a", 0.0, 1.0);
      return {std::abs(x - 0.3), std::abs(x - 0.35)};
    }
    const auto n = static_cast<double>(trial.suggest_int("only_b", 1, 100));
    return {2.0 + n, 2.0 + n};
  };
  study.optimize(objective, 400);
  std::size_t close = 0;
  for (TrialNumber n = 300; n < 400; ++n) close += study.trial(n).values[0] < 0.06 ? 1 : 0;
  CHECK(close > 50);
  CHECK(replay(study.storage(), "study", registry()).differences.empty());
}

TEST_CASE("a parameter whose range changes is drawn in the new one") {
  Study study = Study::create(study_with({"nsga2", {{"population_size", Json(10)}}}), shared_registry());
  study.optimize(
      [](Trial& trial) -> Values {
        const double x = trial.suggest_float("x", 0.0, trial.number() < 40 ? 1.0 : 0.1);
        return {x, 1.0 - x};
      },
      80);
  for (TrialNumber n = 40; n < 80; ++n) CHECK(study.trial(n).values[0] <= 0.1);
  CHECK(replay(study.storage(), "study", registry()).differences.empty());
}

TEST_CASE("infeasible trials give way to feasible ones, whatever the constraint's unit") {
  for (const char* name : {"nsga2", "nsga3", "sms_emoa"}) {
    Study study = Study::create(study_with({name, {{"population_size", Json(20)}}}), shared_registry());
    study.optimize(
        [](Trial& trial) -> Values {
          const double x = trial.suggest_float("x", 0.0, 10.0);
          const double y = trial.suggest_float("y", 0.0, 10.0);
          trial.set_constraint("far", 1e6 * (9.0 - x));
          trial.set_constraint("near", 1e-6 * (8.0 - y));
          return {x, y};
        },
        400);
    std::size_t feasible = 0;
    for (TrialNumber n = 300; n < 400; ++n) {
      feasible += study.trial(n).values[0] >= 9.0 && study.trial(n).values[1] >= 8.0 ? 1 : 0;
    }
    INFO(name);
    CHECK(feasible > 40);
  }
}

TEST_CASE("workers agree on each generation, leave none out, and every proposal is derived again") {
  const std::string file = (std::filesystem::temp_directory_path() / "hone_test_genetic.db").string();
  for (const Configuration& configuration : configurations()) {
    INFO(described(configuration));
    std::filesystem::remove(file);
    StudyOptions options = study_with(configuration);
    options.storage = storage_spec_from_url("sqlite:///" + file);
    Study::create(options, shared_registry());
    {
      std::vector<std::jthread> workers;
      for (int i = 0; i < 3; ++i) {
        workers.emplace_back([&] {
          OptimizeOptions run;
          run.budget = 90;
          run.jobs = 2;
          Study::create(options, shared_registry()).optimize(zdt1, run);
        });
      }
    }
    Study study = Study::load(options, shared_registry());
    CHECK(study.count(TrialState::complete) == 90);
    const ReplayReport report = replay(study.storage(), "study", registry());
    CHECK(report.differences == std::vector<std::string>{});
    CHECK(report.agreed == 900);
    std::set<std::int64_t> members;
    std::size_t named = 0;
    for (const auto& [key, json] : study.facts()) {
      if (key.find(":generation:") == key.npos) continue;
      const Json list = parse_json(json);
      for (const Json& number : *list.as_array()) members.insert(*number.as_int()), ++named;
    }
    CHECK(members.size() == named);
    // Too few for one more generation may be left, and those that ran when the last trial began.
    constexpr std::size_t population_size = 10;
    constexpr std::size_t jobs = 6;
    if (configuration.name != "sms_emoa") CHECK(named >= 90 - (population_size - 1) - jobs);
  }
  std::filesystem::remove(file);
}

TEST_CASE("genetic algorithms come nearer to the front of ZDT1 than random draws, by far") {
  const auto volume = [](const Configuration& configuration) {
    std::vector<double> volumes;
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      StudyOptions options = study_with(configuration);
      options.seed = seed;
      Study study = Study::create(options, shared_registry());
      study.optimize(zdt1, 1500);
      volumes.push_back(volume_below(study, {1.1, 1.1}));
    }
    std::ranges::sort(volumes);
    return volumes[1];
  };
  CHECK(volume({"random"}) < 0.2);
  for (const char* name : {"nsga2", "nsga3", "sms_emoa"}) {
    INFO(name);
    CHECK(volume({name}) > 0.65);
  }
}

TEST_CASE("a wrapper that fixes a parameter leaves the others to the genetic algorithm") {
  Study study = Study::create(
      study_with(
          {"partial_fixed", {{"fixed_params", Json(Json::Object{{"x100", Json(0.5)}})}, {"base_sampler", "nsga2"}}}),
      shared_registry());
  study.optimize(zdt1, 1500);
  for (const FrozenTrial& trial : study.trials()) CHECK(trial.values[0] == 0.5);
  double best = 10.0;
  for (const FrozenTrial& trial : study.trials()) best = std::min(best, trial.values[1]);
  CHECK(best < 0.6);
}
