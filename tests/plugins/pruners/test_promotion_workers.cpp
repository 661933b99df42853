// SPDX-License-Identifier: MIT
// Trials that are paused and continued by several workers, by ones that die and by ones that are interrupted.
#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <utility>

#include "../../core/fake_storage.hpp"
#include "promotion_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

StudyOptions promoting_in(std::shared_ptr<Storage> storage) {
  StudyOptions options = promoting();
  options.opened_storage = std::move(storage);
  return options;
}

}  // namespace

TEST_CASE("a trial that is interrupted after it was continued is paused again") {
  Database database;
  StudyOptions options = promoting();
  options.storage = database.spec();
  Study study = Study::create(options, shared_registry());
  Training training;
  bool interrupt = true;
  const auto objective = [&](Trial& trial) -> Values {
    if (trial.resume_step() && interrupt) {
      trial.report(7.0, *trial.resume_step() + 1);
      throw TrialReleased();
    }
    return training(trial);
  };
  OptimizeOptions stopping = up_to(12);
  std::stop_source stop;
  stopping.stop = stop.get_token();
  stopping.on_start = [&](const Trial& trial) {
    if (trial.resume_step()) stop.request_stop();
  };
  study.optimize(objective, stopping);
  CHECK(study.count(TrialState::running) > 0);
  interrupt = false;
  Study again = Study::create(options, shared_registry());
  again.optimize(objective, up_to(12));
  CHECK(training.resumes_where_it_was);
  CHECK(again.finished_count() == 12);
  CHECK(again.count(TrialState::running) == 0);
}

TEST_CASE(
    "a trial whose worker died after it was continued begins anew, and is not asked again at the rungs it passed") {
  Database database;
  StudyOptions options = promoting();
  options.storage = database.spec();
  Study study = Study::create(options, shared_registry());
  pause_three(study);
  {
    // A lease that is over at once is as a worker that died.
    Trial continued = study.ask({.lease = std::chrono::milliseconds(-1)});
    REQUIRE(continued.resume_step() == 1);
    continued.report(0.25, 2);
  }
  Trial anew = study.ask();
  CHECK(anew.number() == 0);
  CHECK_FALSE(anew.resume_step().has_value());
  CHECK(study.trial(0).intermediate_values.empty());
  anew.report(0.0, 1);
  CHECK_FALSE(anew.should_prune());
  anew.report(0.0, 3);
  CHECK(anew.should_prune());
}

TEST_CASE("a trial that was continued and paused again meanwhile is not continued from its earlier pause") {
  const auto slow = std::make_shared<FakeStorage>("paused-twice");
  Study study = Study::create(promoting_in(slow), shared_registry());
  pause_three(study);
  Study other = Study::create(promoting_in(std::make_shared<FakeStorage>("paused-twice")), shared_registry());
  bool once = false;
  slow->before_apply = [&](const StudyPatch& patch) {
    if (once || patch.number != 0 || !patch.trial.owner) return;
    once = true;
    Trial continued = other.ask();
    REQUIRE(continued.number() == 0);
    for (const std::int64_t step : {2, 3}) continued.report(0.0, step);
    CHECK(continued.should_prune());
    other.tell(continued, TrialState::pruned);
  };
  const Trial next = study.ask();
  CHECK(once);
  CHECK(next.number() == 3);
  CHECK_FALSE(next.resume_step().has_value());
  CHECK(paused_attribute(study.trial(0)) == "3");
}

TEST_CASE("a paused trial that cannot be begun again because the storage fails stays paused where it was") {
  const auto storage = std::make_shared<FakeStorage>("fails-on-continuing");
  Study study = Study::create(promoting_in(storage), shared_registry());
  pause_three(study);
  storage->before_attributes = [] { throw StorageError("the storage is away", false); };
  CHECK_THROWS_AS(study.ask(), StorageError);
  storage->before_attributes = nullptr;
  CHECK(paused_attribute(study.trial(0)) == "1");
  const Trial next = study.ask();
  CHECK(next.number() == 0);
  CHECK(next.resume_step() == 1);
}

TEST_CASE("a paused trial that can be neither begun again nor put back because the storage fails is taken over") {
  const auto storage = std::make_shared<FakeStorage>("fails-on-putting-back");
  Study study = Study::create(promoting_in(storage), shared_registry());
  pause_three(study);
  const auto away = [] { throw StorageError("the storage is away", false); };
  storage->before_attributes = [&] {
    storage->before_apply = [&](const StudyPatch&) { away(); };
    away();
  };
  CHECK_THROWS_AS(study.ask(), StorageError);
  storage->before_attributes = nullptr;
  storage->before_apply = nullptr;
  CHECK(study.trial(0).state == TrialState::running);
  CHECK(paused_attribute(study.trial(0)) == "null");
  // Nobody knows of its checkpoint: it begins anew, and that is no crash.
  Trial anew = study.ask();
  CHECK(anew.number() == 0);
  CHECK_FALSE(anew.resume_step().has_value());
  CHECK(study.trial(0).intermediate_values.empty());
}

