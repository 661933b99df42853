// SPDX-License-Identifier: MIT
// Which trials are good: Optuna's split, its gamma and its weights.
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include <hone/random.hpp>
#include <hone/sdk/testing/fake_study.hpp>

#include <kernel_weights.hpp>
#include <trial_log.hpp>

#include "tpe_reference.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;
using sdk::testing::FakeTrial;

namespace {

FakeTrial trial_of(const Json& json) {
  FakeTrial trial;
  const std::string& state = *member(json, "state").as_string();
  trial.state = state == "COMPLETE" ? TrialState::complete
                : state == "PRUNED" ? TrialState::pruned
                                    : TrialState::running;
  if (trial.state == TrialState::complete) trial.values = {*member(json, "value").number()};
  for (const Json& report : *member(json, "reports").as_array()) {
    const std::vector<double> pair = numbers(report);
    trial.reports.emplace_back(static_cast<std::int64_t>(pair[0]), pair[1]);
  }
  if (const auto violation = member(json, "constraint").number()) trial.constraints = {{"c", *violation}};
  return trial;
}

std::vector<double> with_role(const tpe::TrialLog& log, tpe::Role role) {
  std::vector<double> result;
  for (std::size_t n = 0; n < log.roles().size(); ++n) {
    if (log.roles()[n] == role) result.push_back(static_cast<double>(n));
  }
  return result;
}

// All finished ones are good, up to the number that Optuna was given.
tpe::SplitRule all_up_to(const Json& reference) {
  return {.gamma = 1.0, .cap = static_cast<std::size_t>(*member(reference, "n_below").as_int())};
}

FakeTrial trial_of_several(const Json& json) {
  FakeTrial trial;
  trial.values = numbers(member(json, "values"));
  if (const auto violation = member(json, "constraint").number()) trial.constraints = {{"c", *violation}};
  return trial;
}

std::vector<Direction> directions_of(const Json& reference) {
  std::vector<Direction> directions;
  for (const Json& word : *member(reference, "directions").as_array()) {
    directions.push_back(*word.as_string() == "maximize" ? Direction::maximize : Direction::minimize);
  }
  return directions;
}

}  // namespace

TEST_CASE("the split into good and other trials is Optuna's: complete, pruned, infeasible and running ones") {
  for (const Json& reference : *member(tpe_reference(), "splits").as_array()) {
    const bool maximize = *member(reference, "direction").as_string() == "maximize";
    FakeStudy study({maximize ? Direction::maximize : Direction::minimize});
    const auto& trials = *member(reference, "trials").as_array();
    for (const Json& json : trials) study.add(trial_of(json));
    tpe::TrialLog log(study.directions(), all_up_to(reference));
    log.update(study, static_cast<TrialNumber>(trials.size()));
    CHECK(with_role(log, tpe::Role::below) == numbers(member(reference, "below")));
    CHECK(with_role(log, tpe::Role::above) == numbers(member(reference, "above")));
  }
}

TEST_CASE("roles do not depend on the order in which trials arrive") {
  const Json& reference = member(tpe_reference(), "splits").as_array()->at(3);
  const auto& trials = *member(reference, "trials").as_array();
  const auto roles = [&](auto number_of) {
    FakeStudy study;
    tpe::TrialLog log(study.directions(), {.gamma = 0.3});
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const std::size_t n = number_of(i);
      study.add(static_cast<TrialNumber>(n), trial_of(trials[n]));
      if (i % 5 == 0) log.update(study, static_cast<TrialNumber>(trials.size()));
    }
    log.update(study, static_cast<TrialNumber>(trials.size()));
    return std::vector<tpe::Role>(log.roles().begin(), log.roles().end());
  };
  const auto forward = roles([](std::size_t i) { return i; });
  CHECK(roles([&](std::size_t i) { return trials.size() - 1 - i; }) == forward);
  CHECK(roles([&](std::size_t i) { return (i * 17 + 3) % trials.size(); }) == forward);
}

TEST_CASE(
    "with several objectives the split is Optuna's: whole fronts, and of the next the subset with most hypervolume") {
  for (const Json& reference : *member(tpe_reference(), "splits_of_several").as_array()) {
    FakeStudy study(directions_of(reference));
    for (const Json& json : *member(reference, "trials").as_array()) study.add(trial_of_several(json));
    tpe::TrialLog log(study.directions(), all_up_to(reference));
    log.update(study, study.history()->horizon());
    CHECK(with_role(log, tpe::Role::below) == numbers(member(reference, "below")));
    CHECK(with_role(log, tpe::Role::above) == numbers(member(reference, "above")));
  }
}

