// SPDX-License-Identifier: MIT
// Hyperband's brackets as the samplers see them.
#include <catch2/catch.hpp>

#include <memory>

#include <hone/error.hpp>
#include <hone/json_text.hpp>
#include <hone/study.hpp>

#include "../../../plugins/pruners/hyperband/brackets.hpp"
#include "pruner_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

const std::vector<std::uint64_t> shares = bracket_shares(3, 3);
constexpr TrialNumber trials = 120;

struct Shipped {
  const char* name;
  const char* options;
  bool learns;
};

// What a trial of this x is worth. Two parameters, so that evolution strategies work.
double worth(double x, double y) { return x * x + (y - 0.25) * (y - 0.25); }

// The x of each trial, where trials of one bracket are worth what they are, and all others the opposite if `turned`.
std::vector<double> proposals(const Shipped& sampler, std::int64_t bracket, bool turned) {
  StudyOptions options;
  options.name = "cohorts";
  options.seed = 7;
  options.sampler = {sampler.name, parse_json(sampler.options)};
  options.pruner = {"hyperband", Json(Json::Object{{"max_resource", 9}})};
  Study study = Study::create(options, shared_registry());
  // What tries everything needs steps.
  FloatOptions steps;
  if (options.sampler.name == "brute_force") steps.step = 0.125;
  std::vector<double> proposed;
  study.optimize(
      [&](Trial& trial) {
        proposed.push_back(trial.suggest_float("x", -1.0, 1.0, steps));
        const double value = worth(proposed.back(), trial.suggest_float("y", -1.0, 1.0, steps));
        return bracket_of("cohorts", trial.number(), shares) == bracket || !turned ? value : -value;
      },
      trials);
  return proposed;
}

}  // namespace

TEST_CASE("each sampler models the bracket alone") {
  const Shipped sampler =
      GENERATE(Shipped{"random", "{}", false}, Shipped{"qmc", "{}", false}, Shipped{"brute_force", "{}", false},
               Shipped{"grid", R"({"search_space": {"x": [-1, 0, 1], "y": [0, 0.25]}})", false},
               Shipped{"tpe", "{}", true}, Shipped{"tpe", R"({"multivariate": false})", true},
               Shipped{"tpe", R"({"group": true})", true}, Shipped{"cmaes", "{}", true}, Shipped{"catcma", "{}", true},
               Shipped{"nsga2", R"({"population_size": 8})", true}, Shipped{"nsga3", R"({"population_size": 8})", true},
               Shipped{"sms_emoa", R"({"population_size": 8})", true}, Shipped{"gp", "{}", true},
               Shipped{"partial_fixed", R"({"fixed_params": {"y": 0.5}, "base_sampler": "tpe"})", true});
  INFO(sampler.name << " " << sampler.options);
  const std::vector<double> as_they_are = proposals(sampler, 0, false);
  const std::vector<double> turned = proposals(sampler, 0, true);
  REQUIRE(as_they_are.size() == turned.size());
  bool others_differ = false;
  for (std::size_t n = 0; n < as_they_are.size(); ++n) {
    if (bracket_of("cohorts", static_cast<TrialNumber>(n), shares) == 0) {
      CHECK(as_they_are[n] == turned[n]);
    } else {
      others_differ = others_differ || as_they_are[n] != turned[n];
    }
  }
  // What the others are worth does reach a sampler that learns, in their own brackets.
  CHECK(others_differ == sampler.learns);
}

TEST_CASE("bohb compares the trials of all brackets at one budget, as its paper does") {
  const Shipped bohb{"bohb", "{}", true};
  const std::vector<double> as_they_are = proposals(bohb, 0, false);
  const std::vector<double> turned = proposals(bohb, 0, true);
  bool differ = false;
  for (std::size_t n = 0; n < as_they_are.size(); ++n) {
    differ = differ || (bracket_of("cohorts", static_cast<TrialNumber>(n), shares) == 0 && as_they_are[n] != turned[n]);
  }
  CHECK(differ);
}

TEST_CASE("bohb prunes by hyperband unless the config names a pruner") {
  const std::string named = GENERATE("", "nop");
  StudyOptions options;
  options.name = "bohb";
  options.seed = 3;
  options.sampler = {"bohb"};
  options.pruner.name = named;
  Study study = Study::create(options, shared_registry());
  study.optimize(
      [](Trial& trial) {
        const double x = trial.suggest_float("x", 0.0, 1.0);
        for (std::int64_t step = 0; step < 9; ++step) {
          trial.report(x + 1.0 / static_cast<double>(step + 1), step);
          if (trial.should_prune()) throw TrialPruned();
        }
        return x;
      },
      40);
  std::size_t cohorts = 0;
  study.with_history([&](const History& history) { cohorts = history.cohort_count(); });
  CHECK(cohorts == (named.empty() ? 3 : 0));
  CHECK((study.count(TrialState::pruned) > 0) == named.empty());
}

TEST_CASE("an evolution strategy under hyperband is what a fresh process goes on with") {
  // One storage object, as two runs of one file have: the second has all from the history and the published facts.
  StudyOptions options;
  options.name = "cohorts";
  options.seed = 7;
  options.load_if_exists = true;
  options.sampler = {GENERATE(std::string("cmaes"), std::string("nsga2")), {}};
  if (options.sampler.name == "nsga2") options.sampler.options.set("population_size", 8);
  options.pruner = {"hyperband", Json(Json::Object{{"max_resource", 9}})};
  const auto objective = [](Trial& trial) {
    return worth(trial.suggest_float("x", -1.0, 1.0), trial.suggest_float("y", -1.0, 1.0));
  };
  const auto run = [&](const std::vector<std::int64_t>& parts) {
    const FactoryContext context{options.name, options.directions, 0, &registry().host()};
    options.opened_storage = registry().make_storage({"memory"}, context);
    std::vector<double> values;
    for (const std::int64_t part : parts) {
      Study study = Study::create(options, shared_registry());
      study.optimize(objective, part);
      values.clear();
      for (const FrozenTrial& trial : study.trials()) values.push_back(trial.values.at(0));
    }
    return values;
  };
  CHECK(run({100}) == run({30, 33, 37}));
}
