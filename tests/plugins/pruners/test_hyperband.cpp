// SPDX-License-Identifier: MIT
// Hyperband: its brackets and its decisions.
#include <catch2/catch.hpp>

#include <limits>
#include <set>

#include "../../../plugins/pruners/hyperband/brackets.hpp"
#include "decision_reference.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {
const std::vector<std::uint64_t> shares_of_81 = bracket_shares(5, 3);
}  // namespace

TEST_CASE("brackets and their shares are those of the paper, without a logarithm's error") {
  CHECK(bracket_count(1, 81, 3) == 5);
  CHECK(bracket_count(1, 243, 3) == 6);
  CHECK(bracket_count(1, 1000, 10) == 4);
  CHECK(bracket_count(5, 5, 3) == 1);
  CHECK(shares_of_81 == std::vector<std::uint64_t>{81, 34, 15, 8, 5});
}

TEST_CASE("a trial's bracket follows from the names alone") {
  CHECK(sdk::crc32("study_0") == 368277276u);
  CHECK(sdk::crc32("123456789") == 0xCBF43926u);
  std::vector<int> trials(5, 0);
  for (std::int64_t n = 0; n < 1430; ++n) ++trials[static_cast<std::size_t>(bracket_of("study", n, shares_of_81))];
  for (std::size_t b = 0; b < 5; ++b)
    CHECK(trials[b] == Approx(10.0 * static_cast<double>(shares_of_81[b])).margin(60));
}

TEST_CASE("hyperband decides as Optuna does") { check_decisions("hyperband", false); }
TEST_CASE("a fresh hyperband decides as one that has followed the study") { check_decisions("hyperband", true); }

TEST_CASE("workers agree on brackets without talking") {
  FakeStudy study;
  const auto one = make_pruner("hyperband", {{"max_resource", 27}});
  const auto other = make_pruner("hyperband", {{"max_resource", 27}});
  std::set<std::string> seen;
  for (TrialNumber n = 0; n < 200; ++n) {
    const auto cohort = one->cohort(study, TrialView(n));
    REQUIRE(cohort.has_value());
    CHECK(cohort == other->cohort(study, TrialView(n)));
    seen.insert(*cohort);
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("an automatic greatest resource is settled once, and trials before it have no bracket") {
  FakeStudy study;
  const auto first = make_pruner("hyperband");
  CHECK_FALSE(first->cohort(study, TrialView(0)).has_value());
  report(study, 0, 8, 0.0);
  CHECK_FALSE(first->should_prune(study, TrialView(0)));
  finish(study, 0);
  CHECK(first->cohort(study, TrialView(1)).has_value());
  report(study, 1, 5000, 0.0);
  finish(study, 1);
  const auto second = make_pruner("hyperband");
  for (TrialNumber n = 2; n < 60; ++n) {
    CHECK(first->cohort(study, TrialView(n)) == second->cohort(study, TrialView(n)));
    CHECK(bracket_of("fake", n, bracket_shares(3, 3)) == second->cohort(study, TrialView(n))->back() - '0');
  }
}

TEST_CASE("a trial of a cohort that another pruner made is let go on") {
  FakeStudy study;
  const auto pruner = make_pruner("hyperband", {{"max_resource", 9}});
  study.add({.state = TrialState::running, .cohort = "halves:1"});
  report(study, 0, 9, std::numeric_limits<double>::quiet_NaN());
  CHECK_FALSE(pruner->should_prune(study, TrialView(0)));
}

TEST_CASE("hyperband refuses what makes no sense") {
  CHECK_THROWS_WITH(make_pruner("hyperband", {{"min_resource", 9}, {"max_resource", 3}}), Contains("'max_resource'"));
  CHECK_THROWS_WITH(make_pruner("hyperband", {{"bootstrap_count", 1}}), Contains("'max_resource'"));
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  CHECK_THROWS_WITH(make_pruner("hyperband", {}, two), Contains("2 directions") && Contains("'metric'"));
}
