// SPDX-License-Identifier: MIT
// The percentile rule's parts, its options, and what it costs.
#include <catch2/catch.hpp>

#include <limits>

#include <hone/error.hpp>
#include <hone/sdk/percentile_pruner.hpp>

#include "pruner_fixture.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {
const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

double percentile_of(double percentile, const std::vector<double>& values) {
  sdk::GrowingPercentile growing(percentile);
  for (const double value : values) growing.add(value);
  return growing.value();
}

// Step 0 of ten COMPLETE trials with the values 0 … 9 for the metric, and one of a running trial.
bool decision_on_metric(Pruner& pruner, FakeStudy& study, double own) {
  for (TrialNumber number = 0; number < 10; ++number) {
    report(study, number, 0, static_cast<double>(number), "accuracy");
    finish(study, number);
  }
  report(study, 10, 0, own, "accuracy");
  return pruner.should_prune(study, TrialView(10));
}
}  // namespace

TEST_CASE("a percentile is interpolated between its neighbours") {
  CHECK(percentile_of(50.0, {3.0, 1.0, 2.0}) == 2.0);
  CHECK(percentile_of(50.0, {4.0, 1.0, 2.0, 3.0}) == 2.5);
  CHECK(percentile_of(25.0, {4.0, 1.0, 2.0, 3.0}) == 1.75);
  CHECK(percentile_of(0.0, {4.0, 1.0, 2.0}) == 1.0);
  CHECK(percentile_of(100.0, {4.0, 1.0, 2.0}) == 4.0);
  CHECK(percentile_of(37.5, {7.0}) == 7.0);
}

TEST_CASE("a percentile leaves NaN out, and is NaN of nothing") {
  CHECK(percentile_of(50.0, {not_a_number, 1.0, not_a_number, 3.0}) == 2.0);
  CHECK(std::isnan(percentile_of(50.0, {not_a_number})));
  CHECK(std::isnan(percentile_of(50.0, {})));
}

TEST_CASE("an infinite neighbour that has no weight does not count") {
  CHECK(percentile_of(50.0, {1.0, 2.0, infinity}) == 2.0);
  CHECK(percentile_of(100.0, {1.0, infinity}) == infinity);
}

TEST_CASE("a percentile follows its multiset at every size") {
  for (const double percentile : {0.0, 10.0, 33.3, 50.0, 90.0, 99.9, 100.0}) {
    sdk::GrowingPercentile growing(percentile);
    std::vector<double> all;
    std::uint64_t state = 1;
    for (int i = 0; i < 300; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const double value = static_cast<double>(state >> 58);  // few different ones: ties
      all.push_back(value);
      growing.add(value);
      std::vector<double> sorted = all;
      std::ranges::sort(sorted);
      const double rank = static_cast<double>(sorted.size() - 1) * (percentile / 100.0);
      const auto below = static_cast<std::size_t>(rank);
      const double above = sorted[std::min(below + 1, sorted.size() - 1)];
      REQUIRE(growing.value() == sdk::interpolate(sorted[below], above, rank - static_cast<double>(below)));
    }
  }
}

TEST_CASE("a trial that has reported nothing but NaN is ended, once there is something to compare with") {
  FakeStudy study;
  const auto pruner = make_pruner("median", {{"n_startup_trials", 0}});
  report(study, 0, 0, not_a_number);
  CHECK_FALSE(pruner->should_prune(study, TrialView(0)));
  finish(study, 0, TrialState::fail);
  add_complete(study, {1.0});
  report(study, 2, 0, not_a_number);
  CHECK(pruner->should_prune(study, TrialView(2)));
  report(study, 2, 1, 0.5);
  CHECK_FALSE(pruner->should_prune(study, TrialView(2)));
}

TEST_CASE("a trial without a report is kept") {
  FakeStudy study;
  const auto pruner = make_pruner("median", {{"n_startup_trials", 0}});
  add_complete(study, {1.0});
  study.add({.state = TrialState::running});
  CHECK_FALSE(pruner->should_prune(study, TrialView(1)));
}

TEST_CASE("the reports of an attempt that was given up do not count") {
  FakeStudy study;
  const auto pruner = make_pruner("median", {{"n_startup_trials", 0}});
  add_complete(study, {1.0, 1.0});
  report(study, 1, 0, 0.5);
  TrialPatch taken_over;
  taken_over.new_attempt = true;
  study.writable_history().apply(1, taken_over);
  report(study, 1, 1, 2.0);
  CHECK(pruner->should_prune(study, TrialView(1)));
}

TEST_CASE("a study with several directions is pruned on the metric that the options name") {
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  FakeStudy study(two);
  const auto pruner = make_pruner("median", {{"metric", "accuracy"}, {"metric_direction", "maximize"}}, two);
  CHECK(decision_on_metric(*pruner, study, 4.0));
}

TEST_CASE("a metric's own direction counts, not the study's") {
  FakeStudy study({Direction::maximize});
  const auto pruner =
      make_pruner("median", {{"metric", "accuracy"}, {"metric_direction", "minimize"}}, {Direction::maximize});
  CHECK_FALSE(decision_on_metric(*pruner, study, 4.0));
}

TEST_CASE("several directions without a metric are refused, with what to do") {
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  CHECK_THROWS_WITH(make_pruner("median", {}, two), Contains("2 directions") && Contains("'metric'"));
}

TEST_CASE("a metric and its direction go together") {
  CHECK_THROWS_WITH(make_pruner("median", {{"metric", "accuracy"}}), Contains("set 'metric_direction'"));
  CHECK_THROWS_WITH(make_pruner("median", {{"metric_direction", "minimize"}}), Contains("goes with 'metric'"));
}

TEST_CASE("percentile must be given, and lie within 0 and 100") {
  CHECK_THROWS_WITH(make_pruner("percentile"), Contains("percentile"));
  CHECK_THROWS_WITH(make_pruner("percentile", {{"percentile", 101.0}}), Contains("100"));
}

TEST_CASE("nop never ends a trial, under any number of directions") {
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  FakeStudy study(two);
  for (int i = 0; i < 10; ++i) add_complete(study, {0.0});
  report(study, 10, 0, 1e9);
  CHECK_FALSE(make_pruner("nop", {}, two)->should_prune(study, TrialView(10)));
}
