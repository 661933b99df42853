// SPDX-License-Identifier: MIT
// What every sampler owes: proposals in range that are a function of seed, options, number and visible trials alone.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include <hone/sdk/hypervolume.hpp>
#include <hone/study.hpp>

#include "../plugin_registry.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;

namespace {

struct Configuration {
  std::string name;
  Json::Object options{};
};

const std::vector<Configuration>& configurations() {
  static const std::vector<Configuration> all{
      {"random"},
      {"tpe"},
      {"tpe", {{"multivariate", Json(false)}}},
      {"tpe", {{"group", Json(true)}}},
      {"tpe", {{"constant_liar", Json(false)}, {"weights", Json("uniform")}}},
      {"bohb"},
      {"cmaes"},
      {"catcma"},
      {"tpe", {{"gamma", Json(0.15)}, {"min_bandwidth_factor", Json(0.03)}, {"magic_clip_exponent", Json(2.0)}}},
      {"tpe", {{"consider_prior", Json(false)}, {"consider_magic_clip", Json(false)}, {"n_startup_trials", Json(1)}}},
  };
  return all;
}

std::shared_ptr<Sampler> make_sampler(const Configuration& configuration) {
  static const std::vector<Direction> directions{Direction::minimize};
  FactoryContext context;
  context.study_name = "fake";
  context.directions = directions;
  context.host = &registry().host();
  return registry().make_sampler({configuration.name, Json(configuration.options)}, context);
}

const std::vector<std::pair<std::string, Distribution>>& space() {
  static const std::vector<std::pair<std::string, Distribution>> all{
      {"x", FloatDistribution{-2.0, 3.0}},
      {"rate", FloatDistribution{1e-5, 1.0, true}},
      {"stepped", FloatDistribution{0.0, 1.0, false, 0.1}},
      {"count", IntDistribution{1, 20}},
      {"width", IntDistribution{1, 512, true}},
      {"kind", CategoricalDistribution{{std::string("a"), true, std::int64_t{7}}}},
      {"momentum", FloatDistribution{0.0, 0.99}},  // of kind a alone
  };
  return all;
}

// A trial of any state, by its number alone.
FakeTrial trial_of(TrialNumber number) {
  RandomStream random(99, number, "history");
  FakeTrial trial;
  double sum = 0.0;
  double kind = 0.0;
  for (const auto& [name, distribution] : space()) {
    if (name == "momentum" && kind != 0.0) continue;
    double value = 0.0;
    if (const auto* real = std::get_if<FloatDistribution>(&distribution)) {
      value = real->step ? 0.1 * std::floor(random.uniform() * 11.0)
                         : real->low + (real->high - real->low) * random.uniform();
    } else if (const auto* whole = std::get_if<IntDistribution>(&distribution)) {
      value = static_cast<double>(whole->low) + std::floor(random.uniform() * static_cast<double>(whole->high));
      value = std::min(value, static_cast<double>(whole->high));
    } else {
      value = kind = std::floor(random.uniform() * 3.0);
    }
    sum += value;
    trial.params.push_back({name, distribution, value});
  }
  const double fate = random.uniform();
  trial.reports = {{0, sum}, {static_cast<std::int64_t>(number % 5) + 1, sum - 1.0}};
  if (fate < 0.6) {
    trial.values = {fate < 0.05 ? std::numeric_limits<double>::infinity() : std::round(sum)};
  } else if (fate < 0.75) {
    trial.state = TrialState::pruned;
  } else if (fate < 0.85) {
    trial.state = TrialState::fail;
  } else if (fate < 0.92) {
    trial.constraints = {{"c", fate}};
    trial.values = {sum};
  } else {
    trial.state = TrialState::running;
  }
  return trial;
}

// The trial's proposals for all parameters, by name: drawn together as far as the sampler does, else alone.
std::map<std::string, double> propose(Sampler& sampler, FakeStudy& study, TrialNumber number) {
  const TrialView trial(number);
  std::map<std::string, double> values;
  sampler.before_trial(study, trial);
  const SearchSpace together = sampler.infer_relative_search_space(study, trial);
  if (!together.empty()) {
    const std::vector<double> drawn = sampler.sample_relative(study, trial, together);
    REQUIRE(drawn.size() == together.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      if (!std::isnan(drawn[i])) values[std::string(together[i].name)] = drawn[i];
    }
  }
  for (const auto& [name, distribution] : space()) {
    if (!values.contains(name)) {
      values[name] = sampler.sample_independent(study, trial, study.parameter(name, distribution));
    }
  }
  return values;
}

std::string described(const Configuration& configuration) {
  return configuration.name + ' ' + (configuration.options.empty() ? "" : configuration.options[0].first);
}

}  // namespace

TEST_CASE("proposals are possible values, and the same for the same seed") {
  for (const Configuration& configuration : configurations()) {
    INFO(described(configuration));
    FakeStudy study;
    FakeStudy other({Direction::minimize}, 1);
    const auto sampler = make_sampler(configuration);
    const auto again = make_sampler(configuration);
    const auto elsewhere = make_sampler(configuration);
    for (TrialNumber number = 0; number < 60; ++number) {
      const auto values = propose(*sampler, study, number);
      for (const auto& [name, distribution] : space()) {
        INFO(name << " in trial " << number << ": " << values.at(name));
        CHECK(contains(distribution, values.at(name)));
      }
      CHECK(propose(*again, study, number) == values);
      CHECK(propose(*elsewhere, other, number) != values);
      study.add(number, trial_of(number));
      other.add(number, trial_of(number));
    }
  }
}

