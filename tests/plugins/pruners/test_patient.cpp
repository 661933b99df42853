// SPDX-License-Identifier: MIT
// Patience, and the pruner that it is around.
#include <catch2/catch.hpp>

#include <limits>

#include "decision_reference.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool ends(const std::vector<double>& reports, Json::Object options) {
  FakeStudy study;
  const auto pruner = make_pruner("patient", std::move(options));
  for (std::size_t i = 0; i < reports.size(); ++i) report(study, 0, static_cast<std::int64_t>(i), reports[i]);
  return pruner->should_prune(study, TrialView(0));
}
}  // namespace

TEST_CASE("patient decides as Optuna does") { check_decisions("patient", false); }
TEST_CASE("a fresh patient decides as one that has followed the study") { check_decisions("patient", true); }

TEST_CASE("a trial that does not improve is ended when the patience is out") {
  CHECK_FALSE(ends({0.0, 1.0, 1.0}, {{"patience", 2}}));
  CHECK(ends({0.0, 1.0, 1.0, 1.0}, {{"patience", 2}}));
  CHECK_FALSE(ends({0.0, 1.0, 0.0, 1.0}, {{"patience", 2}}));
  CHECK_FALSE(ends({0.0, 1.0, 1.0, 1.0}, {{"patience", 2}, {"min_delta", 1.0}}));
}

TEST_CASE("NaN is no improvement, and any number is one after NaN") {
  CHECK(ends({0.0, not_a_number, not_a_number}, {{"patience", 1}}));
  CHECK(ends({not_a_number, not_a_number}, {{"patience", 0}}));
  CHECK_FALSE(ends({not_a_number, 5.0}, {{"patience", 0}}));
}

TEST_CASE("the inner pruner has the last word, and gives the cohort") {
  CHECK_FALSE(ends({0.0, 1.0, 1.0}, {{"patience", 0}, {"pruner", "nop"}}));
  FakeStudy study;
  const Json inner(Json::Object{{"plugin", "hyperband"}, {"max_resource", 27}});
  CHECK(make_pruner("patient", {{"patience", 0}, {"pruner", inner}})->cohort(study, TrialView(0)).has_value());
}

TEST_CASE("patience must be given, and several directions need a metric") {
  CHECK_THROWS_WITH(make_pruner("patient"), Contains("patience"));
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  CHECK_THROWS_WITH(make_pruner("patient", {{"patience", 1}}, two), Contains("2 directions"));
}
