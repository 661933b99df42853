// SPDX-License-Identifier: MIT
// The threshold rule.
#include <catch2/catch.hpp>

#include <limits>

#include <hone/error.hpp>

#include "decision_reference.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {
const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool ends_at(double value, Json::Object options) {
  FakeStudy study;
  const auto pruner = make_pruner("threshold", std::move(options));
  report(study, 0, 0, value);
  return pruner->should_prune(study, TrialView(0));
}
}  // namespace

TEST_CASE("threshold decides as Optuna does") { check_decisions("threshold", false); }

TEST_CASE("a report beyond a bound ends the trial, a report on it does not") {
  CHECK(ends_at(1.5, {{"upper", 1.0}}));
  CHECK_FALSE(ends_at(1.0, {{"upper", 1.0}}));
  CHECK(ends_at(-1.5, {{"lower", -1}}));
  CHECK_FALSE(ends_at(-1.0, {{"lower", -1}}));
}

TEST_CASE("NaN crosses every threshold, infinity those that are finite") {
  CHECK(ends_at(not_a_number, {{"upper", 1.0}}));
  CHECK(ends_at(infinity, {{"upper", 1.0}}));
  CHECK_FALSE(ends_at(-infinity, {{"upper", 1.0}}));
  CHECK_FALSE(ends_at(infinity, {{"lower", 1.0}}));
}

TEST_CASE("a threshold looks at the greatest step, whatever came last") {
  FakeStudy study;
  const auto pruner = make_pruner("threshold", {{"upper", 1.0}});
  report(study, 0, 5, 0.0);
  report(study, 0, 3, 2.0);
  CHECK_FALSE(pruner->should_prune(study, TrialView(0)));
  report(study, 0, 7, 2.0);
  CHECK(pruner->should_prune(study, TrialView(0)));
}

TEST_CASE("a threshold without a bound, with crossed bounds or with NaN is refused") {
  CHECK_THROWS_WITH(make_pruner("threshold"), Contains("'lower'") && Contains("'upper'"));
  CHECK_THROWS_WITH(make_pruner("threshold", {{"lower", 2.0}, {"upper", 1.0}}), Contains("must not exceed"));
  CHECK_THROWS_AS(make_pruner("threshold", {{"lower", not_a_number}}), Error);
}

TEST_CASE("a threshold under two directions looks at the metric that is named, and needs one") {
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  CHECK_THROWS_WITH(make_pruner("threshold", {{"upper", 1.0}}, two), Contains("2 directions") && Contains("'metric'"));
  FakeStudy study(two);
  const auto pruner = make_pruner("threshold", {{"upper", 1.0}, {"metric", "loss"}}, two);
  report(study, 0, 0, 2.0, "accuracy");
  CHECK_FALSE(pruner->should_prune(study, TrialView(0)));
  report(study, 0, 0, 2.0, "loss");
  CHECK(pruner->should_prune(study, TrialView(0)));
}
