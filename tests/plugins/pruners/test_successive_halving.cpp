// SPDX-License-Identifier: MIT
// Asynchronous successive halving: its rungs, and two workers that reach one at the same time.
#include <catch2/catch.hpp>

#include <filesystem>
#include <limits>

#include <hone/error.hpp>
#include <hone/sdk/successive_halving.hpp>
#include <hone/study.hpp>

#include "decision_reference.hpp"

using namespace hone;
using namespace hone::test;
using Catch::Matchers::Contains;

namespace {
const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

std::shared_ptr<Pruner> halving(Json::Object more = {}) {
  Json::Object options{{"min_resource", 1}, {"reduction_factor", 2}};
  for (auto& member : more) options.push_back(std::move(member));
  return make_pruner("successive_halving", std::move(options));
}

bool ends(Pruner& pruner, FakeStudy& study, TrialNumber number, std::int64_t step, double value) {
  report(study, number, step, value);
  return pruner.should_prune(study, TrialView(number));
}

// Two workers with a study of their own each, on one file, as two processes have.
struct TwoWorkers {
  TwoWorkers() : file(std::filesystem::temp_directory_path() / "hone_successive_halving_test.db") {
    remove();
    first.emplace(open());
    second.emplace(open());
  }
  ~TwoWorkers() {
    first.reset();
    second.reset();
    remove();
  }
  void remove() const {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  }
  Study open() const {
    StudyOptions options;
    options.name = "arrivals";
    options.sampler = {"random"};
    options.pruner = {"successive_halving", Json(Json::Object{{"min_resource", 1}, {"reduction_factor", 2}})};
    options.storage = {"sqlite", Json(Json::Object{{"target", file.string()}})};
    options.load_if_exists = true;
    return Study::create(options, shared_registry());
  }
  std::filesystem::path file;
  std::optional<Study> first, second;
};
}  // namespace

TEST_CASE("successive halving decides as Optuna does") { check_decisions("successive_halving", false); }

TEST_CASE("a fresh successive halving decides as one that has followed the study") {
  check_decisions("successive_halving", true);
}

TEST_CASE("rungs whose step no number can be are never reached") {
  CHECK(sdk::rung_resource(3, 4, 0) == 3.0);
  CHECK(sdk::rung_resource(3, 4, 2) == 48.0);
  CHECK(sdk::rung_resource(1, 10, 64) == infinity);
  FakeStudy study;
  CHECK_FALSE(ends(*halving(), study, 0, std::numeric_limits<std::int64_t>::max(), 0.0));
}

TEST_CASE("a trial below the first rung goes on, and one without a report") {
  FakeStudy study;
  const auto pruner = halving({});
  study.add({.state = TrialState::running});
  CHECK_FALSE(pruner->should_prune(study, TrialView(0)));
  CHECK_FALSE(ends(*pruner, study, 1, 0, not_a_number));
}

TEST_CASE("NaN ends a trial at a rung, and does not stand in it") {
  FakeStudy study;
  const auto pruner = halving();
  CHECK(ends(*pruner, study, 0, 1, not_a_number));
  CHECK_FALSE(ends(*pruner, study, 1, 1, infinity));
  CHECK_FALSE(ends(*pruner, study, 2, 1, -infinity));
  CHECK(ends(*pruner, study, 3, 1, 0.0));
}

TEST_CASE("a value at a rung is the first number at its step or later, whatever the order of arrival") {
  const std::vector<Report> reports{{0, 9.0}, {3, not_a_number}, {5, 1.0}, {6, 0.0}};
  CHECK(sdk::value_at_rung(reports, 2) == 1.0);
  CHECK(std::isnan(sdk::value_at_rung(reports, 7)));
  FakeStudy study;
  const auto pruner = halving();
  CHECK_FALSE(ends(*pruner, study, 0, 1, 5.0));
  CHECK_FALSE(ends(*pruner, study, 1, 4, 1.0));
  CHECK_FALSE(ends(*pruner, study, 1, 2, 0.5));
  CHECK_FALSE(ends(*pruner, study, 2, 2, 0.5));
  CHECK(ends(*pruner, study, 3, 2, 0.75));
}

