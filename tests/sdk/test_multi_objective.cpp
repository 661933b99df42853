// SPDX-License-Identifier: MIT
// Non-dominated sorting, the hypervolume and its subset selection, against their definitions and against Optuna.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <hone/random.hpp>
#include <hone/sdk/hypervolume.hpp>
#include <hone/sdk/hypervolume_subset.hpp>
#include <hone/sdk/nondominated_sort.hpp>

using namespace hone;
using namespace hone::sdk;

namespace {

using Points = std::vector<double>;

// Points on a grid, so that coordinates and whole points repeat.
Points grid_points(std::size_t count, std::size_t objectives, int levels, std::uint64_t seed) {
  RandomStream stream(seed, 0, "points");
  Points points(count * objectives);
  for (double& x : points) x = std::floor(stream.uniform() * levels);
  return points;
}

std::span<const double> row(const Points& points, std::size_t objectives, std::size_t i) {
  return std::span(points).subspan(i * objectives, objectives);
}

bool dominates(std::span<const double> a, std::span<const double> b) {
  return weakly_dominates(a, b) && !std::ranges::equal(a, b);
}

// One front after another is taken away.
std::vector<std::uint32_t> ranks_by_definition(const Points& points, std::size_t objectives) {
  const std::size_t n = points.size() / objectives;
  constexpr auto open = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> ranks(n, open);
  std::size_t left = n;
  for (std::uint32_t rank = 0; left > 0; ++rank) {
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < n; ++i) {
      if (ranks[i] != open) continue;
      bool dominated = false;
      for (std::size_t j = 0; j < n && !dominated; ++j) {
        dominated = ranks[j] == open && dominates(row(points, objectives, j), row(points, objectives, i));
      }
      if (!dominated) front.push_back(i);
    }
    for (const std::size_t i : front) ranks[i] = rank;
    left -= front.size();
  }
  return ranks;
}

// Points with whole coordinates below 1 each dominate unit cells of the grid up to the reference point.
double hypervolume_by_counting(const Points& points, std::size_t objectives, int levels) {
  std::vector<int> cell(objectives, 0);
  double count = 0.0;
  for (;;) {
    for (std::size_t i = 0; i * objectives < points.size(); ++i) {
      bool covered = true;
      for (std::size_t d = 0; d < objectives; ++d) covered = covered && points[i * objectives + d] <= cell[d];
      if (covered) {
        count += 1.0;
        break;
      }
    }
    std::size_t d = 0;
    while (d < objectives && ++cell[d] == levels) cell[d++] = 0;
    if (d == objectives) return count;
  }
}

Points front_of(std::size_t count, std::size_t objectives, std::uint64_t seed) {
  const Points points = grid_points(count, objectives, 1000, seed);
  const auto ranks = nondominated_ranks(points, objectives);
  Points front;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] != 0) continue;
    const auto point = row(points, objectives, i);
    front.insert(front.end(), point.begin(), point.end());
  }
  return front;
}

double hypervolume_of(const Points& points, const std::vector<std::size_t>& indices,
                      std::span<const double> reference) {
  Points subset;
  for (const std::size_t i : indices) {
    const auto point = row(points, reference.size(), i);
    subset.insert(subset.end(), point.begin(), point.end());
  }
  return hypervolume(subset, reference);
}

}  // namespace

TEST_CASE("ranks are those of fronts taken away one after another") {
  for (std::size_t objectives = 1; objectives <= 6; ++objectives) {
    for (const int levels : {2, 5, 1000}) {
      for (const std::size_t count : {0, 1, 2, 3, 40, 300}) {
        const Points points = grid_points(count, objectives, levels, 7 * objectives + count);
        INFO(objectives << " objectives, " << levels << " levels, " << count << " points");
        CHECK(nondominated_ranks(points, objectives) == ranks_by_definition(points, objectives));
      }
    }
  }
}

TEST_CASE("infinite objectives have ranks like any others") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Points points = {infinity, 0.0, -infinity, infinity, 1.0, 1.0, -infinity, 0.0, infinity, infinity};
  CHECK(nondominated_ranks(points, 2) == std::vector<std::uint32_t>{1, 1, 1, 0, 2});
}

TEST_CASE("the hypervolume is the number of cells that the points dominate") {
  struct Case {
    std::size_t objectives;
    int levels;
    std::size_t count;
  };
  for (const Case& c : {Case{1, 9, 4}, {2, 12, 30}, {3, 9, 40}, {4, 7, 40}, {5, 5, 40}, {6, 4, 30}}) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const Points points = grid_points(c.count, c.objectives, c.levels, seed);
      const std::vector<double> reference(c.objectives, c.levels);
      INFO(c.objectives << " objectives, seed " << seed);
      CHECK(hypervolume(points, reference) == hypervolume_by_counting(points, c.objectives, c.levels));
    }
  }
}

