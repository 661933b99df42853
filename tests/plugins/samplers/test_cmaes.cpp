// SPDX-License-Identifier: MIT
// The sampler cmaes in studies: pure, convergent, exact about which results it takes.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <numeric>
#include <set>

#include <unistd.h>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "sampler_fixture.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;

namespace {

std::shared_ptr<Sampler> make_cmaes(const char* options = "{}", const char* name = "cmaes") {
  return make_sampler({name, *parse_json(options).as_object()});
}

// The facts of one study and the trials of another; keeps what is published.
class TwoStudies final : public StudyView {
 public:
  TwoStudies(FakeStudy& facts, FakeStudy& trials) : facts_(facts), trials_(trials) {}
  std::string_view name() const override { return facts_.name(); }
  std::span<const Direction> directions() const override { return facts_.directions(); }
  HistoryView history() const override { return trials_.history(); }
  const DeclaredSpace& declared_space() const override { return trials_.declared_space(); }
  std::span<const Parameter> declared_parameters() const override { return trials_.declared_parameters(); }
  std::uint64_t seed() const override { return facts_.seed(); }
  std::optional<std::int64_t> budget() const override { return facts_.budget(); }
  std::int64_t workers() const override { return facts_.workers(); }
  std::optional<std::string> published(std::string_view key) const override { return facts_.published(key); }
  std::string publish_once(std::string_view key, std::string_view json,
                           std::span<const TrialNumber> rests_on) const override {
    texts.emplace_back(json);
    return facts_.publish_once(key, json, rests_on);
  }
  const Logger& logger() const override { return facts_.logger(); }
  mutable std::vector<std::string> texts;

 private:
  FakeStudy& facts_;
  FakeStudy& trials_;
};

FakeTrial trial_of(const Draws& values, TrialNumber number, bool ended = true) {
  FakeTrial trial = running_trial_of(values);
  const double sum = distance_of(trial);
  trial.reports = {{0, sum}};
  if (!ended) return trial;
  trial.state = TrialState::complete;
  trial.values = {sum};
  const std::uint64_t fate = RandomStream(5, number, "fate").below(20);
  if (fate == 0) trial.values = {std::numeric_limits<double>::infinity()};
  if (fate == 1) trial.constraints = {{"c", 1.0}};
  if (fate == 2) trial.state = TrialState::fail;
  if (fate == 3 || fate == 4) trial.state = TrialState::pruned;
  if (trial.state != TrialState::complete) trial.values.clear();
  return trial;
}

StudyOptions study_with(const char* options, std::uint64_t seed = 1) {
  StudyOptions result;
  result.sampler = {"cmaes", parse_json(options)};
  result.pruner = {"nop"};
  result.seed = seed;
  return result;
}

std::vector<double> floats(Trial& trial, std::size_t n, double low = -5.0, double high = 5.0) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(trial.suggest_float("x" + std::to_string(100 + i), low, high));
  return x;
}

// Ends as soon as a value is below `enough`.
double best_of(const char* options, const Objective& objective, std::int64_t trials, std::uint64_t seed = 1,
               double enough = -std::numeric_limits<double>::infinity()) {
  Study study = Study::create(study_with(options, seed), shared_registry());
  OptimizeOptions run;
  run.n_trials = trials;
  run.callbacks = {[enough](Study& it, const FrozenTrial& trial) {
    if (trial.value() < enough) it.stop();
  }};
  study.optimize(objective, run);
  return study.best_trial()->value();
}

Values rosenbrock(Trial& trial) {
  const std::vector<double> x = floats(trial, 5);
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    sum += 100.0 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1.0 - x[i], 2);
  }
  return sum;
}

constexpr std::pair<const char*, const char*> configurations[] = {
    {"cmaes", "{}"},
    {"cmaes", R"({"with_margin": false})"},
    {"cmaes", R"({"use_separable_cma": true, "popsize": 6})"},
    {"cmaes", R"({"lr_adapt": true, "restart_strategy": "ipop", "n_startup_trials": 7})"},
    {"catcma", "{}"},
};

}  // namespace

