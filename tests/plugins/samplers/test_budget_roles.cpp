// SPDX-License-Identifier: MIT
// The budget at which BOHB compares trials, and the roles that trials have then.
#include <catch2/catch.hpp>

#include <limits>

#include <hone/sdk/highest_budget.hpp>
#include <hone/sdk/testing/fake_study.hpp>

#include "density_model.hpp"
#include "trial_log.hpp"

using namespace hone;
using sdk::testing::FakeStudy;
using namespace hone::sdk;
using namespace tpe;

namespace {
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

TrialNumber add_pruned(FakeStudy& study, std::vector<std::pair<std::int64_t, double>> reports) {
  return study.add({.state = TrialState::pruned, .reports = std::move(reports)});
}
TrialNumber add_complete(FakeStudy& study, double value, std::vector<std::pair<std::int64_t, double>> reports = {}) {
  return study.add({.values = {value}, .reports = std::move(reports)});
}
Role role(const TrialLog& log, TrialNumber number) { return log.roles()[static_cast<std::size_t>(number)]; }
}  // namespace

TEST_CASE("a trial's value at a budget is its first number there or later") {
  FakeStudy study;
  const History& history = *study.history().operator->();
  const TrialNumber pruned = add_pruned(study, {{1, 5.0}, {3, not_a_number}, {4, 2.0}, {9, not_a_number}});
  CHECK(value_at(history, pruned, 1) == 5.0);
  CHECK(value_at(history, pruned, 2) == 2.0);
  CHECK(value_at(history, pruned, 4) == 2.0);
  CHECK_FALSE(value_at(history, pruned, 5).has_value());
  CHECK(budget_reached(history, pruned) == 4.0);
  const TrialNumber complete = add_complete(study, 0.5, {{3, 1.0}});
  CHECK(value_at(history, complete, 3) == 1.0);
  CHECK(value_at(history, complete, 4) == 0.5);
  CHECK(value_at(history, complete, full_budget) == 0.5);
  CHECK(budget_reached(history, complete) == full_budget);
  CHECK_FALSE(budget_reached(history, add_pruned(study, {})).has_value());
}

TEST_CASE("the highest budget is the one that enough trials have reached") {
  FakeStudy study;
  HighestBudget budget({.min_results = 2});
  const auto add = [&](TrialNumber number) { budget.add(*study.history().operator->(), number); };
  add(add_pruned(study, {{9, 1.0}}));
  CHECK_FALSE(budget.get().has_value());
  add(add_pruned(study, {{1, 1.0}}));
  CHECK(budget.get() == 1.0);
  add(add_pruned(study, {{3, 1.0}}));
  CHECK(budget.get() == 3.0);
  add(add_complete(study, 1.0));
  CHECK(budget.get() == 9.0);
  add(add_complete(study, 1.0));
  CHECK(budget.get() == full_budget);
}

TEST_CASE("by itself it takes one trial more than there are parameters, and no fewer than eight") {
  FakeStudy study;
  HighestBudget few({});
  HighestBudget many({});
  sdk::testing::FakeTrial wide{.state = TrialState::pruned, .reports = {{1, 0.0}}};
  for (int i = 0; i < 9; ++i) wide.params.push_back({"x" + std::to_string(i), FloatDistribution{0.0, 1.0}, 0.5});
  for (int i = 0; i < 10; ++i) {
    CHECK(few.get().has_value() == (i >= 8));
    CHECK_FALSE(many.get().has_value());
    few.add(study.history().all(), add_pruned(study, {{1, 0.0}}));
    many.add(study.history().all(), study.add(wide));
  }
  CHECK(many.get().has_value());
}

TEST_CASE("trials are split by their values at the highest budget, and those that did not reach it play no role") {
  FakeStudy study;
  TrialLog log(study.directions(), {.gamma = 0.5}, BudgetRule{.min_results = 2});
  const TrialNumber bad_at_once = add_pruned(study, {{1, 9.0}});
  log.update(study, -1);
  CHECK_FALSE(log.is_comparable());
  CHECK(role(log, bad_at_once) == Role::none);

  const TrialNumber good_at_once = add_pruned(study, {{1, 1.0}});
  log.update(study, -1);
  CHECK(log.is_comparable());
  CHECK(role(log, good_at_once) == Role::below);
  CHECK(role(log, bad_at_once) == Role::above);

  const TrialNumber late = add_pruned(study, {{1, 8.0}, {3, 0.1}});
  const TrialNumber early = add_pruned(study, {{1, 0.5}, {3, 0.2}});
  log.update(study, -1);
  CHECK(role(log, late) == Role::below);
  CHECK(role(log, early) == Role::above);
  CHECK(role(log, good_at_once) == Role::none);
  CHECK(role(log, bad_at_once) == Role::none);

  TrialLog fresh(study.directions(), {.gamma = 0.5}, BudgetRule{.min_results = 2});
  fresh.update(study, -1);
  CHECK(std::vector<Role>(fresh.roles().begin(), fresh.roles().end()) ==
        std::vector<Role>(log.roles().begin(), log.roles().end()));
}

TEST_CASE("densities that saw the budget rise are those of a fresh start") {
  const FloatDistribution unit{0.0, 1.0};
  FakeStudy study;
  const std::vector<Parameter> space{study.parameter("x", unit)};
  TrialLog log(study.directions(), {.gamma = 0.3}, BudgetRule{.min_results = 3});
  DensityModel lived(space, {}, {});
  for (TrialNumber number = 0; number < 24; ++number) {
    RandomStream random(1, number, "trials");
    std::vector<std::pair<std::int64_t, double>> reports;
    for (std::int64_t step = 0; step <= number / 3; ++step) reports.emplace_back(step, random.uniform());
    study.add({.state = TrialState::pruned, .params = {{"x", unit, random.uniform()}}, .reports = reports});
    log.update(study, -1);
    // Not asked while the budget rises twice, so that it is built anew; then again at each trial.
    if (number >= 3 && number < 8) continue;
    lived.update(study.history().all(), log);
    DensityModel fresh(space, {}, {});
    fresh.update(study.history().all(), log);
    const std::vector<double> rows{0.1, 0.5, 0.9};
    std::vector<double> below(3), above(3), fresh_below(3), fresh_above(3);
    lived.log_densities(rows, below, above);
    fresh.log_densities(rows, fresh_below, fresh_above);
    CHECK(below == fresh_below);
    CHECK(above == fresh_above);
  }
}

TEST_CASE("under maximize the greatest value at the budget is the best") {
  FakeStudy study({Direction::maximize});
  TrialLog log(study.directions(), {.gamma = 0.5}, BudgetRule{.min_results = 2});
  const TrialNumber low = add_pruned(study, {{1, 1.0}});
  const TrialNumber high = add_pruned(study, {{1, 2.0}});
  log.update(study, -1);
  CHECK(role(log, high) == Role::below);
  CHECK(role(log, low) == Role::above);
}
