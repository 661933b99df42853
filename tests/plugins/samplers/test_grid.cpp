// SPDX-License-Identifier: MIT
// The samplers grid and partial_fixed in studies.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "../plugin_registry.hpp"
#include "grid.hpp"

using namespace hone;
using namespace hone::test;

namespace {

StudyOptions study_with(const char* sampler, const char* options) {
  StudyOptions result;
  result.sampler = {sampler, parse_json(options)};
  result.pruner = {"nop"};
  result.seed = 3;
  return result;
}

// Runs until the study ends by itself, and returns what was tried, as text.
std::multiset<std::string> tried(Study& study, const Objective& objective, std::int64_t jobs = 1) {
  OptimizeOptions run;
  run.jobs = jobs;
  study.optimize(objective, run);
  std::multiset<std::string> result;
  for (const FrozenTrial& trial : study.trials()) {
    Json params{Json::Object{}};
    for (const auto& p : trial.params)
      params.set(p.name, std::visit(
                             [](const auto& v) -> Json {
                               if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>)
                                 return Json();
                               else
                                 return Json(v);
                             },
                             p.value));
    result.insert(to_json_text(params));
  }
  return result;
}

Values two(Trial& trial) {
  return trial.suggest_float("x", 0.0, 1.0) + static_cast<double>(trial.suggest_int("n", 1, 9));
}

}  // namespace

TEST_CASE("a point of the grid is a number with the lists' lengths as bases") {
  const std::vector<std::size_t> lengths = {2, 3, 4};
  CHECK(grid::point_count(lengths) == 24);
  CHECK(grid::places_of(0, lengths) == std::vector<std::size_t>{0, 0, 0});
  CHECK(grid::places_of(23, lengths) == std::vector<std::size_t>{1, 2, 3});
  CHECK(grid::places_of(17, lengths) == std::vector<std::size_t>{1, 1, 1});
  const std::vector<std::size_t> many(40, 4);
  CHECK_THROWS_WITH(grid::point_count(many), Catch::Contains("more than 2^31 points"));
}

TEST_CASE("a grid of given values is tried once, by any number of workers, and the study ends by itself") {
  for (const std::int64_t jobs : {1, 4}) {
    Study study =
        Study::create(study_with("grid", R"({"search_space": {"x": [0.25, 0.5], "n": [1, 5, 9]}})"), shared_registry());
    const auto all = tried(study, two, jobs);
    CHECK(all.size() == 6);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == 6);
    CHECK(all.contains(R"({"x": 0.25, "n": 9})"));
    CHECK(tried(study, two, jobs).size() == 6);
  }
}

TEST_CASE("the order of the grid is the seed's") {
  const auto order = [](std::uint64_t seed) {
    StudyOptions options = study_with("grid", R"({"search_space": {"x": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]}})");
    options.seed = seed;
    Study study = Study::create(options, shared_registry());
    study.optimize([](Trial& t) -> Values { return t.suggest_float("x", 0.0, 1.0); }, OptimizeOptions{});
    std::vector<double> values;
    for (const FrozenTrial& trial : study.trials()) values.push_back(trial.value());
    return values;
  };
  CHECK(order(1) == order(1));
  CHECK(order(1) != order(2));
}

TEST_CASE("without values the grid is the declared space's") {
  StudyOptions options = study_with("grid", "{}");
  options.space = {{"x", FloatDistribution{0.0, 0.3, false, 0.1}, {}},
                   {"n", IntDistribution{2, 6, false, 2}, {}},
                   {"c", CategoricalDistribution{{Choice("a"), Choice()}}, {}}};
  Study study = Study::create(options, shared_registry());
  const auto all =
      tried(study, [](Trial& trial) -> Values { return trial.suggest_float("x", 0.0, 0.3, {.step = 0.1}); });
  CHECK(all.size() == 4 * 3 * 2);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
}

TEST_CASE("in a declared space with conditions every trial is tried once") {
  StudyOptions options = study_with("grid", "{}");
  options.space = {{"kind", CategoricalDistribution{{std::string("a"), std::string("b")}}, {}},
                   {"n", IntDistribution{1, 3}, {{"kind", {std::string("a")}}}},
                   {"m", IntDistribution{1, 4}, {{"n", {}, 2.0, 3.0}}}};
  Study study = Study::create(options, shared_registry());
  const auto objective = [](Trial& trial) -> Values {
    if (trial.suggest_categorical("kind", {"a", "b"}) == "b") return 0.0;
    if (trial.suggest_int("n", 1, 3) >= 2) trial.suggest_int("m", 1, 4);
    return 1.0;
  };
  const auto all = tried(study, objective);
  CHECK(all.size() == 1 + 1 + 2 * 4);
  CHECK(std::set(all.begin(), all.end()).size() == all.size());
}

