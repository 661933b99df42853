// SPDX-License-Identifier: MIT
// A storage that fails for a while: nothing is lost, and no trial is blamed for it.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include <hone/error.hpp>
#include <hone/owner.hpp>

#include "fake_plugins.hpp"
#include "fake_storage.hpp"

using namespace hone;

namespace {

/// A study on a storage that refuses writes for which `refuse` says so.
struct Faulty {
  explicit Faulty(const std::string& where) : storage(std::make_shared<FakeStorage>(where)), study(make()) {}
  Study make() const {
    StudyOptions options = fake_study("");
    options.opened_storage = storage;
    return Study::create(options, fake_registry());
  }
  /// The next `count` writes of existing trials fail.
  void fail(int count, bool retryable = false) {
    storage->before_apply = [count, retryable](const StudyPatch& patch) mutable {
      if (patch.target != StudyPatch::Target::existing_trial || count == 0) return;
      --count;
      throw StorageError("the storage is away", retryable);
    };
  }
  std::shared_ptr<FakeStorage> storage;
  Study study;
};

}  // namespace

TEST_CASE("what a failed write held is written by the next one") {
  Faulty faulty("failed flush");
  Trial trial = faulty.study.ask();
  faulty.fail(1000);
  // What is learnt of an asked trial is stored at once.
  CHECK_THROWS_AS(trial.suggest_float("x", 0.0, 1.0), StorageError);
  CHECK_THROWS_AS(trial.report(0.5, 1), StorageError);
  CHECK_THROWS_AS(trial.report("accuracy", 0.25, 1), StorageError);
  CHECK_THROWS_AS(trial.set_user_attr("note", "kept"), StorageError);
  CHECK_THROWS_AS(trial.set_constraint("memory", -1.0), StorageError);
  CHECK_THROWS_AS(trial.flush(), StorageError);
  CHECK_THROWS_AS(trial.report(0.75, 2), StorageError);
  CHECK_THROWS_AS(faulty.study.tell(trial, 3.0), StorageError);
  faulty.fail(0);
  const double x = trial.suggest_float("x", 0.0, 1.0);
  faulty.study.tell(trial, 3.0);
  const FrozenTrial stored = faulty.make().trial(0);
  CHECK(stored.state == TrialState::complete);
  REQUIRE(stored.param("x"));
  CHECK(std::get<double>(*stored.param("x")) == x);
  CHECK(stored.intermediate_values == std::map<std::int64_t, double>{{1, 0.5}, {2, 0.75}});
  CHECK(stored.named_reports.at("accuracy").at(1) == 0.25);
  CHECK(stored.user_attrs.at("note") == Json("kept"));
  CHECK(stored.constraints.at("memory") == -1.0);
}

TEST_CASE("a storage that fails in the middle of a trial gives the trial back, and nothing is FAIL") {
  Faulty faulty("failed report");
  double first = -1.0;
  const auto run = [&faulty](const Objective& objective) {
    OptimizeOptions options;
    options.budget = 2;
    faulty.study.optimize(objective, options);
  };
  const auto reports = [&](Trial& trial) -> Values {
    first = trial.suggest_float("x", 0.0, 1.0);
    trial.report(0.5, 1);
    faulty.fail(1);
    trial.flush();
    return 1.0;
  };
  CHECK_THROWS_AS(run(reports), StorageError);
  const FrozenTrial given_back = faulty.study.trial(0);
  CHECK(given_back.state == TrialState::running);
  REQUIRE(given_back.param("x"));
  CHECK(std::get<double>(*given_back.param("x")) == first);
  run([&](Trial& trial) -> Values {
    const double x = trial.suggest_float("x", 0.0, 1.0);
    if (trial.number() == 0) CHECK(x == first);
    if (trial.number() == 0) CHECK(trial.attempt() == 1);
    return x;
  });
  CHECK(faulty.study.count(TrialState::complete) == 2);
  CHECK(faulty.study.trials().size() == 2);
}

