// SPDX-License-Identifier: MIT
#include <pthread.h>

#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include <hone/error.hpp>

#include "fake_plugins.hpp"
#include "fake_storage.hpp"

using namespace hone;

namespace {
Study study_in(const std::string& where, const std::string& sampler = "keyed") {
  return Study::create(fake_study(where, sampler), fake_registry());
}
Values parabola(Trial& trial) {
  const double x = trial.suggest_float("x", -10.0, 10.0);
  return (x - 2.0) * (x - 2.0);
}
}  // namespace

TEST_CASE("an objective is minimised and the best trial is the lowest") {
  Study study = study_in("minimise");
  study.optimize(parabola, 50);
  const auto trials = study.trials();
  REQUIRE(trials.size() == 50);
  double lowest = std::numeric_limits<double>::infinity();
  for (const FrozenTrial& trial : trials) {
    CHECK(trial.state == TrialState::complete);
    CHECK(trial.complete_time >= trial.start_time);
    lowest = std::min(lowest, trial.value());
  }
  CHECK(study.best_trial()->value() == lowest);
}

TEST_CASE("the same seed gives the same trials, another seed others") {
  Study first = study_in("seed-a");
  first.optimize(parabola, 5);
  Study second = study_in("seed-b");
  second.optimize(parabola, 5);
  StudyOptions options = fake_study("seed-c");
  options.seed = 43;
  Study third = Study::create(options, fake_registry());
  third.optimize(parabola, 5);
  for (TrialNumber n = 0; n < 5; ++n) {
    CHECK(first.trial(n).value() == second.trial(n).value());
    CHECK(first.trial(n).value() != third.trial(n).value());
  }
}

TEST_CASE("ask and tell leave the loop to the host") {
  Study study = study_in("ask");
  Trial trial = study.ask();
  const double x = trial.suggest_float("x", 0.0, 1.0);
  const FrozenTrial told = study.tell(trial, x);
  CHECK(told.state == TrialState::complete);
  CHECK(told.value() == x);
  CHECK(std::get<double>(*told.param("x")) == x);
}

TEST_CASE("a batch has one number each, and tell by number needs the lease of the trial") {
  Study study = study_in("batch");
  std::vector<Trial> batch = study.ask(3);
  CHECK(batch[2].number() == 2);
  TellOptions wrong;
  wrong.owner_token = batch[1].owner_token();
  CHECK_THROWS_AS(study.tell(0, Values(1.0), wrong), TrialError);
  TellOptions right;
  right.owner_token = batch[0].owner_token();
  CHECK(study.tell(0, Values(1.0), right).value() == 1.0);
  CHECK_THROWS_WITH(study.tell(0, Values(2.0)), Catch::Contains("finished already"));
  TellOptions skip;
  skip.skip_if_finished = true;
  CHECK(study.tell(0, Values(2.0), skip).value() == 1.0);
}

TEST_CASE("NaN, a wrong number of values and exceptions are FAIL trials with their reason, and the study goes on") {
  Study study = study_in("fail");
  int call = 0;
  study.optimize(
      [&](Trial& trial) -> Values {
        trial.suggest_float("x", 0.0, 1.0);
        switch (call++) {
          case 0: return std::nan("");
          case 1: return {1.0, 2.0};
          case 2: throw std::runtime_error("the oven is cold");
          default: return 1.0;
        }
      },
      4);
  CHECK(study.count(TrialState::fail) == 3);
  CHECK(study.count(TrialState::complete) == 1);
  CHECK_THAT(*study.trial(0).system_attrs.at("hone:fail_reason").as_string(), Catch::Contains("NaN"));
  CHECK_THAT(*study.trial(1).system_attrs.at("hone:fail_reason").as_string(), Catch::Contains("2 values"));
  CHECK_THAT(*study.trial(2).system_attrs.at("hone:fail_reason").as_string(), Catch::Contains("the oven is cold"));
  CHECK(study.trial(2).params.size() == 1);
}

TEST_CASE("an exception that does not count as FAIL ends the loop after its trial was stored") {
  Study study = study_in("rethrow");
  OptimizeOptions options;
  options.n_trials = 10;
  options.counts_as_fail = [](const std::exception_ptr&) { return false; };
  CHECK_THROWS_WITH(study.optimize([](Trial&) -> Values { throw std::runtime_error("stop here"); }, options),
                    "stop here");
  CHECK(study.count(TrialState::fail) == 1);
}