TEST_CASE("a fresh cmaes proposes what one proposes that has lived through the study, with ten trials running") {
  for (const auto& [name, options] : configurations) {
    INFO(name << ' ' << options);
    FakeStudy study;
    study.declare(space_of_all_kinds());
    const auto lived = make_cmaes(options, name);
    std::vector<FakeTrial> endings;
    for (TrialNumber number = 0; number < 400; ++number) {
      const Draws values = propose(*lived, study, number);
      if (number % 7 == 6) CHECK(numbers_of(propose(*make_cmaes(options, name), study, number)) == numbers_of(values));
      study.add(number, trial_of(values, number, false));
      endings.push_back(trial_of(values, number));
      // Ends some trials later, not in the order of the numbers.
      const TrialNumber ending = number - 10 + (number % 2 == 0 ? 1 : -1);
      if (ending >= 0) study.add(ending, endings[static_cast<std::size_t>(ending)]);
    }
    CHECK(study.published("nothing") == std::nullopt);
  }
}

TEST_CASE("given the published generations, cmaes does not depend on the order in which trials arrived") {
  FakeStudy study;
  study.declare(space_of_all_kinds());
  const auto sampler = make_cmaes();
  std::vector<FakeTrial> trials;
  for (TrialNumber number = 0; number < 150; ++number) {
    trials.push_back(trial_of(propose(*sampler, study, number), number));
    study.add(number, trials.back());
  }
  const auto expected = numbers_of(propose(*sampler, study, 150));

  // The same facts, and the trials backwards.
  FakeStudy arrived;
  arrived.declare(space_of_all_kinds());
  for (TrialNumber number = 149; number >= 0; --number) arrived.add(number, trials[static_cast<std::size_t>(number)]);
  const TwoStudies view(study, arrived);
  const auto other = make_cmaes();
  const TrialView at_hand(150);
  CHECK(other->sample_relative(view, at_hand, other->infer_relative_search_space(view, at_hand)) == expected);
}

TEST_CASE("fifty running trials have fifty different points") {
  FakeStudy study;
  study.declare(space_of_all_kinds());
  study.set_workers(50);
  const auto sampler = make_cmaes();
  std::set<std::vector<double>> points;
  for (TrialNumber number = 0; number < 50; ++number) {
    const Draws values = propose(*sampler, study, number);
    points.insert(numbers_of(values));
    study.add(number, trial_of(values, number, false));
  }
  CHECK(points.size() == 50);
}

TEST_CASE("every result is used once, late ones too, and those of an earlier run never") {
  FakeStudy study;
  study.declare({{"x", FloatDistribution{-2.0, 3.0}, {}}, {"y", FloatDistribution{-2.0, 3.0}, {}}});
  const TwoStudies view(study, study);
  const auto sampler = make_cmaes();
  std::vector<Draws> drawn;
  constexpr TrialNumber count = 6000;
  constexpr TrialNumber workers = 10;
  for (TrialNumber number = 0; number < count; ++number) {
    drawn.push_back(propose(*sampler, view, number));
    study.add(number, trial_of(drawn.back(), number, false));
    const TrialNumber ending = number - workers;
    if (ending < 0) continue;
    FakeTrial trial = trial_of(drawn[static_cast<std::size_t>(ending)], ending, false);
    trial.state = TrialState::complete;
    trial.values = {std::pow(trial.params[0].value, 2) + std::abs(trial.params[1].value)};
    study.add(ending, trial);
  }
  std::set<std::int64_t> used;
  std::size_t left_out = 0;
  for (const std::string& text : view.texts) {
    const Json fact = parse_json(text);
    if (fact.find("trials") == nullptr) continue;  // the start
    for (const Json& number : *fact.find("trials")->as_array()) CHECK(used.insert(*number.as_int()).second);
    for (const Json& number : *fact.find("left_out")->as_array()) CHECK(used.insert(*number.as_int()).second);
    left_out += fact.find("left_out")->as_array()->size();
  }
  // Some runs have ended, each with what was running then.
  CHECK(used.size() < count - workers);
  CHECK(used.size() > count - 100 - 40 * workers);
  CHECK(left_out <= 40 * workers);
}

TEST_CASE("four workers find what one would") {
  Study study = Study::create(study_with("{}"), shared_registry());
  OptimizeOptions run;
  run.n_trials = 400;
  run.jobs = 4;
  study.optimize(
      [](Trial& trial) -> Values {
        double sum = 0.0;
        for (const double x : floats(trial, 4)) sum += x * x;
        return sum;
      },
      run);
  CHECK(study.best_trial()->value() < 1e-2);
}