TEST_CASE("a report past two rungs stands in both") {
  FakeStudy study;
  const auto pruner = halving();
  CHECK_FALSE(ends(*pruner, study, 0, 1, 1.0));
  CHECK(ends(*pruner, study, 1, 2, 2.0));
  CHECK_FALSE(ends(*pruner, study, 0, 2, 1.5));
}

TEST_CASE("a trial is not asked again about a rung that it passed") {
  FakeStudy study;
  const auto pruner = halving();
  CHECK_FALSE(ends(*pruner, study, 0, 2, 1.0));
  CHECK_FALSE(ends(*pruner, study, 1, 2, 0.0));
  CHECK_FALSE(ends(*pruner, study, 0, 3, 1.0));
  CHECK(ends(*pruner, study, 0, 4, not_a_number));
}

TEST_CASE("the rungs of an attempt that was given up are empty again") {
  FakeStudy study;
  const auto pruner = halving();
  CHECK_FALSE(ends(*pruner, study, 0, 1, 0.0));
  TrialPatch taken_over;
  taken_over.new_attempt = true;
  study.writable_history().apply(0, taken_over);
  CHECK_FALSE(ends(*pruner, study, 1, 1, 1.0));
  CHECK(ends(*pruner, study, 0, 1, 2.0));
}

TEST_CASE("bootstrap_count ends all until more have reached the rung, and needs a resource") {
  FakeStudy study;
  const auto pruner = halving({{"bootstrap_count", 2}});
  CHECK(ends(*pruner, study, 0, 1, 0.0));
  CHECK(ends(*pruner, study, 1, 1, 0.0));
  CHECK_FALSE(ends(*pruner, study, 2, 1, 0.0));
  CHECK_THROWS_WITH(make_pruner("successive_halving", {{"bootstrap_count", 2}}), Contains("'min_resource'"));
}

TEST_CASE("an automatic resource is settled by the first to ask, for all") {
  FakeStudy study;
  const auto first = make_pruner("successive_halving");
  CHECK_FALSE(ends(*first, study, 0, 100, not_a_number));
  report(study, 1, 500, 0.0);
  finish(study, 1);
  CHECK_FALSE(ends(*first, study, 2, 4, not_a_number));
  report(study, 3, 5000, 0.0);
  finish(study, 3);
  const auto second = make_pruner("successive_halving");
  CHECK_FALSE(ends(*second, study, 4, 4, not_a_number));
  CHECK(ends(*second, study, 4, 5, not_a_number));
}

TEST_CASE("successive halving under two directions goes by the metric that is named") {
  const std::vector<Direction> two{Direction::minimize, Direction::maximize};
  CHECK_THROWS_WITH(make_pruner("successive_halving", {}, two), Contains("2 directions"));
  FakeStudy study(two);
  const auto pruner = make_pruner("successive_halving",
                                  {{"min_resource", 1}, {"metric", "accuracy"}, {"metric_direction", "maximize"}}, two);
  report(study, 0, 1, 0.5, "accuracy");
  CHECK_FALSE(pruner->should_prune(study, TrialView(0)));
  report(study, 1, 1, 0.4, "accuracy");
  CHECK(pruner->should_prune(study, TrialView(1)));
}

TEST_CASE("of two workers that reach a rung at the same time, at least one sees the other") {
  TwoWorkers workers;
  Trial good = workers.first->ask();
  Trial bad = workers.second->ask();
  SECTION("both report before either asks, the better one first") {
    good.report(0.0, 1);
    bad.report(1.0, 1);
    CHECK_FALSE(good.should_prune());
    CHECK(bad.should_prune());
  }
  SECTION("both report before either asks, the better one last") {
    bad.report(1.0, 1);
    good.report(0.0, 1);
    // The first of a rung goes on whatever its value. That the other saw it shows at a third, which is in between.
    CHECK_FALSE(bad.should_prune());
    CHECK_FALSE(good.should_prune());
    Trial third = workers.second->ask();
    third.report(0.5, 1);
    CHECK(third.should_prune());
  }
  SECTION("one after the other") {
    good.report(0.0, 1);
    CHECK_FALSE(good.should_prune());
    bad.report(1.0, 1);
    CHECK(bad.should_prune());
  }
}
