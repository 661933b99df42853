// SPDX-License-Identifier: MIT
// What every pruner answers at the edges: steps of any numbering, reports that are no numbers, trials without any,
// several directions, a pruner that changes between two runs, and one that throws. docs/pruners.md says the same.
#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/sdk/plugin.hpp>
#include <hone/study.hpp>

#include "pruner_fixture.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

struct Configured {
  const char* name;
  const char* options;
  std::shared_ptr<Pruner> make(std::vector<Direction> directions = {Direction::minimize}) const {
    return make_pruner(name, *parse_json(options).as_object(), std::move(directions));
  }
};

// Configured so that the worst of several trials ends.
const std::vector<Configured>& all_pruners() {
  static const std::vector<Configured> all{
      {"nop", "{}"},
      {"median", R"({"n_startup_trials": 1})"},
      {"percentile", R"({"percentile": 50, "n_startup_trials": 1})"},
      {"threshold", R"({"upper": 5})"},
      {"successive_halving", R"({"min_resource": 1, "reduction_factor": 2})"},
      {"successive_halving", R"({"min_resource": 1, "reduction_factor": 2, "promotion": true})"},
      {"successive_halving", R"({"min_resource": 1, "reduction_factor": 2, "pasha": true})"},
      {"hyperband", R"({"min_resource": 1, "max_resource": 9})"},
      {"patient", R"({"patience": 0})"},
      {"patient", R"({"patience": 0, "pruner": {"plugin": "median", "n_startup_trials": 1}})"},
      {"wilcoxon", "{}"},
  };
  return all;
}

// Five trials of nine reports, the last of which is the worst; the step of its end, or -1.
std::int64_t end_of_the_worst(const Configured& configured, std::int64_t first_step, std::int64_t stride) {
  FakeStudy study;
  const auto pruner = configured.make();
  const auto step = [&](std::int64_t i) { return first_step + i * stride; };
  for (TrialNumber number = 0; number < 4; ++number) {
    study.add(number, {.state = TrialState::running, .cohort = "hyperband:0"});
    for (std::int64_t i = 0; i < 9; ++i) report(study, number, step(i), 1.0 + static_cast<double>(number) / 4.0);
    finish(study, number);
  }
  study.add(4, {.state = TrialState::running, .cohort = "hyperband:0"});
  for (std::int64_t i = 0; i < 9; ++i) {
    report(study, 4, step(i), 8.0 + static_cast<double>(i));
    if (pruner->should_prune(study, TrialView(4))) return step(i);
  }
  return -1;
}

}  // namespace

TEST_CASE("steps may begin at 0 or at 1 and have gaps") {
  for (const Configured& configured : all_pruners()) {
    INFO(configured.name << " " << configured.options);
    const std::string name = configured.name;
    const bool by_rungs = name == "successive_halving" || name == "hyperband";
    const std::int64_t from_zero = end_of_the_worst(configured, 0, 1);
    const std::int64_t from_one = end_of_the_worst(configured, 1, 1);
    const std::int64_t with_gaps = end_of_the_worst(configured, 0, 5);
    CHECK((from_zero >= 0) == (name != "nop"));
    if (name == "nop") continue;
    // A rung stands at a step: it is reached by the first report there or later. All others count reports.
    CHECK(from_one == (by_rungs ? from_zero : from_zero + 1));
    CHECK(with_gaps == (by_rungs ? 5 : from_zero * 5));
  }
}

TEST_CASE("a report that comes late changes no pruner's mind about where the trial stands") {
  // The latest step is the highest one, whatever the order of arrival.
  for (const Configured& configured : all_pruners()) {
    INFO(configured.name << " " << configured.options);
    FakeStudy ordered;
    FakeStudy disordered;
    for (FakeStudy* study : {&ordered, &disordered}) {
      for (int i = 0; i < 4; ++i) {
        study->add(i, {.state = TrialState::running, .cohort = "hyperband:0"});
        for (std::int64_t step = 0; step < 5; ++step) report(*study, i, step, 1.0);
        finish(*study, i);
      }
      study->add(4, {.state = TrialState::running, .cohort = "hyperband:0"});
    }
    for (const std::int64_t step : {0, 1, 2, 3}) report(ordered, 4, step, 9.0);
    for (const std::int64_t step : {1, 3, 0, 2}) report(disordered, 4, step, 9.0);
    CHECK(configured.make()->should_prune(ordered, TrialView(4)) ==
          configured.make()->should_prune(disordered, TrialView(4)));
  }
}