TEST_CASE("cmaes converges on smooth functions, in one dimension and in many") {
  const auto sphere = [](std::size_t n) {
    return [n](Trial& trial) -> Values {
      double sum = 0.0;
      for (const double x : floats(trial, n)) sum += (x - 1.3) * (x - 1.3);
      return sum;
    };
  };
  CHECK(best_of("{}", sphere(1), 150) < 1e-10);
  CHECK(best_of("{}", sphere(5), 800, 1, 1e-8) < 1e-8);
  CHECK(best_of("{}", sphere(50), 6000, 1, 1e-3) < 1e-3);
  CHECK(best_of(R"({"use_separable_cma": true})", sphere(80), 4500, 1, 1e-2) < 1e-2);
  CHECK(best_of(R"({"lr_adapt": true})", sphere(5), 3000, 1, 1e-6) < 1e-6);
  const auto ellipsoid = [](Trial& trial) -> Values {
    const std::vector<double> x = floats(trial, 10);
    double sum = 0.0;
    for (std::size_t i = 0; i < 10; ++i) sum += std::pow(1e6, static_cast<double>(i) / 9.0) * x[i] * x[i];
    return sum;
  };
  CHECK(best_of("{}", ellipsoid, 5000, 1, 1e-6) < 1e-6);
  // One of the runs may be drawn to the local optimum; a restart finds the other.
  CHECK(best_of("{}", rosenbrock, 6000, 1, 1e-8) < 1e-8);
}

TEST_CASE("cmaes improves in 500 dimensions, and stays in the ranges") {
  constexpr std::size_t n = 500;
  constexpr std::int64_t population = 22;  // 4 + 3 ln 500
  std::vector<double> values;
  double highest = 0.0;
  const auto sphere = [&](Trial& trial) -> Values {
    double sum = 0.0;
    for (const double x : floats(trial, n)) {
      highest = std::max(highest, x);
      sum += (x - 4.0) * (x - 4.0);
    }
    values.push_back(sum);
    return sum;
  };
  // Begins next to the bounds, half a deviation away.
  StudyOptions options = study_with(R"({"use_separable_cma": true, "sigma0": 0.02})");
  Json x0;
  for (std::size_t i = 0; i < n; ++i) x0.set("x" + std::to_string(100 + i), 4.9);
  options.sampler.options.set("x0", std::move(x0));
  Study::create(options, shared_registry()).optimize(sphere, 25 * population);
  CHECK(highest > 4.99);
  CHECK(highest <= 5.0);
  const auto average = [](auto begin) { return std::accumulate(begin, begin + population, 0.0) / population; };
  CHECK(average(values.end() - population) < 0.6 * average(values.begin()));
}

TEST_CASE("maximisation is minimisation of the negative") {
  std::vector<std::vector<double>> runs;
  for (const Direction direction : {Direction::minimize, Direction::maximize}) {
    StudyOptions options = study_with("{}");
    options.directions = {direction};
    Study study = Study::create(options, shared_registry());
    std::vector<double> values;
    study.optimize(
        [&](Trial& trial) -> Values {
          const double x = floats(trial, 2)[0];
          values.push_back(x);
          return direction == Direction::minimize ? x * x : -x * x;
        },
        100);
    runs.push_back(values);
  }
  CHECK(runs[0] == runs[1]);
}

TEST_CASE("an optimum at a bound is found, and no draw is clipped to a bound") {
  std::set<double> firsts;
  const auto slope = [&](Trial& trial) -> Values {
    const std::vector<double> x = floats(trial, 4, 0.0, 1.0);
    firsts.insert(x[0]);
    return x[0] + (1.0 - x[1]) + std::pow(x[2] - 0.3, 2) + std::pow(x[3] - x[2], 2);
  };
  CHECK(best_of(R"({"restart_strategy": "none"})", slope, 600) < 1e-4);
  CHECK(firsts.size() == 600);
  CHECK(*firsts.begin() > 0.0);
}

