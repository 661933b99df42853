// SPDX-License-Identifier: MIT
// Several workers on one study: budget, takeover, visible sets, published facts, cohorts, replay.
#include <catch2/catch.hpp>

#include <thread>

#include <hone/error.hpp>
#include <hone/owner.hpp>

#include "fake_plugins.hpp"

using namespace hone;

namespace {
Values sum(Trial& trial) { return trial.suggest_float("joint", 0.0, 1.0) + trial.suggest_float("alone", 0.0, 1.0); }

std::vector<double> joint_values(const Study& study) {
  std::vector<double> values;
  for (const FrozenTrial& trial : study.trials()) values.push_back(std::get<double>(*trial.param("joint")));
  return values;
}

OptimizeOptions budget(std::int64_t n) {
  OptimizeOptions options;
  options.budget = n;
  return options;
}

// A trial whose worker is dead: a lease that is over.
Trial abandoned(Study& study) {
  AskOptions options;
  options.lease = std::chrono::milliseconds(-1);
  return study.ask(options);
}

// A study whose trial 3 is with a worker in another container that has just given a sign of life.
struct Elsewhere {
  explicit Elsewhere(const std::string& where, std::chrono::milliseconds grace)
      : options(fake_study(where, "counting")) {
    token.pid_namespace += 1;
    options.heartbeat_interval = std::chrono::milliseconds(100);
    options.heartbeat_grace = grace;
    Study study = Study::create(options, fake_registry());
    study.optimize(sum, 3);
    Trial trial = study.ask();
    trial.suggest_float("joint", 0.0, 1.0);
    trial.flush();
    struct Deaf final : ChangeReceiver {
      void on_trial(TrialNumber, const TrialPatch&, bool) override {}
      void on_fact(const FactRecord&) override {}
    } deaf;
    const auto cursor = study.storage().open_cursor(study.storage_id(), deaf);
    const std::string text = to_text(token);
    StudyPatch patch;
    patch.target = StudyPatch::Target::existing_trial;
    patch.number = trial.number();
    patch.trial.owner = OwnerRecord{text, 0, 0, -1};
    study.storage().apply(*cursor, patch, {});
    study.storage().heartbeat(token.worker());
  }
  Study study() const { return Study::create(options, fake_registry()); }

  OwnerToken token = new_process_token();
  StudyOptions options;
};
}  // namespace

TEST_CASE("workers together never exceed the budget, and a further run has nothing to do") {
  const auto registry = fake_registry();
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      Study study = Study::create(fake_study("budget", "counting"), registry);
      study.optimize(sum, budget(100));
    });
  }
  workers.clear();
  Study study = Study::load(fake_study("budget", "counting"), registry);
  CHECK(study.finished_count() == 100);
  CHECK(study.trials().size() == 100);
  study.optimize(sum, budget(100));
  CHECK(study.trials().size() == 100);
}

TEST_CASE("waiting trials count within the budget") {
  Study study = Study::create(fake_study("waiting"), fake_registry());
  for (int i = 0; i < 5; ++i) study.enqueue_trial({{"joint", 0.1 * i}});
  study.optimize(sum, budget(3));
  CHECK(study.finished_count() == 3);
  CHECK(study.count(TrialState::waiting) == 2);
  study.optimize(sum, budget(6));
  CHECK(study.finished_count() == 6);
}

TEST_CASE("a dead worker's trial is taken over in place, with its parameters, and the dead one is refused") {
  Study study = Study::create(fake_study("takeover", "counting"), fake_registry());
  Trial dead = abandoned(study);
  const double joint = dead.suggest_float("joint", 0.0, 1.0);
  dead.report(0.5, 1);
  dead.flush();
  study.optimize(
      [&](Trial& trial) -> Values {
        CHECK(trial.number() == 0);
        CHECK(trial.attempt() == 1);
        CHECK(trial.suggest_float("joint", 0.0, 1.0) == joint);
        return 1.0;
      },
      1);
  const FrozenTrial trial = study.trial(0);
  CHECK(trial.state == TrialState::complete);
  CHECK(trial.intermediate_values.empty());
  CHECK_THROWS_WITH(study.tell(dead, 3.0), Catch::Contains("finished already"));
  CHECK(study.trial(0).value() == 1.0);
}

