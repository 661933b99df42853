// SPDX-License-Identifier: MIT
// The sampler brute_force in studies.
#include <catch2/catch.hpp>

#include <filesystem>
#include <set>
#include <thread>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "../plugin_registry.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;

namespace {

StudyOptions brute_study() {
  StudyOptions options;
  options.name = "study";
  options.sampler = {"brute_force"};
  options.pruner = {"nop"};
  options.seed = 3;
  options.load_if_exists = true;
  return options;
}

// 2 * 3 + 5 + 1 * 2 = 13 different trials.
Values branches(Trial& trial) {
  const auto kind = trial.suggest_categorical("kind", {"a", "b", "c"});
  if (kind == "a") {
    const double x = trial.suggest_float("x", 0.0, 0.1, {.step = 0.1});
    return x + static_cast<double>(trial.suggest_int("n", 1, 3));
  }
  if (kind == "b") return static_cast<double>(trial.suggest_int("m", 0, 8, {.step = 2}));
  return static_cast<double>(trial.suggest_int("one", 4, 4)) +
         (trial.suggest_categorical("flag", {"yes", "no"}) == "yes" ? 1.0 : 0.0);
}

std::string to_text(const Choice& value) {
  const auto json = [](const auto& v) -> Json {
    if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>)
      return {};
    else
      return Json(v);
  };
  return to_json_text(std::visit(json, value));
}

std::multiset<std::vector<std::string>> tried(const Study& study) {
  std::multiset<std::vector<std::string>> all;
  for (const FrozenTrial& trial : study.trials()) {
    std::vector<std::string> path;
    for (const auto& p : trial.params) path.push_back(p.name + '=' + to_text(p.value));
    all.insert(path);
  }
  return all;
}

std::size_t distinct(const std::multiset<std::vector<std::string>>& all) {
  return std::set<std::vector<std::string>>(all.begin(), all.end()).size();
}

}  // namespace

TEST_CASE("everything that a program can suggest is tried once, and the study ends by itself") {
  Study study = Study::create(brute_study(), shared_registry());
  study.optimize(branches, OptimizeOptions{});
  CHECK(tried(study).size() == 13);
  CHECK(distinct(tried(study)) == 13);
  study.optimize(branches, OptimizeOptions{});
  CHECK(tried(study).size() == 13);
  CHECK(replay(study.storage(), "study", registry()).differences.empty());
}

TEST_CASE("many processes try everything once") {
  const std::string file = (std::filesystem::temp_directory_path() / "hone_test_brute_force.db").string();
  for (int round = 0; round < 5; ++round) {
    std::filesystem::remove(file);
    StudyOptions options = brute_study();
    options.seed = static_cast<std::uint64_t>(round);
    options.storage = storage_spec_from_url("sqlite:///" + file);
    // As long as no trial has ended, workers that begin together know of no tree and may repeat each other.
    Study::create(options, shared_registry()).optimize(branches, 1);
    {
      std::vector<std::jthread> workers;
      for (int i = 0; i < 3; ++i) {
        workers.emplace_back([&] {
          OptimizeOptions run;
          run.jobs = 2;
          Study::create(options, shared_registry()).optimize(branches, run);
        });
      }
    }
    Study study = Study::load(options, shared_registry());
    CHECK(tried(study).size() == 13);
    CHECK(distinct(tried(study)) == 13);
    const ReplayReport report = replay(study.storage(), "study", registry());
    CHECK(report.differences == std::vector<std::string>{});
  }
  std::filesystem::remove(file);
}

TEST_CASE("what a failed trial had claimed and not reached is tried by another") {
  Study study = Study::create(brute_study(), shared_registry());
  // The first trial discovers the space, later ones fail after their first suggestion.
  int count = 0;
  const auto fails_early = [&](Trial& trial) -> Values {
    const auto a = trial.suggest_int("a", 0, 2);
    if (++count > 6 && count % 3 == 2) throw std::runtime_error("on the way");
    return static_cast<double>(a + trial.suggest_int("b", 0, 3));
  };
  study.optimize(fails_early, OptimizeOptions{});
  std::set<std::vector<std::string>> complete;
  for (const FrozenTrial& trial : study.trials()) {
    if (trial.state != TrialState::complete) continue;
    complete.insert({to_text(*trial.param("a")), to_text(*trial.param("b"))});
  }
  CHECK(complete.size() == 12);
}