TEST_CASE("a step that is reported again keeps its first value") {
  StudyOptions options;
  options.name = "repeated";
  options.sampler = {"random"};
  options.pruner = {"threshold", Json(Json::Object{{"upper", 5}})};
  Study study = Study::create(options, shared_registry());
  Trial trial = study.ask();
  trial.report(1.0, 3);
  trial.report(9.0, 3);
  CHECK_FALSE(trial.should_prune());
  study.tell(trial, 0.0);
  CHECK(study.trial(0).intermediate_values == std::map<std::int64_t, double>{{3, 1.0}});
}

TEST_CASE("reports that are no numbers end a trial where the pruner has to compare them") {
  for (const Configured& configured : all_pruners()) {
    INFO(configured.name << " " << configured.options);
    const std::string name = configured.name;
    for (const double value : {not_a_number, infinity, -infinity}) {
      INFO(value);
      FakeStudy study;
      const auto pruner = configured.make();
      for (int i = 0; i < 4; ++i) {
        study.add(i, {.state = TrialState::running, .cohort = "hyperband:0"});
        for (std::int64_t step = 1; step < 5; ++step) report(study, i, step, static_cast<double>(i));
        study.add(i, {.values = {1.0}, .reports = {{1, 0.0 + i}, {2, 0.0 + i}, {3, 0.0 + i}}, .cohort = "hyperband:0"});
      }
      study.add(4, {.state = TrialState::running, .cohort = "hyperband:0"});
      bool ends = false;
      for (std::int64_t step = 1; step < 4 && !ends; ++step) {
        report(study, 4, step, value);
        ends = pruner->should_prune(study, TrialView(4));
      }
      const std::string given = configured.options;
      const bool all_stop = given.find("promotion") != given.npos || given.find("pasha") != given.npos;
      if (name == "nop") {
        CHECK_FALSE(ends);
      } else if (std::isnan(value)) {
        // A test of ranks leaves out what it cannot rank.
        CHECK(ends == (name != "wilcoxon"));
      } else if (value > 0.0) {
        // Patience alone is out of patience with what does not improve; infinity equals infinity.
        CHECK(ends == (name != "wilcoxon" && name != "patient"));
      } else {
        // The best there is goes on; with promotion it pauses as all do, and with PASHA none passes the second rung.
        CHECK(ends == all_stop);
      }
    }
  }
}

TEST_CASE("a trial that has reported nothing goes on, whatever the pruner") {
  for (const Configured& configured : all_pruners()) {
    INFO(configured.name << " " << configured.options);
    StudyOptions options;
    options.name = "silent";
    options.sampler = {"random"};
    options.pruner = {configured.name, parse_json(configured.options)};
    Study study = Study::create(options, shared_registry());
    study.optimize([](Trial& trial) { return trial.should_prune() ? 1.0 : 0.0; }, 3);
    for (const FrozenTrial& trial : study.trials()) CHECK(trial.values == std::vector<double>{0.0});
    FakeStudy fake;
    fake.add({.state = TrialState::running});
    CHECK_FALSE(configured.make()->should_prune(fake, TrialView(0)));
  }
}