TEST_CASE("a pruned trial takes its last report as its value") {
  StudyOptions options = fake_study("prune");
  options.pruner = {"above"};
  Study study = Study::create(options, fake_registry());
  study.optimize(
      [](Trial& trial) -> Values {
        for (int step = 0; step < 10; ++step) {
          trial.report(0.3 * step, step);
          if (trial.should_prune()) throw TrialPruned{};
        }
        return 0.0;
      },
      1);
  const FrozenTrial trial = study.trial(0);
  CHECK(trial.state == TrialState::pruned);
  CHECK(trial.value() == Approx(1.2));
  CHECK(trial.intermediate_values.size() == 5);
}

TEST_CASE("infinite values are legal and rank where they should") {
  Study study = study_in("inf");
  int call = 0;
  study.optimize([&](Trial&) -> Values { return call++ == 0 ? std::numeric_limits<double>::infinity() : 5.0; }, 2);
  CHECK(study.best_trial()->number == 1);
  CHECK(study.trial(0).value() == std::numeric_limits<double>::infinity());
}

TEST_CASE("enqueued trials are run first, with their values; what they do not name is drawn") {
  Study study = study_in("enqueue");
  CHECK(*study.enqueue_trial({{"x", 3.0}}, {{"why", Json("a hunch")}}) == 0);
  CHECK_FALSE(study.enqueue_trial({{"x", 3.0}}, {}, true));
  study.optimize(
      [](Trial& trial) -> Values { return trial.suggest_float("x", 0.0, 10.0) + trial.suggest_float("y", 0.0, 1.0); },
      2);
  CHECK(std::get<double>(*study.trial(0).param("x")) == 3.0);
  CHECK(study.trial(0).param("y") != nullptr);
  CHECK(*study.trial(0).user_attrs.at("why").as_string() == "a hunch");
  CHECK(study.trials().size() == 2);
}

TEST_CASE("a trial that was run elsewhere can be added, but not one that contradicts itself") {
  Study study = study_in("add");
  FrozenTrial trial;
  trial.state = TrialState::complete;
  trial.values = {0.5};
  trial.params.push_back({"x", FloatDistribution{0.0, 1.0}, 0.25});
  trial.intermediate_values[3] = 0.75;
  trial.user_attrs["note"] = Json("by hand");
  const TrialNumber number = study.add_trial(trial);
  CHECK(study.best_trial()->number == number);
  CHECK(study.trial(number).intermediate_values.at(3) == 0.75);
  trial.params[0].value = 2.0;
  CHECK_THROWS_WITH(study.add_trial(trial), Catch::Contains("not in its distribution"));
  trial.params.clear();
  trial.values.clear();
  CHECK_THROWS_WITH(study.add_trial(trial), Catch::Contains("one value"));
}

TEST_CASE("suggesting again returns the first value; another kind is refused") {
  Study study = study_in("again");
  Trial trial = study.ask();
  const double x = trial.suggest_float("x", 0.0, 1.0);
  CHECK(trial.suggest_float("x", 0.0, 1.0) == x);
  CHECK(trial.suggest_float("x", 0.0, 2.0) == x);
  CHECK_THROWS_AS(trial.suggest_int("x", 0, 5), TrialError);
  CHECK_THROWS_WITH(trial.suggest_float("z", 1.0, 0.0), Catch::Contains("low must not exceed high"));
  const double y = trial.suggest_float("y", 1e-3, 1.0, {.log = true});
  study.tell(trial, y);
  Trial other = study.ask();
  CHECK_THROWS_WITH(other.suggest_float("y", 0.0, 1.0), Catch::Contains("another kind"));
}

TEST_CASE("a single-valued range asks no sampler") {
  Study study = study_in("single", "broken");
  Trial trial = study.ask();
  CHECK(trial.suggest_float("x", 2.0, 2.0) == 2.0);
  CHECK(trial.suggest_int("n", 3, 3) == 3);
  CHECK(trial.suggest_categorical("c", std::vector<std::string>{"only"}) == "only");
}

TEST_CASE("what a broken sampler proposes is never stored, and the error names it") {
  for (const std::string how : {"throws", "int", "nan", "range"}) {
    StudyOptions options = fake_study("broken-" + how, "broken");
    options.sampler.options.set("how", how);
    Study study = Study::create(options, fake_registry());
    CHECK_THROWS_WITH(study.optimize(parabola, 3), Catch::Contains("sampler/broken"));
    REQUIRE(study.trials().size() == 1);
    CHECK(study.trial(0).state == TrialState::fail);
    CHECK(study.trial(0).params.empty());
  }
}