TEST_CASE("with a fixed parameter what is left is tried once, also in a study that began without") {
  StudyOptions fixed = brute_study();
  fixed.sampler = {"partial_fixed", parse_json(R"({"fixed_params": {"kind": "a"}, "base_sampler": "brute_force"})")};
  SECTION("from the beginning") {
    Study study = Study::create(fixed, shared_registry());
    study.optimize(branches, OptimizeOptions{});
    CHECK(tried(study).size() == 6);
    CHECK(distinct(tried(study)) == 6);
    CHECK(replay(study.storage(), "study", registry()).differences.empty());
  }
  SECTION("later") {
    const std::string file = (std::filesystem::temp_directory_path() / "hone_test_brute_force_fixed.db").string();
    std::filesystem::remove(file);
    StudyOptions free = brute_study();
    free.storage = fixed.storage = storage_spec_from_url("sqlite:///" + file);
    Study::create(free, shared_registry()).optimize(branches, 8);
    Study study = Study::load(fixed, shared_registry());
    study.optimize(branches, OptimizeOptions{});
    std::multiset<std::vector<std::string>> with_a;
    for (const auto& path : tried(study)) {
      if (path.front() == "kind=\"a\"") with_a.insert(path);
    }
    CHECK(with_a.size() == 6);
    CHECK(distinct(with_a) == 6);
    std::filesystem::remove(file);
  }
}

TEST_CASE("fixed parameters may be nested, and named by what a step is written as") {
  StudyOptions options = brute_study();
  options.sampler = {"partial_fixed", parse_json(R"({"fixed_params": {"x": 0.3}, "base_sampler": {
    "plugin": "partial_fixed", "fixed_params": {"flag": "yes"}, "base_sampler": "brute_force"}})")};
  Study study = Study::create(options, shared_registry());
  const auto objective = [](Trial& trial) -> Values {
    trial.suggest_categorical("flag", {"no", "yes"});
    return trial.suggest_float("x", 0.0, 1.0, {.step = 0.1}) + static_cast<double>(trial.suggest_int("n", 1, 4));
  };
  // In the grid the third step is 0.30000000000000004.
  study.enqueue_trial({{"flag", "yes"}, {"x", 0.1 * 3}, {"n", std::int64_t{2}}});
  study.optimize(objective, OptimizeOptions{});
  CHECK(tried(study).size() == 4);
  std::set<std::int64_t> n;
  for (const FrozenTrial& trial : study.trials()) n.insert(std::get<std::int64_t>(*trial.param("n")));
  CHECK(n.size() == 4);
}

TEST_CASE("workers with different fixed values do not end each other") {
  const std::string file = (std::filesystem::temp_directory_path() / "hone_test_brute_force_two.db").string();
  std::filesystem::remove(file);
  const auto with = [&](const char* kind) {
    StudyOptions options = brute_study();
    options.sampler = {"partial_fixed", Json(Json::Object{{"fixed_params", Json(Json::Object{{"kind", kind}})},
                                                          {"base_sampler", "brute_force"}})};
    options.storage = storage_spec_from_url("sqlite:///" + file);
    return options;
  };
  Study first = Study::create(with("a"), shared_registry());
  Study second = Study::create(with("b"), shared_registry());
  std::jthread other([&] { first.optimize(branches, OptimizeOptions{}); });
  second.optimize(branches, OptimizeOptions{});
  other.join();
  // A trial that has suggested nothing yet belongs to nobody, so the last ones may need another call.
  first.optimize(branches, OptimizeOptions{});
  second.optimize(branches, OptimizeOptions{});
  CHECK(distinct(tried(second)) == 6 + 5);
  CHECK(tried(second).size() == 6 + 5);
  std::filesystem::remove(file);
}

TEST_CASE("a fixed value that a parameter cannot take ends the study with a clear word") {
  StudyOptions options = brute_study();
  options.sampler = {"partial_fixed", parse_json(R"({"fixed_params": {"d": "y"}, "base_sampler": "brute_force"})")};
  options.space = {{"d", CategoricalDistribution{{std::string("x")}}, {}}, {"n", IntDistribution{1, 2}, {}}};
  Study study = Study::create(options, shared_registry());
  const auto objective = [](Trial& trial) -> Values {
    trial.suggest_categorical("d", {"x"});
    return static_cast<double>(trial.suggest_int("n", 1, 2));
  };
  CHECK_THROWS_WITH(study.optimize(objective, OptimizeOptions{}), Catch::Contains("the fixed value of 'd'"));
  CHECK(study.trials().empty());
}

