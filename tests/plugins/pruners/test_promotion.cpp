// SPDX-License-Identifier: MIT
// Successive halving that pauses trials and continues the best, in a study with a storage.
#include <catch2/catch.hpp>

#include <cmath>
#include <map>
#include <set>

#include "promotion_fixture.hpp"

using namespace hone;
using namespace hone::test;

TEST_CASE("the best third of each rung goes on from where it was paused, and the rest ends with the budget") {
  Database database;
  StudyOptions options = promoting();
  if (GENERATE(false, true)) options.storage = database.spec();
  Study study = Study::create(options, shared_registry());
  Training training;
  study.optimize([&](Trial& trial) { return training(trial); }, up_to(60));

  CHECK(training.resumes_where_it_was);
  CHECK(study.finished_count() == 60);
  CHECK(study.count(TrialState::running) == 0);
  CHECK(study.count(TrialState::fail) == 0);
  std::map<std::int64_t, int> came_to;
  std::int64_t steps = 0;
  for (const FrozenTrial& trial : study.trials()) {
    const std::int64_t last = trial.intermediate_values.rbegin()->first;
    ++came_to[last];
    // No step is lost or done twice.
    CHECK(static_cast<std::int64_t>(trial.intermediate_values.size()) == last);
    CHECK((trial.state == TrialState::complete) == (last == 27));
    if (trial.state == TrialState::pruned) CHECK(trial.values.at(0) == trial.intermediate_values.at(last));
    CHECK((paused_attribute(trial) == "null" || paused_attribute(trial).empty()));
  }
  for (const Training::Run& run : training.runs) steps += run.to - run.from;
  // A third of 60, a third of those, and so on; and some more, which were good when they were continued.
  CHECK(came_to[1] <= 40);
  CHECK(came_to[1] >= 30);
  CHECK(came_to[27] >= 2);
  CHECK(came_to[27] <= 5);
  std::int64_t reported = 0;
  for (const auto& [last, count] : came_to) reported += last * count;
  CHECK(steps == reported);
  // Among them the best of all.
  const FrozenTrial best = study.best_trial().value();
  for (const FrozenTrial& trial : study.trials()) {
    CHECK(std::get<double>(*best.param("x")) <= std::get<double>(*trial.param("x")));
  }
}

TEST_CASE("a paused trial is running, nobody's, and says from where it goes on") {
  Database database;
  StudyOptions options = promoting();
  options.storage = database.spec();
  Study study = Study::create(options, shared_registry());
  for (int i = 0; i < 3; ++i) {
    Trial trial = study.ask();
    CHECK_FALSE(trial.resume_step().has_value());
    trial.report(static_cast<double>(i), 1);
    CHECK(trial.should_prune());
    const FrozenTrial paused = study.tell(trial, TrialState::pruned);
    CHECK(paused.state == TrialState::running);
    CHECK(paused_attribute(paused) == "1");
  }
  // Another process finds them as they are, takes none over as dead, and continues the best.
  Study other = Study::create(options, shared_registry());
  Trial continued = other.ask();
  CHECK(continued.number() == 0);
  CHECK(continued.resume_step() == 1);
  CHECK(paused_attribute(other.trial(0)) == "null");
  CHECK(other.ask().number() == 3);
  continued.report(0.5, 2);
  CHECK_FALSE(continued.should_prune());
  continued.report(0.5, 3);
  CHECK(continued.should_prune());
  other.tell(continued, TrialState::pruned);
  CHECK(paused_attribute(other.trial(0)) == "3");
  CHECK(other.trial(0).intermediate_values == std::map<std::int64_t, double>{{1, 0.0}, {2, 0.5}, {3, 0.5}});
  // Whoever is sure ends one for good.
  CHECK(other.tell(1, std::nullopt, {.state = TrialState::pruned}).state == TrialState::pruned);
}