TEST_CASE("a trial resumes from no step that an interrupted worker has reported and the present one has not") {
  Study study = Study::create(promoting(), shared_registry());
  pause_three(study);
  bool interrupt = true;
  std::vector<std::int64_t> resumed;
  OptimizeOptions one;
  std::stop_source stop;
  const auto objective = [&](Trial& trial) -> Values {
    REQUIRE(trial.number() == 0);
    const std::int64_t from = trial.resume_step().value();
    resumed.push_back(from);
    if (interrupt) {
      for (const std::int64_t step : {2, 3, 4}) trial.report(0.0, step);
      throw TrialReleased();
    }
    trial.report(0.0, from + 1);
    CHECK_FALSE(trial.should_prune());
    trial.report(0.0, from + 2);
    CHECK(trial.should_prune());
    stop.request_stop();
    throw TrialPruned();
  };
  one.n_trials = 1;
  one.stop = stop.get_token();
  one.on_start = [&](const Trial&) {
    if (interrupt) stop.request_stop();
  };
  study.optimize(objective, one);
  interrupt = false;
  stop = {};
  one.stop = stop.get_token();
  study.optimize(objective, one);
  CHECK(resumed == std::vector<std::int64_t>{1, 1});
  CHECK(paused_attribute(study.trial(0)) == "3");
}

TEST_CASE("a worker that dies between the report at a rung and the pause promotes nothing") {
  Database database;
  StudyOptions options = promoting();
  options.storage = database.spec();
  Study study = Study::create(options, shared_registry());
  // A lease that is over at once is as a worker that died.
  const AskOptions dying{.lease = std::chrono::milliseconds(-1)};
  { study.ask(dying).report(0.0, 1); }
  Trial anew = study.ask();
  REQUIRE(anew.number() == 0);
  anew.report(0.0, 1);
  REQUIRE(anew.should_prune());
  study.tell(anew, TrialState::pruned);
  for (const double value : {1.0, 2.0}) {
    Trial other = study.ask();
    other.report(value, 1);
    study.tell(other, other.should_prune() ? TrialState::pruned : TrialState::fail);
  }
  {
    Trial continued = study.ask(dying);
    REQUIRE(continued.resume_step() == 1);
    continued.report(0.0, 3);
  }
  // A study object does not look at an owner twice within a short while.
  Study another = Study::create(options, shared_registry());
  Trial last = another.ask();
  REQUIRE(last.number() == 0);
  for (const std::int64_t step : {1, 2}) {
    last.report(0.0, step);
    CHECK_FALSE(last.should_prune());
  }
  last.report(0.0, 3);
  CHECK(last.should_prune());
  another.tell(last, TrialState::pruned);
  CHECK(paused_attribute(another.trial(0)) == "3");
}

TEST_CASE("what is paused is not closed any further once another worker goes on") {
  const auto slow = std::make_shared<FakeStorage>("closing");
  Study study = Study::create(promoting_in(slow), shared_registry());
  pause_three(study);
  {
    Trial continued = study.ask();
    REQUIRE(continued.number() == 0);
    continued.report(0.0, 3);
    REQUIRE(continued.should_prune());
    study.tell(continued, TrialState::pruned);
  }
  Study other = Study::create(promoting_in(std::make_shared<FakeStorage>("closing")), shared_registry());
  std::optional<Trial> begun;
  slow->before_apply = [&](const StudyPatch& patch) {
    if (begun || patch.trial.state != TrialState::pruned) return;
    begun.emplace(other.ask());
  };
  study.optimize([](Trial&) { return 0.0; }, up_to(3));
  REQUIRE(begun);
  CHECK(study.count(TrialState::pruned) == 1);
  CHECK(study.count(TrialState::running) == 3);
  slow->before_apply = nullptr;
  other.tell(*begun, 0.0);
  study.optimize([](Trial&) { return 0.0; }, up_to(3));
  CHECK(study.count(TrialState::pruned) == 3);
  CHECK(study.count(TrialState::running) == 0);
}

TEST_CASE("once as many trials have begun as were asked for, the good ones go on and the rest ends") {
  Study study = Study::create(promoting(), shared_registry());
  Training training;
  std::mutex mutex;
  OptimizeOptions options;
  options.n_trials = 27;
  options.jobs = GENERATE(1, 4);
  study.optimize(
      [&](Trial& trial) {
        const std::lock_guard lock(mutex);
        return training(trial);
      },
      options);
  CHECK(training.resumes_where_it_was);
  CHECK(study.finished_count() == 27);
  CHECK(study.count(TrialState::running) == 0);
  CHECK(study.count(TrialState::complete) >= 1);
}

TEST_CASE("several workers share what is paused, and each step is done once") {
  Database database;
  StudyOptions options = promoting();
  options.storage = database.spec();
  Study study = Study::create(options, shared_registry());
  OptimizeOptions four = up_to(40);
  four.jobs = 4;
  std::mutex mutex;
  std::set<std::pair<TrialNumber, std::int64_t>> done;
  bool twice = false;
  study.optimize(
      [&](Trial& trial) -> Values {
        const double x = trial.suggest_float("x", 0.0, 1.0);
        for (std::int64_t step = trial.resume_step().value_or(0) + 1; step <= 9; ++step) {
          {
            const std::lock_guard lock(mutex);
            twice = !done.emplace(trial.number(), step).second || twice;
          }
          trial.report(x, step);
          if (step < 9 && trial.should_prune()) throw TrialPruned();
        }
        return x;
      },
      four);
  CHECK_FALSE(twice);
  CHECK(study.finished_count() == 40);
  CHECK(study.count(TrialState::running) == 0);
  CHECK(study.count(TrialState::complete) >= 3);
}