TEST_CASE("under two directions a pruner is told the metric, or says so") {
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  for (const Configured& configured : all_pruners()) {
    INFO(configured.name << " " << configured.options);
    const std::string name = configured.name;
    if (name == "nop") {
      CHECK_FALSE(configured.make(two)->should_prune(FakeStudy(two), TrialView(0)));
      continue;
    }
    CHECK_THROWS_WITH(configured.make(two), Contains("2 directions") && Contains("'metric'"));
    Json options = parse_json(configured.options);
    options.set("metric", "accuracy");
    if (name != "threshold") options.set("metric_direction", "maximize");
    // The inner one goes by a metric of its own.
    if (const Json* inner = options.find("pruner"); inner != nullptr) {
      Json with_metric = *inner;
      with_metric.set("metric", "accuracy");
      with_metric.set("metric_direction", "maximize");
      options.set("pruner", with_metric);
    }
    const auto pruner = make_pruner(name, *options.as_object(), two);
    FakeStudy study(two);
    for (TrialNumber i = 0; i < 4; ++i) {
      study.add(i, {.state = TrialState::running, .cohort = "hyperband:0"});
      for (std::int64_t step = 1; step < 8; ++step) report(study, i, step, 5.0 - static_cast<double>(i), "accuracy");
      finish(study, i);
    }
    study.add(4, {.state = TrialState::running, .cohort = "hyperband:0"});
    bool ends = false;
    for (std::int64_t step = 1; step < 8 && !ends; ++step) {
      report(study, 4, step, name == "threshold" ? 9.0 : -static_cast<double>(step), "accuracy");
      ends = pruner->should_prune(study, TrialView(4));
    }
    CHECK(ends);
  }
}

TEST_CASE("the pruner of a study may change between two runs") {
  StudyOptions options;
  options.name = "changed";
  options.seed = 1;
  options.load_if_exists = true;
  const FactoryContext context{options.name, options.directions, 0, &registry().host()};
  options.opened_storage = registry().make_storage({"memory"}, context);
  const auto objective = [](Trial& trial) {
    const double x = trial.suggest_float("x", 0.0, 1.0);
    for (std::int64_t step = 1; step <= 9; ++step) {
      trial.report(x, step);
      if (trial.should_prune()) throw TrialPruned();
    }
    return x;
  };
  std::int64_t planned = 0;
  for (const char* const name : {"hyperband", "median", "nop", "successive_halving", "hyperband", "patient"}) {
    options.pruner = {name, Json(Json::Object{})};
    if (options.pruner.name == "patient") options.pruner.options.set("patience", 1);
    if (options.pruner.name == "hyperband") options.pruner.options.set("max_resource", 9);
    Study study = Study::create(options, shared_registry());
    study.optimize(objective, 20);
    planned += 20;
    CHECK(study.finished_count() == static_cast<std::size_t>(planned));
    CHECK(study.count(TrialState::fail) == 0);
  }
  // A trial keeps the bracket that it began with, and has none that began under another pruner.
  Study study = Study::create(options, shared_registry());
  study.with_history([](const History& history) {
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      CHECK((history.cohort(n) != no_cohort) == (n < 20 || (n >= 80 && n < 100)));
    }
  });
}

namespace {
class ThrowingPruner final : public Pruner {
 public:
  ThrowingPruner(const FactoryContext&, const Options&) {}
  bool should_prune(const StudyView&, const TrialView&) override { throw std::runtime_error("no idea"); }
};
constexpr hone_plugin throwing[] = {
    sdk::pruner<ThrowingPruner>({.name = "throwing", .version = "1.0", .description = "throws when it is asked"})};
constexpr hone_plugin_table_v1 throwing_table = sdk::table(throwing);
}  // namespace

TEST_CASE("a pruner that throws makes its trial FAIL, ends the run and is named") {
  const auto plugins = std::make_shared<PluginRegistry>(
      PluginSearch{.folders = {HONE_PLUGIN_FOLDER}, .environment = false, .allow_writable_by_others = true},
      std::make_shared<sdk::testing::MemoryLogger>());
  plugins->add(throwing_table);
  StudyOptions options;
  options.name = "throwing";
  options.sampler = {"random"};
  options.pruner = {"throwing"};
  Study study = Study::create(options, plugins);
  const auto objective = [](Trial& trial) {
    trial.report(1.0, 0);
    return trial.should_prune() ? 1.0 : 0.0;
  };
  CHECK_THROWS_WITH(study.optimize(objective, 5), Contains("pruner/throwing") && Contains("should_prune: no idea"));
  CHECK(study.trials().size() == 1);
  CHECK(study.count(TrialState::fail) == 1);
  CHECK_THAT(study.trial(0).system_attrs.at("hone:fail_reason").as_string()->c_str(), Contains("pruner/throwing"));
}