TEST_CASE("integers are found and never stuck, whatever the step size") {
  const auto steps = [](Trial& trial) -> Values {
    double sum = 0.0;
    for (int i = 0; i < 6; ++i) {
      sum += std::abs(static_cast<double>(trial.suggest_int("n" + std::to_string(i), -10, 10) - 3 + i));
    }
    for (const double x : floats(trial, 4)) sum += x * x;
    return sum + (trial.suggest_categorical("kind", {"a", "b"}) == "a" ? 0.0 : 1e-3);
  };
  for (std::uint64_t seed = 0; seed < 3; ++seed) CHECK(best_of("{}", steps, 2500, seed, 1e-4) < 1e-4);
  // Leading ones: each bit counts only when those before it are set.
  const auto leading_ones = [](Trial& trial) -> Values {
    int count = 0;
    bool all = true;
    for (int i = 0; i < 12; ++i) {
      all = trial.suggest_int("b" + std::to_string(10 + i), 0, 1) == 1 && all;
      count += all ? 1 : 0;
    }
    return static_cast<double>(-count);
  };
  CHECK(best_of("{}", leading_ones, 4000, 1, -11.5) == -12.0);
}

TEST_CASE("catcma learns which choices are good, and so finds what independent draws do not") {
  const auto mixed = [](Trial& trial) -> Values {
    // The choices say where the optimum is; all six must be right.
    double sum = 0.0;
    for (int i = 0; i < 6; ++i) {
      sum += trial.suggest_categorical("kind" + std::to_string(i), {"a", "b", "c", "d"}) == "c" ? 0.0 : 1.0;
    }
    for (const double x : floats(trial, 4)) sum += (x - 1.0) * (x - 1.0);
    return sum + std::abs(static_cast<double>(trial.suggest_int("n", 0, 40) - 12));
  };
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    StudyOptions options = study_with("{}", seed);
    options.sampler.name = "catcma";
    Study study = Study::create(options, shared_registry());
    study.optimize(mixed, 1500);
    CHECK(study.best_trial()->value() < 1e-3);
    CHECK(best_of("{}", mixed, 1500, seed) > 1e-3);
  }
}

TEST_CASE("restarts leave a local optimum") {
  const auto rastrigin = [](Trial& trial) -> Values {
    double sum = 0.0;
    for (const double x : floats(trial, 2)) {
      const double y = x - 1.7;
      sum += 10.0 + y * y - 10.0 * std::cos(2.0 * std::numbers::pi * y);
    }
    return sum;
  };
  int found_without = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    // The local optima next to the best one have 0.99.
    found_without += best_of(R"({"restart_strategy": "none"})", rastrigin, 1500, seed) < 1e-2 ? 1 : 0;
    CHECK(best_of(R"({"restart_strategy": "ipop"})", rastrigin, 15000, seed, 1e-2) < 1e-2);
    CHECK(best_of("{}", rastrigin, 15000, seed, 1e-2) < 1e-2);
  }
  CHECK(found_without < 5);
}

TEST_CASE("a population is at least as large as the number of workers, unless it is given") {
  const auto draws_of_first_generation = [&](const char* options) {
    FakeStudy fresh;
    fresh.declare({{"x", FloatDistribution{}, {}}});
    fresh.set_workers(30);
    const auto sampler = make_cmaes(options);
    propose(*sampler, fresh, 0);
    // While the first generation lasts, a trial's draw does not depend on results.
    const double draw = numbers_of(propose(*sampler, fresh, 1000))[0];
    TrialNumber number = 0;
    while (numbers_of(propose(*make_cmaes(options), fresh, 1000))[0] == draw) {
      FakeTrial trial = trial_of(propose(*sampler, fresh, number), number);
      trial.state = TrialState::complete;
      trial.values = {static_cast<double>(number)};
      fresh.add(number++, trial);
    }
    return number;
  };
  CHECK(draws_of_first_generation("{}") == 30);
  CHECK(draws_of_first_generation(R"({"popsize": 6})") == 6);
}

TEST_CASE("an enqueued good point draws the search to itself") {
  const auto far_valley = [](Trial& trial) -> Values {
    double sum = 0.0;
    for (const double x : floats(trial, 8)) sum += std::abs(x - 4.0);
    return sum;
  };
  std::vector<double> best;
  for (const bool enqueue : {false, true}) {
    Study study = Study::create(study_with("{}"), shared_registry());
    if (enqueue) {
      std::map<std::string, Choice> point;
      for (int i = 0; i < 8; ++i) point["x" + std::to_string(100 + i)] = 3.9;
      study.enqueue_trial(point);
    }
    study.optimize(far_valley, 150);
    double sum = 0.0;
    for (TrialNumber n = 120; n < 150; ++n) sum += study.trial(n).value() / 30.0;
    best.push_back(sum);
  }
  CHECK(best[1] < best[0]);
}