TEST_CASE("of equal values no more go on than have room, the first begun before the others") {
  Study study = Study::create(promoting(), shared_registry());
  std::map<std::int64_t, std::set<TrialNumber>> came_to;
  study.optimize(
      [&](Trial& trial) -> Values {
        for (std::int64_t step = trial.resume_step().value_or(0) + 1; step <= 27; ++step) {
          trial.report(1.0, step);
          came_to[step].insert(trial.number());
          if (step < 27 && trial.should_prune()) throw TrialPruned();
        }
        return 1.0;
      },
      up_to(27));
  CHECK(came_to[1].size() == 27);
  CHECK(came_to[3] == std::set<TrialNumber>{0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(came_to[9] == std::set<TrialNumber>{0, 1, 2});
  CHECK(came_to[27] == std::set<TrialNumber>{0});
  CHECK(study.count(TrialState::complete) == 1);
}

TEST_CASE("a trial resumes from its latest step in the metric that decides, whatever else it reports") {
  Study study = Study::create(promoting(), shared_registry());
  Training training;
  study.optimize(
      [&](Trial& trial) {
        const std::int64_t from = trial.resume_step().value_or(0);
        CHECK(from <= 27);
        trial.report("batch_loss", 1.0, (from + 1) * 1000);
        return training(trial);
      },
      up_to(27));
  CHECK(training.resumes_where_it_was);
  CHECK(study.count(TrialState::complete) <= 3);
}

TEST_CASE("in a copy of a study, what is paused has ended") {
  Study study = Study::create(promoting(), shared_registry());
  pause_three(study);
  const Trial begun = study.ask();
  const Trial running = study.ask();
  copy_study(study.storage(), "promotion", study.storage(), "copy");
  StudyOptions options = promoting();
  options.name = "copy";
  options.opened_storage = std::shared_ptr<Storage>(&study.storage(), [](Storage*) {});
  const Study copy = Study::load(options, shared_registry());
  // One has gone on, and has a worker as the one that is new.
  REQUIRE(begun.resume_step() == 1);
  CHECK(copy.trials().size() == 2);
  CHECK(copy.count(TrialState::pruned) == 2);
  CHECK(copy.trial(0).values == std::vector<double>{1.0});
  CHECK(paused_attribute(copy.trial(0)).empty());
}

TEST_CASE("a report that is no number at a rung ends a trial, and a pause needs a number") {
  Study study = Study::create(promoting(), shared_registry());
  Trial trial = study.ask();
  trial.report(std::nan(""), 1);
  CHECK(trial.should_prune());
  CHECK(study.tell(trial, TrialState::pruned).state == TrialState::pruned);
  // And so does an objective that gives up where it was not asked to.
  Trial own_will = study.ask();
  own_will.report(1.0, 0);
  CHECK_FALSE(own_will.should_prune());
  CHECK(study.tell(own_will, TrialState::pruned).state == TrialState::pruned);
}

TEST_CASE("with pasha no trial is continued beyond the second rung before the ranking calls for it") {
  Study study = Study::create(promoting({{"pasha", true}}), shared_registry());
  Training training;
  study.optimize([&](Trial& trial) { return training(trial); }, up_to(60));
  std::int64_t furthest = 0;
  for (const Training::Run& run : training.runs) furthest = std::max(furthest, run.to);
  // All curves are parallel.
  CHECK(furthest == 3);
  CHECK(study.count(TrialState::pruned) == 60);
}

TEST_CASE("patience around a pruner that promotes pauses as that one does, and around another one ends") {
  const bool promotes = GENERATE(true, false);
  StudyOptions options = promoting();
  const Json inner =
      promotes
          ? Json(Json::Object{
                {"plugin", "successive_halving"}, {"min_resource", 1}, {"reduction_factor", 3}, {"promotion", true}})
          : Json(Json::Object{{"plugin", "threshold"}, {"upper", -1}});
  options.pruner = {"patient", Json(Json::Object{{"patience", 0}, {"pruner", inner}})};
  Study study = Study::create(options, shared_registry());
  for (int i = 0; i < 3; ++i) {
    Trial trial = study.ask();
    // One that gets worse is out of patience at once.
    trial.report(static_cast<double>(i), 1);
    CHECK_FALSE(trial.should_prune());
    trial.report(static_cast<double>(i) + 0.5, 2);
    CHECK(trial.should_prune());
    const FrozenTrial told = study.tell(trial, TrialState::pruned);
    CHECK(told.state == (promotes ? TrialState::running : TrialState::pruned));
  }
  Trial next = study.ask();
  CHECK(next.number() == (promotes ? 0 : 3));
  CHECK(next.resume_step() == (promotes ? std::optional<std::int64_t>(2) : std::nullopt));
}

TEST_CASE("paused trials of a pruner that is no longer there end with the budget") {
  StudyOptions options = promoting();
  const FactoryContext context{options.name, options.directions, 0, &registry().host()};
  options.opened_storage = registry().make_storage({"memory"}, context);
  Training training;
  {
    Study study = Study::create(options, shared_registry());
    OptimizeOptions first_five = up_to(8);
    first_five.n_trials = 5;
    study.optimize([&](Trial& trial) { return training(trial); }, first_five);
    CHECK(study.count(TrialState::running) == 5);
  }
  options.pruner = {"nop"};
  Study study = Study::create(options, shared_registry());
  study.optimize([&](Trial& trial) { return training(trial); }, up_to(8));
  CHECK(study.count(TrialState::pruned) == 5);
  CHECK(study.count(TrialState::complete) == 3);
}