TEST_CASE("a grid that cannot be made says so before the first trial") {
  const auto refuses = [](const StudyOptions& options, const char* message) {
    Study study = Study::create(options, shared_registry());
    CHECK_THROWS_WITH(study.optimize(two, 1), Catch::Contains(message));
    CHECK(study.trials().empty());
  };
  refuses(study_with("grid", "{}"), "a grid needs values");
  StudyOptions continuous = study_with("grid", "{}");
  continuous.space = {{"x", FloatDistribution{0.0, 1.0}, {}}};
  refuses(continuous, "the parameter 'x' is continuous");
  CHECK_THROWS_WITH(Study::create(study_with("grid", R"({"search_space": {"x": []}})"), shared_registry()),
                    Catch::Contains("at least one value"));
}

TEST_CASE("values that are not in the grid, or not in the range, end the study with a clear word") {
  Study missing = Study::create(study_with("grid", R"({"search_space": {"x": [0.5]}})"), shared_registry());
  CHECK_THROWS_WITH(missing.optimize(two, 1), Catch::Contains("no values for 'n'"));
  Study outside = Study::create(study_with("grid", R"({"search_space": {"x": [5.0], "n": [1]}})"), shared_registry());
  CHECK_THROWS_WITH(outside.optimize(two, 1), Catch::Contains("none that the parameter can take"));
}

TEST_CASE("a parameter that is fixed keeps its value, and the others are proposed by the base sampler") {
  Study study = Study::create(study_with("partial_fixed", R"({"fixed_params": {"n": 4}, "base_sampler": "tpe"})"),
                              shared_registry());
  study.optimize(two, 60);
  for (const FrozenTrial& trial : study.trials()) CHECK(std::get<std::int64_t>(*trial.param("n")) == 4);
  CHECK(study.best_trial()->value() < 4.05);

  Study plain = Study::create(study_with("tpe", "{}"), shared_registry());
  plain.optimize([](Trial& t) -> Values { return t.suggest_float("x", 0.0, 1.0); }, 30);
  Study wrapped =
      Study::create(study_with("partial_fixed", R"({"fixed_params": {}, "base_sampler": "tpe"})"), shared_registry());
  wrapped.optimize([](Trial& t) -> Values { return t.suggest_float("x", 0.0, 1.0); }, 30);
  for (TrialNumber n = 0; n < 30; ++n) CHECK(plain.trial(n).value() == wrapped.trial(n).value());
}

TEST_CASE("a grid leaves out what a fixed parameter does not take") {
  const std::string given = R"({"fixed_params": {"n": 2}, "base_sampler": {"plugin": "grid", "search_space":
    {"x": [0.0, 0.5, 1.0], "n": [1, 2, 3]}}})";
  Study study = Study::create(study_with("partial_fixed", given.c_str()), shared_registry());
  const auto all = tried(study, two);
  CHECK(all.size() == 3);
  CHECK(std::set(all.begin(), all.end()).size() == 3);

  StudyOptions declared = study_with("partial_fixed", R"({"fixed_params": {"x": 0.25}, "base_sampler": "grid"})");
  declared.space = {{"x", FloatDistribution{0.0, 1.0}, {}}, {"n", IntDistribution{1, 5}, {}}};
  Study continuous = Study::create(declared, shared_registry());
  CHECK(tried(continuous, two).size() == 5);
}

TEST_CASE("what the base sampler cannot do, the wrapped one cannot either") {
  StudyOptions options = study_with("partial_fixed", R"({"fixed_params": {"n": 4}})");
  options.sampler.options.set("base_sampler", HONE_SAMPLER_OF_ONE_OBJECTIVE);
  options.directions = {Direction::minimize, Direction::minimize};
  CHECK_THROWS_WITH(Study::create(options, shared_registry()), Catch::Contains("serves one objective"));
  options.sampler.options.set("base_sampler", "random");
  CHECK_NOTHROW(Study::create(options, shared_registry()));
}

TEST_CASE("a fixed value that the parameter cannot take is named") {
  Study study = Study::create(study_with("partial_fixed", R"({"fixed_params": {"n": 40}})"), shared_registry());
  CHECK_THROWS_WITH(study.optimize(two, 1), Catch::Contains("the fixed value of 'n'"));
}