TEST_CASE("a warm start begins where a source was good") {
  Study source = Study::create(study_with("{}", 9), shared_registry());
  const auto shifted = [](double optimum) {
    return [optimum](Trial& trial) -> Values {
      double sum = 0.0;
      for (const double x : floats(trial, 5)) sum += (x - optimum) * (x - optimum);
      return sum;
    };
  };
  source.optimize(shifted(3.0), 300);
  Json::Array list;
  for (const FrozenTrial& trial : source.trials()) {
    Json params;
    for (const auto& p : trial.params) params.set(p.name, std::get<double>(p.value));
    list.push_back(Json(Json::Object{{"params", params}, {"value", Json(trial.value())}}));
  }
  StudyOptions options = study_with("{}");
  options.sampler.options.set("source_trials", std::move(list));
  Study warm = Study::create(options, shared_registry());
  warm.optimize(shifted(3.2), 60);
  CHECK(warm.best_trial()->value() < 0.1 * best_of("{}", shifted(3.2), 60));
}

TEST_CASE("a warm start reads its source from another storage") {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("hone_cmaes_source_" + std::to_string(::getpid()) + ".db");
  const auto loss = [](Trial& trial) {
    double sum = 0.0;
    for (const double x : floats(trial, 5)) sum += (x - 3.0) * (x - 3.0);
    return sum;
  };
  const auto gain = [&](Trial& trial) -> Values { return -loss(trial); };
  {
    StudyOptions source = study_with("{}", 9);
    source.name = "source";
    source.directions = {Direction::maximize};
    source.storage = storage_spec_from_url("sqlite:///" + file.string());
    Study::create(source, shared_registry()).optimize(gain, 100);
  }
  StudyOptions options = study_with("{}");
  options.sampler.options.set("source_study", "source");
  options.sampler.options.set("source_storage", "sqlite:///" + file.string());
  Study warm = Study::create(options, shared_registry());
  const auto plain = [&](Trial& trial) -> Values { return loss(trial); };
  warm.optimize(plain, 60);
  CHECK(warm.best_trial()->value() < 0.5 * best_of("{}", plain, 60));
  options.sampler.options.set("source_study", "another");
  Study lost = Study::create(options, shared_registry());
  CHECK_THROWS_WITH(lost.optimize(plain, 2), Catch::Contains("there is no study 'another'"));
  std::filesystem::remove(file);
}

TEST_CASE("what cmaes cannot serve is said before the first trial") {
  StudyOptions two = study_with("{}");
  two.directions = {Direction::minimize, Direction::minimize};
  CHECK_THROWS_WITH(Study::create(two, shared_registry()), Catch::Contains("serves one objective"));
  CHECK_THROWS_WITH(Study::create(study_with(R"({"use_separable_cma": true, "lr_adapt": true})"), shared_registry()),
                    Catch::Contains("exclude each other"));
  CHECK_THROWS_WITH(Study::create(study_with(R"({"x0": {"x": "middle"}})"), shared_registry()),
                    Catch::Contains("must be a number"));
  CHECK_THROWS_WITH(Study::create(study_with(R"({"source_study": "other"})"), shared_registry()),
                    Catch::Contains("need each other"));
  StudyOptions words = study_with("{}");
  words.space = {{"kind", CategoricalDistribution{{std::string("a"), std::string("b")}}, {}}};
  Study study = Study::create(words, shared_registry());
  CHECK_THROWS_WITH(study.optimize([](Trial&) -> Values { return 0.0; }, 1), Catch::Contains("at least one float"));
  CHECK(study.trials().empty());
  StudyOptions elsewhere = study_with(R"({"x0": {"y": 0.5}})");
  elsewhere.space = {{"x", FloatDistribution{}, {}}};
  Study other = Study::create(elsewhere, shared_registry());
  CHECK_THROWS_WITH(other.optimize([](Trial&) -> Values { return 0.0; }, 1), Catch::Contains("option 'x0' names 'y'"));
}

TEST_CASE("x0 and sigma0 say where the first generation is drawn") {
  Study study = Study::create(study_with(R"({"x0": {"x100": 4.0}, "sigma0": 0.001})"), shared_registry());
  study.optimize([](Trial& trial) -> Values { return floats(trial, 2)[0]; }, 5);
  for (TrialNumber n = 1; n < 5; ++n) CHECK(std::get<double>(*study.trial(n).param("x100")) == Approx(4.0).margin(0.1));
}