TEST_CASE("constraints decide before values do") {
  Study study = study_in("constraints");
  int call = 0;
  study.optimize(
      [&](Trial& trial) -> Values {
        trial.set_constraint("size", call == 0 ? 1.0 : -1.0);
        return call++ == 0 ? 0.0 : 7.0;
      },
      2);
  CHECK(study.best_trial()->number == 1);
  CHECK(study.trial(0).constraints.at("size") == 1.0);
  CHECK_FALSE(study.trial(0).feasible());
}

TEST_CASE("the Pareto front keeps what nothing feasible dominates, duplicates included") {
  StudyOptions options = fake_study("pareto");
  options.directions = {Direction::minimize, Direction::maximize};
  Study study = Study::create(options, fake_registry());
  const std::vector<std::vector<double>> values = {{1, 1}, {2, 2}, {2, 1}, {1, 1}, {0, 5}};
  int call = 0;
  study.optimize(
      [&](Trial& trial) -> Values {
        if (call == 4) trial.set_constraint("c", 1.0);
        return values[static_cast<std::size_t>(call++)];
      },
      5);
  std::vector<TrialNumber> front;
  for (const FrozenTrial& trial : study.best_trials()) front.push_back(trial.number);
  CHECK(front == std::vector<TrialNumber>{0, 1, 3});
  CHECK_THROWS_WITH(study.best_trial(), Catch::Contains("best_trials"));
}

TEST_CASE("a single-objective sampler under two directions is refused before the first trial, with those that fit") {
  StudyOptions options = fake_study("two", "counting");
  options.directions = {Direction::minimize, Direction::minimize};
  CHECK_THROWS_WITH(Study::create(options, fake_registry()),
                    Catch::Contains("samplers that fit: ") && Catch::Contains("keyed"));
}

TEST_CASE("studies are created, loaded, refused twice, copied and deleted") {
  const auto registry = fake_registry();
  StudyOptions options = fake_study("names");
  options.load_if_exists = false;
  Study study = Study::create(options, registry);
  study.optimize(parabola, 3);
  study.set_user_attr("owner", Json("us"));
  study.set_metric_names({"loss"});
  CHECK_THROWS_AS(Study::create(options, registry), DuplicatedStudyError);
  options.name = "";
  CHECK(Study::load(options, registry).name() == "study");
  copy_study(study.storage(), "study", study.storage(), "twin");
  CHECK_THROWS_WITH(Study::load(options, registry), Catch::Contains("study, twin"));
  options.name = "twin";
  Study twin = Study::load(options, registry);
  CHECK(twin.trials().size() == 3);
  CHECK(twin.trial(2).value() == study.trial(2).value());
  CHECK(*twin.user_attrs().at("owner").as_string() == "us");
  CHECK(twin.metric_names() == std::vector<std::string>{"loss"});
  delete_study(study.storage(), "twin");
  CHECK_THROWS_WITH(Study::load(options, registry), Catch::Contains("no study 'twin'"));
}

TEST_CASE("callbacks see each finished trial and can stop the loop; a nested loop is refused") {
  Study study = study_in("callbacks");
  std::set<TrialNumber> seen;
  OptimizeOptions options;
  options.n_trials = 100;
  options.callbacks.push_back([&](Study& s, const FrozenTrial& trial) {
    seen.insert(trial.number);
    if (seen.size() == 4) s.stop();
  });
  study.optimize(parabola, options);
  CHECK(seen == std::set<TrialNumber>{0, 1, 2, 3});
  CHECK_THROWS_AS(study.stop(), TrialError);
  study.optimize(
      [&](Trial&) -> Values {
        CHECK_THROWS_AS(study.optimize(parabola, 1), TrialError);
        return 0.0;
      },
      1);
}

TEST_CASE("several jobs run each trial once") {
  Study study = study_in("jobs", "counting");
  OptimizeOptions options;
  options.n_trials = 64;
  options.jobs = 8;
  study.optimize(parabola, options);
  CHECK(study.count(TrialState::complete) == 64);
  CHECK(study.trials().back().number == 63);
}

TEST_CASE("an objective is replayed with fixed values") {
  Trial trial = Trial::fixed({{"x", 2.0}, {"c", std::string("b")}});
  CHECK(parabola(trial).get()[0] == 0.0);
  CHECK(trial.suggest_categorical("c", {"a", "b"}) == "b");
  CHECK(trial.suggest_categorical("c", {std::string("a"), std::string("b")}) == "b");
  CHECK(std::get<std::string>(trial.suggest_categorical("c", {Choice("a"), Choice("b")})) == "b");
  CHECK_THROWS_WITH(trial.suggest_float("y", 0.0, 1.0), Catch::Contains("no value for 'y'"));
  CHECK_FALSE(trial.should_prune());
}

