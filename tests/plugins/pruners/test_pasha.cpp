// SPDX-License-Identifier: MIT
// PASHA: when rankings count as alike, and how far trials are let go.
#include <catch2/catch.hpp>

#include <limits>
#include <vector>

#include "../../../plugins/pruners/successive_halving/progressive.hpp"
#include "pruner_fixture.hpp"

using namespace hone;
using namespace hone::test;

namespace {

using Curve = std::vector<Report>;

Curve curve(const std::vector<double>& values) {
  Curve result;
  for (const double value : values) result.push_back({static_cast<std::int64_t>(result.size()) + 1, value});
  return result;
}

// Runs trials one after another to step 16 or their end; how far each came.
std::vector<std::int64_t> run(FakeStudy& study, Pruner& pruner, const std::vector<std::vector<double>>& at_rungs) {
  std::vector<std::int64_t> ends;
  for (const std::vector<double>& values : at_rungs) {
    const TrialNumber number = study.history()->horizon();
    ends.push_back(-1);
    for (std::size_t rung = 0; rung < values.size(); ++rung) {
      ends.back() = std::int64_t{1} << rung;
      report(study, number, ends.back(), values[rung]);
      if (pruner.should_prune(study, TrialView(number))) break;
    }
    finish(study, number, TrialState::pruned);
  }
  return ends;
}

}  // namespace

TEST_CASE("curves that cross twice are apart by their distance after the second crossing") {
  CHECK(criss_cross_distance(curve({1, 2, 3}), curve({2, 3, 4})) < 0.0);
  CHECK(criss_cross_distance(curve({1, 3, 3}), curve({2, 2, 2})) < 0.0);
  CHECK(criss_cross_distance(curve({1, 3, 1, 0}), curve({2, 2, 2, 2})) == 2.0);
  CHECK(criss_cross_distance(curve({1, 3, 1}), {}) < 0.0);
  // Only common steps count.
  CHECK(criss_cross_distance(Curve{{1, 1.0}, {2, 0.0}, {5, 3.0}, {9, 1.5}}, Curve{{1, 2.0}, {5, 2.0}, {9, 2.0}}) ==
        0.5);
}

TEST_CASE("the noise is what curves that cross twice are apart, and nothing where none does") {
  const Curve low = curve({1, 3, 1});
  const Curve high = curve({2, 2, 2});
  const std::vector<std::span<const Report>> crossing{low, high};
  CHECK(noise_level(crossing) == 1.0);
  const std::vector<std::span<const Report>> alone{low};
  CHECK(noise_level(alone) == 0.0);
}

TEST_CASE("rankings are alike when each place is taken by as good a value, the noise forgiven") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(rank_alike({}, {}, 0.0));
  CHECK(rank_alike(std::vector{1.0}, std::vector{5.0}, 0.0));
  CHECK(rank_alike(std::vector{1.0, 2.0, 3.0}, std::vector{0.1, 0.2, 0.3}, 0.0));
  CHECK_FALSE(rank_alike(std::vector{1.0, 2.0, 3.0}, std::vector{0.2, 0.1, 0.3}, 0.0));
  CHECK(rank_alike(std::vector{1.0, 2.0, 3.0}, std::vector{0.2, 0.1, 0.3}, 1.0));
  CHECK(rank_alike(std::vector{1.0, infinity}, std::vector{0.1, infinity}, 0.0));
  CHECK_FALSE(rank_alike(std::vector{1.0, infinity}, std::vector{infinity, 0.1}, 5.0));
}

TEST_CASE("while the ranking is settled, no trial passes the second rung") {
  const Json::Object options{{"min_resource", 1}, {"reduction_factor", 2}, {"pasha", true}};
  FakeStudy study;
  const auto pruner = make_pruner("successive_halving", options);
  // Each better than the one before, in every rung alike.
  CHECK(run(study, *pruner, {{9, 9, 9, 9}, {8, 8, 8, 8}, {7, 7, 7, 7}, {6, 6, 6, 6}}) ==
        std::vector<std::int64_t>{2, 2, 2, 2});
  SECTION("and the next one does once two rungs rank differently") {
    CHECK(run(study, *pruner, {{5, 20, 20, 20}, {4, 4, 4, 4}}) == std::vector<std::int64_t>{2, 4});
    // What was opened stays open, for a worker that comes later, too.
    const auto later = make_pruner("successive_halving", options);
    CHECK(run(study, *later, {{3, 3, 3, 3}}) == std::vector<std::int64_t>{4});
  }
  SECTION("and a trial that comes worse than others ends at the first rung as ever") {
    CHECK(run(study, *pruner, {{30, 30, 30, 30}}) == std::vector<std::int64_t>{1});
  }
}