TEST_CASE("with several objectives roles depend neither on the order of arrival nor on how often they are asked for") {
  const Json& reference = member(tpe_reference(), "splits_of_several").as_array()->at(2);
  const auto& trials = *member(reference, "trials").as_array();
  const auto roles = [&](auto number_of, std::size_t interval) {
    FakeStudy study(directions_of(reference));
    tpe::TrialLog log(study.directions(), {.cap = 1000});
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const std::size_t n = number_of(i);
      study.add(static_cast<TrialNumber>(n), trial_of_several(trials[n]));
      if (i % interval == 0) log.update(study, static_cast<TrialNumber>(trials.size()));
    }
    log.update(study, static_cast<TrialNumber>(trials.size()));
    return std::vector<tpe::Role>(log.roles().begin(), log.roles().end());
  };
  const auto at_once = roles([](std::size_t i) { return i; }, trials.size());
  CHECK(roles([](std::size_t i) { return i; }, 1) == at_once);
  CHECK(roles([&](std::size_t i) { return trials.size() - 1 - i; }, 1) == at_once);
  CHECK(roles([&](std::size_t i) { return (i * 17 + 3) % trials.size(); }, 3) == at_once);
}

TEST_CASE("the scale of one constraint does not decide which violations are small") {
  // The first constraint is told in units a million times smaller than the second.
  const auto below_of = [](tpe::ViolationSum sum, double unit) {
    FakeStudy study;
    const std::vector<std::pair<double, double>> violations = {
        {1.0, 3.0}, {3.0, 1.0}, {2.0, 2.0}, {1.5, 1.5}, {4.0, 4.0}};
    for (const auto& [first, second] : violations) {
      study.add({.values = {0.0}, .constraints = {{"a", first * unit}, {"b", second}, {"c", -1.0}}});
    }
    tpe::TrialLog log(study.directions(), {.gamma = 0.2, .violations = sum});
    log.update(study, study.history()->horizon());
    return with_role(log, tpe::Role::below);
  };
  CHECK(below_of(tpe::ViolationSum::normalized, 1.0) == std::vector<double>{3.0});
  CHECK(below_of(tpe::ViolationSum::normalized, 1e6) == std::vector<double>{3.0});
  CHECK(below_of(tpe::ViolationSum::normalized, 1e-6) == std::vector<double>{3.0});
  CHECK(below_of(tpe::ViolationSum::plain, 1e6) == std::vector<double>{0.0});
  CHECK(below_of(tpe::ViolationSum::plain, 1e-6) == std::vector<double>{1.0});
}

TEST_CASE("without the constant liar running trials play no role") {
  FakeStudy study;
  study.add({.values = {1.0}});
  study.add({.state = TrialState::running});
  tpe::TrialLog log(study.directions(), {.use_pending = false});
  log.update(study, 2);
  CHECK(log.roles()[1] == tpe::Role::none);
}

TEST_CASE("gamma(n) is Optuna's") {
  for (const auto& [n, expected] : *member(tpe_reference(), "gamma").as_object()) {
    CHECK(tpe::below_count(std::stoul(n), 0.1, 25) == static_cast<std::size_t>(*expected.as_int()));
  }
}

TEST_CASE("the weights of older observations fall as Optuna's do") {
  for (const auto& [n, expected] : *member(tpe_reference(), "weights").as_object()) {
    const std::vector<double> found = tpe::kernel_weights(std::stoul(n), tpe::WeightRule::ramp);
    const std::vector<double> wanted = numbers(expected);
    REQUIRE(found.size() == wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(wanted[i]).epsilon(1e-12));
  }
}

TEST_CASE("a log keeps a change or two of each trial, and whoever follows it knows all roles") {
  FakeStudy study({Direction::minimize, Direction::minimize});
  tpe::TrialLog log(study.directions(), {.gamma = 0.3, .cap = 1000});
  RandomStream random(1, 0, "values");
  std::vector<tpe::Role> often, seldom;
  std::uint64_t seen_often = 0, seen_seldom = 0;
  const auto follow = [&](std::vector<tpe::Role>& roles, std::uint64_t& seen) {
    roles.resize(log.roles().size(), tpe::Role::none);
    for (const TrialNumber n : log.changes_since(seen)) {
      roles[static_cast<std::size_t>(n)] = log.roles()[static_cast<std::size_t>(n)];
    }
    seen = log.change_count();
  };
  for (std::size_t n = 0; n < 400; ++n) {
    const double progress = 0.01 * static_cast<double>(n);
    study.add({.values = {random.uniform() - progress, random.uniform() - progress}});
    log.update(study, -1);
    follow(often, seen_often);
    if (n % 90 == 10) follow(seldom, seen_seldom);
    REQUIRE(log.changes_since(0).size() <= 2 * (n + 1) + 64);
  }
  follow(seldom, seen_seldom);
  CHECK(std::ranges::equal(often, log.roles()));
  CHECK(std::ranges::equal(seldom, log.roles()));
}