TEST_CASE("a declared space is drawn at the start, conditions included") {
  StudyOptions options = fake_study("declared");
  options.space = {{"kind", CategoricalDistribution{{std::string("a"), std::string("b")}}, {}},
                   {"x", FloatDistribution{0.0, 1.0}, {{"kind", {std::string("a")}, 0.0, 0.0}}},
                   {"y", FloatDistribution{0.0, 1.0}, {{"x", {}, 0.5, 1.0}}}};
  Study study = Study::create(options, fake_registry());
  for (int i = 0; i < 40; ++i) {
    Trial trial = study.ask();
    study.tell(trial, 0.0);
  }
  int with_y = 0;
  for (const FrozenTrial& trial : study.trials()) {
    const bool a = std::get<std::string>(*trial.param("kind")) == "a";
    CHECK((trial.param("x") != nullptr) == a);
    const bool deep = a && std::get<double>(*trial.param("x")) >= 0.5;
    CHECK((trial.param("y") != nullptr) == deep);
    with_y += deep ? 1 : 0;
  }
  CHECK(with_y > 0);
}

TEST_CASE("an enqueued value that is impossible fails its trial alone, also when the space is declared") {
  StudyOptions options = fake_study("impossible");
  options.space = {{"kind", CategoricalDistribution{{std::string("a"), std::string("b")}}, {}}};
  Study study = Study::create(options, fake_registry());
  study.enqueue_trial({{"kind", std::string("zzz")}});
  std::vector<TrialState> told;
  OptimizeOptions loop;
  loop.n_trials = 3;
  loop.callbacks.emplace_back([&](Study&, const FrozenTrial& trial) { told.push_back(trial.state); });
  study.optimize([](Trial&) { return 1.0; }, loop);
  CHECK(told == std::vector{TrialState::fail, TrialState::complete, TrialState::complete});
  CHECK_THAT(*study.trial(0).system_attrs.at("hone:fail_reason").as_string(),
             Catch::Contains("the fixed value of 'kind' cannot be a value of this parameter"));
  study.enqueue_trial({{"kind", std::string("zzz")}});
  CHECK_THROWS_AS(study.ask(), TrialError);
}

TEST_CASE("a stored seed that is damaged is named, by the study and by its replay") {
  for (const char* damaged : {"\"abc\"", "\"12x\"", "\"99999999999999999999\"", "\"\"", "7", "12\""}) {
    const std::string where = std::string("damaged seed ") + damaged;
    FakeStorage storage(where);
    struct Deaf final : ChangeReceiver {
      void on_trial(TrialNumber, const TrialPatch&, bool) override {}
      void on_fact(const FactRecord&) override {}
    } deaf;
    const auto cursor = storage.open_cursor(storage.create_study("study", {Direction::minimize}), deaf);
    StudyPatch patch;
    patch.facts.push_back({"seed", damaged, ""});
    storage.apply(*cursor, patch, {});
    CHECK_THROWS_WITH(study_in(where), Catch::Contains("the seed stored with the study 'study' in log:" + where) &&
                                           Catch::Contains("is damaged: " + std::string(damaged)));
    StudyPatch trial;
    trial.target = StudyPatch::Target::new_trial;
    trial.trial.state = TrialState::complete;
    trial.trial.values = {1.0};
    trial.trial.start = StartRecord{"sampler:1", "", "", {}};
    trial.facts.push_back({"sampler:1", "{\"plugin\":\"keyed\",\"version\":\"1\"}", ""});
    storage.apply(*cursor, trial, {});
    CHECK_THROWS_WITH(replay(storage, "study", *fake_registry()),
                      Catch::Contains("the seed stored with the study 'study'") && Catch::Contains("is damaged"));
  }
}

TEST_CASE("jobs that the system has no threads for are refused, with how many there were, before a trial runs") {
  struct Attributes {
    Attributes() { pthread_getattr_default_np(&usual); }
    ~Attributes() { pthread_setattr_default_np(&usual); }
    pthread_attr_t usual{};
  } const restored;
  Study study = study_in("threads");
  pthread_attr_t huge;
  pthread_attr_init(&huge);
  // More than a process can address.
  pthread_attr_setstacksize(&huge, std::size_t{1} << 47);
  REQUIRE(pthread_setattr_default_np(&huge) == 0);
  OptimizeOptions options;
  options.n_trials = 4;
  options.jobs = 4;
  CHECK_THROWS_WITH(study.optimize(parabola, options),
                    Catch::Contains("started 0 of the threads for 4 jobs") && Catch::Contains("ask for fewer jobs"));
  CHECK(study.trials().empty());
}