TEST_CASE("a trial whose end cannot be stored is run again, also when it could not be given back") {
  Faulty faulty("failed end");
  const auto in_full = [](Trial& trial) { return trial.suggest_float("x", 0.0, 1.0); };
  const auto pruned = [](Trial&) -> Values { throw TrialPruned{}; };
  int run = 0;
  for (const Objective& objective : {Objective(in_full), Objective(pruned)}) {
    for (const bool starts : {false, true}) {
      const auto away = [&](Trial& trial) -> Values {
        if (starts) trial.flush();
        faulty.fail(1000);
        return objective(trial);
      };
      if (!starts) faulty.fail(1000);
      CHECK_THROWS_AS(faulty.study.optimize(away, 1), StorageError);
      faulty.fail(0);
      CHECK(faulty.study.count(TrialState::running) == 1);
      // Another study object of the same process, as a notebook's next cell has.
      faulty.make().optimize(in_full, 1);
      CHECK(faulty.make().trials().size() == static_cast<std::size_t>(++run));
      CHECK(faulty.make().count(TrialState::complete) == static_cast<std::size_t>(run));
    }
  }
}

TEST_CASE("a trial that could not be given back is run again when no study object of that time is left") {
  const auto x = [](Trial& trial) -> Values { return trial.suggest_float("x", 0.0, 1.0); };
  OptimizeOptions options;
  options.budget = 3;
  {
    Faulty faulty("given up by a study that is gone");
    const auto away = [&](Trial& trial) {
      faulty.fail(1000);
      return x(trial);
    };
    CHECK_THROWS_AS(faulty.study.optimize(away, options), StorageError);
  }
  Study study = Faulty("given up by a study that is gone").study;
  study.optimize(x, options);
  CHECK(study.count(TrialState::complete) == 3);
}

TEST_CASE("a worker whose first sign of life could not be stored gives one with its next trial") {
  Faulty faulty("first beat");
  const std::string worker = new_process_token().worker();
  faulty.storage->before_heartbeat = [] { throw StorageError("the storage is away", false); };
  const auto objective = [](Trial&) { return 1.0; };
  CHECK_THROWS_AS(faulty.study.optimize(objective, 1), StorageError);
  CHECK_FALSE(faulty.storage->heartbeat_age(worker));
  faulty.storage->before_heartbeat = nullptr;
  faulty.study.optimize(objective, 1);
  CHECK(faulty.storage->heartbeat_age(worker));
}

TEST_CASE("a process that runs a trial again which it could not give back does not end its other programs") {
  std::string mark = "HONE_TRIAL_WORKER=" + new_process_token().worker();
  std::string program = "/bin/sleep", seconds = "60";
  char* arguments[] = {program.data(), seconds.data(), nullptr};
  char* environment[] = {mark.data(), nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environment) == 0);
  Faulty faulty("other programs");
  faulty.fail(1000);
  CHECK_THROWS_AS(faulty.study.optimize([](Trial&) { return 1.0; }, 1), StorageError);
  faulty.fail(0);
  faulty.study.optimize([](Trial&) { return 1.0; }, 1);
  CHECK(faulty.study.trial(0).state == TrialState::complete);
  CHECK(waitpid(child, nullptr, WNOHANG) == 0);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST_CASE("a trial that could not be begun when it was asked for is the next one's") {
  Faulty faulty("failed ask");
  faulty.fail(1);
  CHECK_THROWS_AS(faulty.study.ask(), StorageError);
  Trial trial = faulty.study.ask();
  CHECK(trial.number() == 0);
  CHECK(trial.attempt() == 1);
}

TEST_CASE("a write that may be tried again is tried again, for a while") {
  Faulty faulty("passing fault");
  const auto objective = [&](Trial& trial) -> Values {
    faulty.fail(2, true);
    trial.report(0.5, 1);
    trial.flush();
    return 1.0;
  };
  faulty.study.optimize(objective, 1);
  CHECK(faulty.study.trial(0).state == TrialState::complete);
  CHECK(faulty.study.trial(0).intermediate_values.size() == 1);
  faulty.fail(1000, true);
  CHECK_THROWS_AS(faulty.study.optimize(objective, 1), StorageError);
  CHECK(faulty.study.count(TrialState::fail) == 0);
}
