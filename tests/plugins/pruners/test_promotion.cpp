// SPDX-License-Identifier: MIT
// Successive halving that pauses trials and continues the best, in a study with a storage.
#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "../../core/fake_storage.hpp"
#include "pruner_fixture.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {

StudyOptions promoting(Json::Object more = {}) {
  StudyOptions options;
  options.name = "promotion";
  options.seed = 5;
  options.sampler = {"random"};
  options.load_if_exists = true;
  Json::Object pruner{{"min_resource", 1}, {"reduction_factor", 3}, {"promotion", true}};
  for (auto& member : more) pruner.push_back(std::move(member));
  options.pruner = {"successive_halving", Json(std::move(pruner))};
  return options;
}

struct Database {
  Database() { remove(); }
  ~Database() { remove(); }
  void remove() const {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  }
  PluginSpec spec() const { return {"sqlite", Json(Json::Object{{"target", file.string()}})}; }
  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("hone_promotion_" + std::to_string(::getpid()) + ".db");
};

// A run of 27 steps that keeps its state when it is paused, as a program with checkpoints does.
struct Training {
  struct Run {
    TrialNumber number;
    std::int64_t from, to;
  };
  std::map<TrialNumber, std::int64_t> checkpoints{};
  std::vector<Run> runs{};
  bool resumes_where_it_was = true;

  double operator()(Trial& trial) {
    const double x = trial.suggest_float("x", 0.0, 1.0);
    const std::int64_t from = trial.resume_step().value_or(0);
    resumes_where_it_was = resumes_where_it_was && from == checkpoints[trial.number()];
    runs.push_back({trial.number(), from, from});
    for (std::int64_t step = from + 1; step <= 27; ++step) {
      trial.report(x + 1.0 / static_cast<double>(step), step);
      runs.back().to = checkpoints[trial.number()] = step;
      // After the last step there is nothing left to save.
      if (step < 27 && trial.should_prune()) throw TrialPruned();
    }
    return x;
  }
};

OptimizeOptions up_to(std::int64_t budget) {
  OptimizeOptions options;
  options.budget = budget;
  return options;
}

std::string paused_attribute(const FrozenTrial& trial) {
  const auto found = trial.system_attrs.find("hone:paused");
  return found == trial.system_attrs.end() ? "" : to_json_text(found->second);
}

// Three trials that report 0, 1 and 2 at step 1 and are paused there.
void pause_three(Study& study) {
  for (int i = 0; i < 3; ++i) {
    Trial trial = study.ask();
    trial.report(static_cast<double>(i), 1);
    CHECK(trial.should_prune());
    study.tell(trial, TrialState::pruned);
  }
}

}  // namespace

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
  for (int i = 0; i < 3; ++i) {
    Trial trial = study.ask();
    trial.report(static_cast<double>(i), 1);
    CHECK(trial.should_prune());
    study.tell(trial, TrialState::pruned);
  }
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
  StudyOptions options = promoting();
  const auto slow = std::make_shared<FakeStorage>("paused-twice");
  options.opened_storage = slow;
  Study study = Study::create(options, shared_registry());
  pause_three(study);
  options.opened_storage = std::make_shared<FakeStorage>("paused-twice");
  Study other = Study::create(options, shared_registry());
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
  StudyOptions options = promoting();
  const auto slow = std::make_shared<FakeStorage>("closing");
  options.opened_storage = slow;
  Study study = Study::create(options, shared_registry());
  pause_three(study);
  {
    Trial continued = study.ask();
    REQUIRE(continued.number() == 0);
    continued.report(0.0, 3);
    REQUIRE(continued.should_prune());
    study.tell(continued, TrialState::pruned);
  }
  options.opened_storage = std::make_shared<FakeStorage>("closing");
  Study other = Study::create(options, shared_registry());
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