TEST_CASE("a fresh sampler proposes what one proposes that has lived through the study") {
  for (const Configuration& configuration : configurations()) {
    INFO(described(configuration));
    FakeStudy study;
    const auto lived = make_sampler(configuration);
    for (TrialNumber number = 0; number < 150; ++number) {
      const auto values = propose(*lived, study, number);
      if (number % 10 == 9) CHECK(propose(*make_sampler(configuration), study, number) == values);
      // Begins, and ends some trials later.
      FakeTrial begun = trial_of(number);
      begun.state = TrialState::running;
      begun.values.clear();
      study.add(number, begun);
      if (number >= 5) study.add(number - 5, trial_of(number - 5));
    }
  }
}

TEST_CASE("proposals do not depend on the order in which trials arrived") {
  constexpr TrialNumber count = 80;
  for (const Configuration& configuration : configurations()) {
    if (configuration.name.find("cma") != std::string::npos)
      continue;  // what it publishes is each study's own; see test_cmaes.cpp
    INFO(described(configuration));
    FakeStudy forward;
    FakeStudy shuffled;
    const auto a = make_sampler(configuration);
    const auto b = make_sampler(configuration);
    for (TrialNumber i = 0; i < count; ++i) {
      forward.add(i, trial_of(i));
      shuffled.add((i * 37 + 11) % count, trial_of((i * 37 + 11) % count));
      // Asks in between, as a study does.
      if (i % 9 == 0) {
        propose(*a, forward, count + i);
        propose(*b, shuffled, count + i);
      }
    }
    CHECK(propose(*a, forward, 200) == propose(*b, shuffled, 200));
  }
}

TEST_CASE("tpe draws at random until it knows enough trials, as the sampler random does") {
  FakeStudy study;
  const auto random = make_sampler({"random"});
  const auto tpe = make_sampler({"tpe"});
  for (TrialNumber number = 0; number < 10; ++number) {
    CHECK(propose(*tpe, study, number) == propose(*random, study, number));
    FakeTrial trial = trial_of(number);
    trial.state = TrialState::complete;
    trial.values = {1.0};
    study.add(number, trial);
  }
  CHECK(propose(*tpe, study, 10) != propose(*random, study, 10));
}

TEST_CASE("pending trials move what tpe proposes next, unless the constant liar is off") {
  for (const bool liar : {true, false}) {
    FakeStudy study;
    const Configuration configuration{"tpe", {{"constant_liar", Json(liar)}}};
    for (TrialNumber number = 0; number < 30; ++number) study.add(number, trial_of(number));
    const auto before = propose(*make_sampler(configuration), study, 40);
    FakeTrial pending = trial_of(30);
    pending.state = TrialState::running;
    pending.params.clear();
    for (const auto& [name, distribution] : space()) pending.params.push_back({name, distribution, before.at(name)});
    study.add(30, pending);
    CHECK((propose(*make_sampler(configuration), study, 40) != before) == liar);
  }
}

TEST_CASE("with two objectives tpe dominates more of the objective space than random in as many trials") {
  const auto two_bowls = [](Trial& trial) -> Values {
    double near = 0.0, far = 0.0;
    for (const char* name : {"a", "b", "c", "d"}) {
      const double x = trial.suggest_float(name, -5.0, 5.0);
      near += x * x;
      far += (x - 2.0) * (x - 2.0);
    }
    return std::vector<double>{near, -far};
  };
  const auto median_hypervolume = [&](const char* sampler) {
    std::vector<double> volumes;
    for (std::uint64_t seed = 0; seed < 7; ++seed) {
      StudyOptions options;
      options.directions = {Direction::minimize, Direction::maximize};
      options.sampler = {sampler};
      options.pruner = {"nop"};
      options.seed = seed;
      Study study = Study::create(options, shared_registry());
      study.optimize(two_bowls, 100);
      std::vector<double> points;
      for (const FrozenTrial& trial : study.trials()) points.insert(points.end(), {trial.values[0], -trial.values[1]});
      volumes.push_back(sdk::hypervolume(points, std::vector<double>{60.0, 60.0}));
    }
    std::ranges::nth_element(volumes, volumes.begin() + 3);
    return volumes[3];
  };
  CHECK(median_hypervolume("tpe") > 1.1 * median_hypervolume("random"));
}

TEST_CASE("tpe finds better values than random in as many trials") {
  const auto bowl = [](Trial& trial) -> Values {
    double sum = 0.0;
    for (const char* name : {"a", "b", "c", "d"}) sum += std::pow(trial.suggest_float(name, -5.0, 5.0) - 1.0, 2);
    sum += std::abs(std::log10(trial.suggest_float("rate", 1e-5, 1.0, {.log = true})) + 3.0);
    return sum + (trial.suggest_categorical("kind", {"a", "b", "c"}) == "b" ? 0.0 : 1.0);
  };
  const auto median_best = [&](const Configuration& configuration) {
    std::vector<double> best;
    for (std::uint64_t seed = 0; seed < 9; ++seed) {
      StudyOptions options;
      options.sampler = {configuration.name, Json(configuration.options)};
      options.pruner = {"nop"};
      options.seed = seed;
      Study study = Study::create(options, shared_registry());
      study.optimize(bowl, 100);
      best.push_back(study.best_trial()->value());
    }
    std::ranges::nth_element(best, best.begin() + 4);
    return best[4];
  };
  const double random = median_best({"random"});
  CHECK(median_best({"tpe"}) < 0.5 * random);
  CHECK(median_best({"tpe", {{"multivariate", Json(false)}}}) < 0.5 * random);
}