TEST_CASE("the hypervolume has the same bits in any order of the points") {
  for (const std::size_t objectives : {2, 3, 4, 5}) {
    RandomStream stream(3, 0, "order");
    Points points(50 * objectives);
    for (double& x : points) x = stream.uniform();
    const std::vector<double> reference(objectives, 1.1);
    Points reversed;
    for (std::size_t i = 50; i-- > 0;) {
      const auto point = row(points, objectives, i);
      reversed.insert(reversed.end(), point.begin(), point.end());
    }
    CHECK(hypervolume(points, reference) == hypervolume(reversed, reference));
  }
}

TEST_CASE(
    "points beyond the reference point add nothing, endless boxes are endless, a bad reference point is refused") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> reference = {1.0, 1.0};
  CHECK(hypervolume(Points{}, reference) == 0.0);
  CHECK(hypervolume(Points{0.5, 2.0, 1.0, 0.0}, reference) == 0.0);
  CHECK(hypervolume(Points{0.5, 0.5, -infinity, 2.0}, reference) == 0.25);
  CHECK(hypervolume(Points{0.5, -infinity}, reference) == infinity);
  CHECK_THROWS_AS(hypervolume(Points{0.5, 0.5}, Points{1.0, infinity}), std::invalid_argument);
  CHECK_THROWS_AS(hypervolume(Points{}, Points{}), std::invalid_argument);
}

TEST_CASE("the subset takes at each step a point that adds the most") {
  for (const std::size_t objectives : {2, 3, 4, 5}) {
    const Points front = front_of(60, objectives, objectives);
    const std::size_t n = front.size() / objectives;
    const std::vector<double> reference(objectives, 1100.0);
    const std::size_t count = std::min<std::size_t>(6, n - 1);
    const std::vector<std::size_t> chosen = hypervolume_subset(front, reference, count);
    REQUIRE(chosen.size() == count);
    for (std::size_t step = 0; step < count; ++step) {
      std::vector<std::size_t> with(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(step) + 1);
      const double taken = hypervolume_of(front, with, reference);
      for (std::size_t other = 0; other < n; ++other) {
        with.back() = other;
        CHECK(hypervolume_of(front, with, reference) <= taken * (1.0 + 1e-12));
      }
    }
  }
}

TEST_CASE("of equal points one is chosen before any second one") {
  const Points front = {0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0};
  const std::vector<double> reference = {2.0, 2.0};
  std::vector<std::size_t> chosen = hypervolume_subset(front, reference, 2);
  std::ranges::sort(chosen);
  CHECK(chosen == std::vector<std::size_t>{0, 2});
  chosen = hypervolume_subset(front, reference, 3);
  std::ranges::sort(chosen);
  CHECK(chosen == std::vector<std::size_t>{0, 1, 2});
}

// make_multi_objective_reference.py: "objectives count points… reference… hypervolume wanted indices… ranks…"
TEST_CASE("ranks, hypervolumes and subsets are Optuna's") {
  std::ifstream file(HONE_MULTI_OBJECTIVE_REFERENCE);
  REQUIRE(file);
  std::size_t cases = 0;
  std::size_t objectives = 0, count = 0, wanted = 0;
  while (file >> objectives >> count >> wanted) {
    const auto read = [&](std::size_t n) {
      std::vector<double> numbers(n);
      for (double& x : numbers) file >> x;
      return numbers;
    };
    const Points points = read(count * objectives);
    const std::vector<double> ranks = read(count);
    const Points front = read(static_cast<std::size_t>(read(1)[0]) * objectives);
    const Points reference = read(objectives);
    const double volume = read(1)[0];
    const std::vector<double> subset = read(wanted);
    REQUIRE(file);
    INFO(objectives << " objectives, " << count << " points");
    const auto own = nondominated_ranks(points, objectives);
    CHECK(std::vector<double>(own.begin(), own.end()) == ranks);
    CHECK(hypervolume(front, reference) == Approx(volume).epsilon(1e-12));
    auto chosen = hypervolume_subset(front, reference, wanted);
    std::ranges::sort(chosen);
    CHECK(std::vector<double>(chosen.begin(), chosen.end()) == subset);
    ++cases;
  }
  CHECK(cases >= 12);
}