TEST_CASE("a worker that lost its trial is refused at its next report, and the new one's reports are its own") {
  Study study = Study::create(fake_study("lost"), fake_registry());
  Trial dead = abandoned(study);
  study.optimize(
      [&](Trial& trial) -> Values {
        CHECK(trial.number() == 0);
        trial.report(0.25, 1);
        CHECK_THROWS_WITH(dead.report(0.5, 2), Catch::Contains("no longer belongs to this worker"));
        return 1.0;
      },
      1);
  CHECK(study.trial(0).intermediate_values == std::map<std::int64_t, double>{{1, 0.25}});
  CHECK_THROWS_AS(dead.report(0.5, 3), TrialError);
}

TEST_CASE("a trial that is released waits for the next worker, and that is no crash") {
  Study study = Study::create(fake_study("release"), fake_registry());
  for (int i = 0; i < 5; ++i) study.optimize([](Trial&) -> Values { throw TrialReleased{}; }, 1);
  CHECK(study.count(TrialState::running) == 1);
  study.optimize(sum, 1);
  CHECK(study.trials().size() == 1);
  CHECK(study.trial(0).state == TrialState::complete);
}

TEST_CASE("three crashes without a new report make a trial FAIL with its reason") {
  Study study = Study::create(fake_study("crashes"), fake_registry());
  for (int i = 0; i < 3; ++i) {
    Trial trial = abandoned(study);
    CHECK(trial.number() == 0);
    trial.report(1.0, 4);  // the same step in each attempt: new in the first alone
    trial.flush();
    std::this_thread::sleep_for(std::chrono::milliseconds(210));
  }
  Trial next = abandoned(study);
  CHECK(next.number() == 1);
  CHECK(study.trial(0).state == TrialState::fail);
  CHECK_THAT(*study.trial(0).system_attrs.at("hone:fail_reason").as_string(), Catch::Contains("died 3 times"));
}

TEST_CASE("a study that goes on after a crash ends with the trials of an uninterrupted one") {
  Study whole = Study::create(fake_study("whole", "counting"), fake_registry());
  whole.optimize(sum, 12);
  Study broken = Study::create(fake_study("torn", "counting"), fake_registry());
  broken.optimize(sum, 5);
  {
    Trial dead = abandoned(broken);
    dead.suggest_float("joint", 0.0, 1.0);
  }
  Study again = Study::create(fake_study("torn", "counting"), fake_registry());
  again.optimize(sum, budget(12));
  CHECK(joint_values(whole) == joint_values(again));
}

TEST_CASE("a worker elsewhere that may be dead is waited for, and its trial taken over before another is drawn") {
  Study whole = Study::create(fake_study("whole elsewhere", "counting"), fake_registry());
  whole.optimize(sum, 6);
  Study again = Elsewhere("killed elsewhere", std::chrono::milliseconds(600)).study();
  again.optimize(sum, budget(6));
  CHECK(again.finished_count() == 6);
  CHECK(joint_values(whole) == joint_values(again));
}

TEST_CASE("several jobs go on beside a worker elsewhere that may be dead, and do not end short of the budget") {
  Study study = Elsewhere("jobs elsewhere", std::chrono::milliseconds(600)).study();
  OptimizeOptions options = budget(6);
  options.jobs = 2;
  study.optimize(sum, options);
  CHECK(study.finished_count() == 6);
}

