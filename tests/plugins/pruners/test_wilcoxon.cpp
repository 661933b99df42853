// SPDX-License-Identifier: MIT
// The signed-rank test and the rule around it.
#include <catch2/catch.hpp>

#include <limits>

#include "../../../plugins/pruners/wilcoxon/signed_rank.hpp"
#include "decision_reference.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {
// COMPLETE with one value, and reports of it at steps 0, 1, …
void add_best(FakeStudy& study, double value, const std::vector<double>& reports, std::string_view metric = "") {
  const TrialNumber number = study.history()->horizon();
  for (std::size_t i = 0; i < reports.size(); ++i) {
    report(study, number, static_cast<std::int64_t>(i), reports[i], metric);
  }
  TrialPatch end;
  end.state = TrialState::complete;
  end.values.assign(study.directions().size(), value);
  study.writable_history().apply(number, end);
}

bool ends(Pruner& pruner, FakeStudy& study, const std::vector<double>& reports, std::string_view metric = "") {
  const TrialNumber number = study.history()->horizon();
  for (std::size_t i = 0; i < reports.size(); ++i) {
    report(study, number, static_cast<std::int64_t>(i), reports[i], metric);
  }
  return pruner.should_prune(study, TrialView(number));
}
const std::vector<double> low{0.0, 0.1, 0.2, 0.3, 0.4}, high{1.0, 1.2, 1.4, 1.6, 1.8};
}  // namespace

TEST_CASE("p-values of the signed-rank test are SciPy's, with ties, zeros, exact and approximate") {
  std::ifstream file(HONE_PRUNER_REFERENCES "/wilcoxon_p_values.txt");
  REQUIRE(file);
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.front() == '#') continue;
    std::istringstream words(line);
    double expected = 0.0;
    words >> expected;
    std::vector<double> differences;
    for (double d = 0.0; words >> d;) differences.push_back(d);
    INFO(line);
    CHECK(wilcoxon_p_greater(differences) == Approx(expected).epsilon(1e-9).margin(1e-12));
    ++cases;
  }
  CHECK(cases > 100);
}

TEST_CASE("wilcoxon decides as Optuna does") { check_decisions("wilcoxon", false); }
TEST_CASE("a fresh wilcoxon decides as one that has followed the study") { check_decisions("wilcoxon", true); }

TEST_CASE("a trial worse than the best at each step is ended, once there are steps enough") {
  FakeStudy study;
  const auto pruner = make_pruner("wilcoxon", {{"n_startup_steps", 5}});
  add_best(study, 0.2, low);
  CHECK(ends(*pruner, study, high));
  CHECK_FALSE(ends(*pruner, study, {1.0, 1.2, 1.4, 1.6}));
}

TEST_CASE("without a best trial, or with infinite or NaN reports, wilcoxon lets a trial go on") {
  FakeStudy study;
  const auto pruner = make_pruner("wilcoxon");
  CHECK_FALSE(ends(*pruner, study, high));
  add_best(study, 0.2, low);
  CHECK_FALSE(ends(*pruner, study, {1.0, 1.2, 1.4, 1.6, std::numeric_limits<double>::infinity()}));
  CHECK_FALSE(ends(*pruner, study, {1.0, 1.2, 1.4, 1.6, std::numeric_limits<double>::quiet_NaN()}));
}

TEST_CASE("wilcoxon under two directions finds the best by the mean of the metric") {
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  CHECK_THROWS_WITH(make_pruner("wilcoxon", {}, two), Contains("2 directions"));
  FakeStudy study(two);
  const auto pruner = make_pruner("wilcoxon", {{"metric", "score"}, {"metric_direction", "maximize"}}, two);
  add_best(study, 0.0, low, "score");
  add_best(study, 0.0, high, "score");
  CHECK(ends(*pruner, study, low, "score"));
}
