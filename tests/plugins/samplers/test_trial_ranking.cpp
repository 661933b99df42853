// SPDX-License-Identifier: MIT
// Which trials are good: Optuna's split, its gamma and its weights.
#include <catch2/catch.hpp>

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

}  // namespace

TEST_CASE("the split into good and other trials is Optuna's: complete, pruned, infeasible and running ones") {
  for (const Json& reference : *member(tpe_reference(), "splits").as_array()) {
    const bool maximize = *member(reference, "direction").as_string() == "maximize";
    FakeStudy study({maximize ? Direction::maximize : Direction::minimize});
    const auto& trials = *member(reference, "trials").as_array();
    for (const Json& json : trials) study.add(trial_of(json));
    // All finished ones are good, up to the number that Optuna was given.
    tpe::TrialLog log(1.0, static_cast<std::size_t>(*member(reference, "n_below").as_int()), /*use_pending=*/true);
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
    tpe::TrialLog log(0.3, 25, true);
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

TEST_CASE("without the constant liar running trials play no role") {
  FakeStudy study;
  study.add({.values = {1.0}});
  study.add({.state = TrialState::running});
  tpe::TrialLog log(0.1, 25, /*use_pending=*/false);
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