TEST_CASE("a worker elsewhere whose heartbeat advances is alive: it keeps its trial, and others end") {
  const Elsewhere elsewhere("alive elsewhere", std::chrono::minutes(1));
  Study study = elsewhere.study();
  const std::jthread beats([&elsewhere, storage = &study.storage()](const std::stop_token& stop) {
    for (; !stop.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
      storage->heartbeat(elsewhere.token.worker());
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  study.optimize(sum, budget(6));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
  CHECK(study.finished_count() == 5);
  CHECK(study.trial(3).state == TrialState::running);
}

TEST_CASE("the wait for a worker elsewhere can be interrupted, and ends with the time of the loop") {
  Study study = Elsewhere("interrupted elsewhere", std::chrono::minutes(1)).study();
  OptimizeOptions options = budget(6);
  std::stop_source source;
  options.stop = source.get_token();
  const auto begin = std::chrono::steady_clock::now();
  const std::jthread interrupt([&source] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    source.request_stop();
  });
  study.optimize(sum, options);
  options.stop = {};
  options.timeout = std::chrono::milliseconds(300);
  study.optimize(sum, options);
  options.timeout.reset();
  int asked = 0;
  options.interrupted = [&asked] { return ++asked == 3; };
  study.optimize(sum, options);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
  CHECK(study.trials().size() == 4);
}

TEST_CASE("replay derives the proposals of several workers again, joint and alone") {
  const auto registry = fake_registry();
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      Study study = Study::create(fake_study("replay", "counting"), registry);
      OptimizeOptions options = budget(80);
      options.jobs = 2;
      study.optimize(sum, options);
    });
  }
  workers.clear();
  Study study = Study::load(fake_study("replay", "counting"), registry);
  study.enqueue_trial({{"joint", 0.5}});
  study.optimize(sum, 1);
  const ReplayReport report = replay(study.storage(), "study", *registry);
  CHECK(report.differences == std::vector<std::string>{});
  CHECK(report.agreed == 2 * 80 + 1);
  CHECK(report.fixed == 1);
  CHECK(report.foreign == 0);
}

TEST_CASE("replay starts a trial before a draw that saw it pending, also when its number is higher") {
  Study study = Study::create(fake_study("interleaved", "counting"), fake_registry());
  study.optimize(sum, 1);
  Trial early = study.ask();
  Trial late = study.ask();
  const Values value = sum(early);
  study.tell(early, value);
  study.tell(late, sum(late));
  const ReplayReport report = replay(study.storage(), "study", *fake_registry());
  CHECK(report.differences == std::vector<std::string>{});
  CHECK(report.agreed == 6);
}

TEST_CASE("a fact is published once and rests on what was seen; replay finds it again") {
  const auto registry = fake_registry();
  Study first = Study::create(fake_study("facts", "publishing"), registry);
  Study second = Study::create(fake_study("facts", "publishing"), registry);
  first.optimize(sum, 4);
  second.optimize(sum, 4);
  std::map<std::string, std::string> facts;
  for (const auto& [key, json] : second.facts()) facts[key] = json;
  CHECK(facts.at("elders") == "3");
  for (TrialNumber n = 3; n < 8; ++n) CHECK(std::get<double>(*second.trial(n).param("joint")) == Approx(0.003));
  const ReplayReport report = replay(first.storage(), "study", *registry);
  CHECK(report.differences == std::vector<std::string>{});
  CHECK(report.agreed == 16);
}

TEST_CASE("a sampler that models the cohort sees its trials alone") {
  StudyOptions options = fake_study("cohorts", "of_cohort");
  options.pruner = {"parity"};
  Study study = Study::create(options, fake_registry());
  study.optimize(sum, 10);
  for (TrialNumber n = 0; n < 10; ++n) {
    CHECK(std::get<double>(*study.trial(n).param("joint")) == Approx(static_cast<double>(n / 2) / 1000.0));
  }
  CHECK(replay(study.storage(), "study", *fake_registry()).differences.empty());
}

TEST_CASE("the seed and each sampler configuration are published once") {
  Study first = Study::create(fake_study("published"), fake_registry());
  Study second = Study::create(fake_study("published"), fake_registry());
  CHECK(first.seed() == 42);
  StudyOptions other = fake_study("published", "counting");
  other.seed = 7;
  Study third = Study::create(other, fake_registry());
  CHECK(third.seed() == 42);
  CHECK(third.facts().size() == 3);
}

TEST_CASE("an owner token is read back, and tells the living from the dead") {
  OwnerToken token = new_process_token();
  token.process_group = 77;
  const std::optional<OwnerToken> back = owner_token_from(to_text(token));
  REQUIRE(back);
  CHECK(back->worker() == token.worker());
  CHECK(back->process_group == 77);
  CHECK(life_of(token) == OwnerLife::alive);
  token.process_start += 1;
  CHECK(life_of(token) == OwnerLife::dead);
  token.boot_id = "another";
  CHECK(life_of(token) == OwnerLife::unknown);
  CHECK(life_of(new_lease_token(now() + std::chrono::hours(1))) == OwnerLife::alive);
  CHECK(life_of(new_lease_token(now() - std::chrono::hours(1))) == OwnerLife::dead);
  CHECK_FALSE(owner_token_from("someone"));
}