TEST_CASE("a continuous parameter that is fixed does not hinder") {
  StudyOptions options = brute_study();
  options.sampler = {"partial_fixed", parse_json(R"({"fixed_params": {"x": 0.5}, "base_sampler": "brute_force"})")};
  options.space = {{"x", FloatDistribution{0.0, 1.0}, {}}, {"n", IntDistribution{1, 5}, {}}};
  Study study = Study::create(options, shared_registry());
  study.optimize([](Trial& t) -> Values { return t.suggest_float("x", 0.0, 1.0) + double(t.suggest_int("n", 1, 5)); },
                 OptimizeOptions{});
  CHECK(tried(study).size() == 5);
  CHECK(distinct(tried(study)) == 5);
}

TEST_CASE("trials that were enqueued or added are not tried again") {
  Study study = Study::create(brute_study(), shared_registry());
  study.enqueue_trial({{"kind", "b"}, {"m", std::int64_t{4}}});
  study.enqueue_trial({{"kind", "a"}});
  study.optimize(branches, OptimizeOptions{});
  CHECK(tried(study).size() == 13);
  CHECK(distinct(tried(study)) == 13);
}

TEST_CASE("a declared space is tried with its conditions, in several directions") {
  StudyOptions options = brute_study();
  options.directions = {Direction::minimize, Direction::maximize};
  options.space = {{"kind", CategoricalDistribution{{std::string("a"), std::string("b")}}, {}},
                   {"n", IntDistribution{1, 10, true}, {{"kind", {std::string("a")}}}},
                   {"f", FloatDistribution{0.0, 0.3, false, 0.1}, {{"kind", {std::string("b")}}}}};
  Study study = Study::create(options, shared_registry());
  OptimizeOptions run;
  run.jobs = 4;
  study.optimize([](Trial& trial) -> Values { return {static_cast<double>(trial.number()), 1.0}; }, run);
  CHECK(tried(study).size() == 14);
  CHECK(distinct(tried(study)) == 14);
}

TEST_CASE("a continuous range is refused, before the first trial if the space is declared") {
  StudyOptions options = brute_study();
  options.space = {{"x", FloatDistribution{0.0, 1.0}, {}}};
  Study declared = Study::create(options, shared_registry());
  CHECK_THROWS_WITH(declared.optimize(branches, 1), Catch::Contains("'x' is continuous"));
  CHECK(declared.trials().empty());
  Study study = Study::create(brute_study(), shared_registry());
  CHECK_THROWS_WITH(study.optimize([](Trial& t) -> Values { return t.suggest_float("x", 0.0, 1.0); }, 1),
                    Catch::Contains("'x' is continuous"));
}

TEST_CASE("a range of more values than can be tried is refused") {
  StudyOptions options = brute_study();
  options.space = {{"n", IntDistribution{1, 2'000'000}, {}}};
  Study study = Study::create(options, shared_registry());
  CHECK_THROWS_WITH(study.optimize(branches, 1), Catch::Contains("more than a million values"));
}

TEST_CASE("a program that does not repeat itself is told so") {
  Study study = Study::create(brute_study(), shared_registry());
  CHECK_THROWS_WITH(study.optimize(
                        [](Trial& t) -> Values {
                          return static_cast<double>(t.suggest_int(t.number() % 2 == 0 ? "even" : "odd", 0, 9));
                        },
                        OptimizeOptions{}),
                    Catch::Contains("one trial suggests 'even' and another one 'odd'"));
}

TEST_CASE("brute force is a function of the seed, the number and the visible trials") {
  FactoryContext context;
  context.host = &registry().host();
  const std::vector<Direction> one{Direction::minimize};
  context.directions = one;
  FakeStudy study, shuffled;
  const auto make = [&] { return registry().make_sampler({"brute_force"}, context); };
  const auto lived = make();
  const Distribution distribution = IntDistribution{0, 19};
  std::vector<double> values;
  for (TrialNumber n = 0; n < 15; ++n) {
    values.push_back(lived->sample_independent(study, TrialView(n), study.parameter("n", distribution)));
    study.add(n, {.values = {1.0}, .params = {{"n", distribution, values.back()}}});
  }
  for (TrialNumber n = 15; n-- > 0;) {
    shuffled.add(n, {.values = {1.0}, .params = {{"n", distribution, values[static_cast<std::size_t>(n)]}}});
  }
  CHECK(std::set<double>(values.begin(), values.end()).size() == 15);
  const double next = lived->sample_independent(study, TrialView(15), study.parameter("n", distribution));
  CHECK(make()->sample_independent(study, TrialView(15), study.parameter("n", distribution)) == next);
  CHECK(make()->sample_independent(shuffled, TrialView(15), shuffled.parameter("n", distribution)) == next);
}
