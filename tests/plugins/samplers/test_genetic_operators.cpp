// SPDX-License-Identifier: MIT
// The operators and selections of the genetic algorithms, against pymoo and their definitions.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <hone/sdk/nondominated_sort.hpp>
#include <hone/sdk/testing/fake_study.hpp>

#include "candidates.hpp"
#include "constrained_ranks.hpp"
#include "crossover.hpp"
#include "crowding_distance.hpp"
#include "elitist_selection.hpp"
#include "hypervolume_selection.hpp"
#include "mutation.hpp"
#include "niche_selection.hpp"
#include "reference.hpp"
#include "reference_points.hpp"
#include "steady_population.hpp"

using namespace hone;
using namespace hone::test;
using genetic::Crossover;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const Json& reference() {
  static const Json all = reference_from(HONE_GENETIC_REFERENCE);
  return all;
}

std::vector<std::vector<double>> children_of(const genetic::CrossoverRule& rule,
                                             const std::vector<std::vector<double>>& parents, int count) {
  const std::vector<genetic::Genes> rows(parents.begin(), parents.end());
  std::vector<std::vector<double>> children;
  RandomStream random(7, 0, "test");
  for (int i = 0; i < count; ++i) {
    children.emplace_back(parents[0].size());
    genetic::cross(rule, rows, i % 2 == 1, random, children.back());
  }
  return children;
}

double mean(const std::vector<std::vector<double>>& rows, std::size_t column) {
  double sum = 0.0;
  for (const auto& row : rows) sum += row[column];
  return sum / static_cast<double>(rows.size());
}

double deviation(const std::vector<std::vector<double>>& rows, std::size_t column) {
  const double middle = mean(rows, column);
  double sum = 0.0;
  for (const auto& row : rows) sum += (row[column] - middle) * (row[column] - middle);
  return std::sqrt(sum / static_cast<double>(rows.size()));
}

}  // namespace

TEST_CASE("SBX gives pymoo's children") {
  for (const Json& item : *member(reference(), "sbx").as_array()) {
    const std::vector<double> c = numbers(item);
    INFO("parents " << c[0] << ' ' << c[1] << ", u " << c[2] << ", eta " << c[3]);
    CHECK(genetic::sbx_gene(c[0], c[1], false, c[2], c[3]) == Approx(c[4]).margin(1e-12));
    CHECK(genetic::sbx_gene(c[1], c[0], true, c[2], c[3]) == Approx(c[5]).margin(1e-12));
  }
}

TEST_CASE("polynomial mutation moves as pymoo's does") {
  for (const Json& item : *member(reference(), "mutation").as_array()) {
    const std::vector<double> c = numbers(item);
    INFO("gene " << c[0] << ", u " << c[1] << ", eta " << c[2]);
    CHECK(genetic::polynomial_mutation(c[0], c[1], c[2]) == Approx(c[3]).margin(1e-12));
  }
}

TEST_CASE("fronts and crowding distances are pymoo's") {
  for (const Json& item : *member(reference(), "fronts").as_array()) {
    const auto objectives = static_cast<std::size_t>(*member(item, "objectives").as_int());
    const std::vector<double> points = numbers(member(item, "points"));
    const std::vector<double> expected = numbers(member(item, "ranks"));
    const std::vector<double> feasible(expected.size(), 0.0);
    const auto ranks = genetic::constrained_ranks(points, objectives, feasible);
    CHECK(std::vector<double>(ranks.begin(), ranks.end()) == expected);
    std::vector<double> front;
    const auto fronts = hone::sdk::fronts_of(ranks);
    for (const std::size_t i : fronts[0]) {
      front.insert(front.end(), &points[i * objectives], &points[i * objectives] + objectives);
    }
    const std::vector<double> distances = genetic::crowding_distances(front, objectives);
    const std::vector<double> crowding = numbers(member(item, "crowding"));
    REQUIRE(distances.size() == crowding.size());
    for (std::size_t i = 0; i < crowding.size(); ++i) {
      if (std::isnan(crowding[i])) {
        CHECK(distances[i] == infinity);
      } else {
        CHECK(distances[i] == Approx(crowding[i]).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("crowding bears infinite values and objectives in which all points are equal") {
  const std::vector<double> front{0.0, infinity, 1.0, 5.0, 2.0, 4.0, 3.0, -infinity};
  for (const double d : genetic::crowding_distances(front, 2)) CHECK_FALSE(std::isnan(d));
  const std::vector<double> level{0.0, 1.0, 1.0, 1.0, 3.0, 1.0};
  CHECK(genetic::crowding_distances(level, 2) == std::vector<double>{infinity, 1.0, infinity});
}

TEST_CASE("of a front the crowded points go one after another, and the ends stay") {
  // Two clusters: the distances from before would take both points of one away.
  const std::vector<double> front{0.0, 10.0, 4.9, 5.1, 5.0, 5.0, 5.1, 4.9, 10.0, 0.0};
  CHECK(genetic::least_crowded(front, 2, 3) == std::vector<std::size_t>{0, 1, 4});
  CHECK(genetic::least_crowded(front, 2, 5).size() == 5);
  std::vector<double> line;
  for (int i = 0; i <= 64; ++i) line.insert(line.end(), {i / 64.0, 1.0 - i / 64.0});
  const auto kept = genetic::least_crowded(line, 2, 33);
  CHECK(kept.front() == 0);
  CHECK(kept.back() == 64);
  std::size_t widest = 0;
  for (std::size_t i = 1; i < kept.size(); ++i) widest = std::max(widest, kept[i] - kept[i - 1]);
  CHECK(widest <= 3);
}

TEST_CASE("points that violate constraints come last, by how much") {
  const std::vector<double> losses{0.0, 0.0, 5.0, 5.0, 1.0, 1.0, 2.0, 2.0, 0.0, 0.0};
  const std::vector<double> violations{3.0, 0.0, 1.0, 0.0, 1.0};
  CHECK(genetic::constrained_ranks(losses, 2, violations) == std::vector<std::uint32_t>{3, 1, 2, 0, 2});
}

TEST_CASE("violations count by their own scale") {
  sdk::testing::FakeStudy study({Direction::minimize, Direction::maximize});
  // One constraint in thousands, one in thousandths.
  study.add({.values = {1.0, 2.0}, .constraints = {{"big", 1000.0}, {"small", -1.0}}});
  study.add({.values = {1.0, 2.0}, .constraints = {{"big", 2000.0}, {"small", -1.0}}});
  study.add({.values = {1.0, 2.0}, .constraints = {{"big", -1.0}, {"small", 0.009}}});
  study.add({.values = {1.0, 2.0}, .constraints = {{"big", -1.0}, {"small", 0.001}}});
  study.add({.values = {1.0, 2.0}});
  const auto candidates = genetic::candidates_from(study.history().all(), study.directions(), {4, 3, 2, 1, 0});
  CHECK(candidates.numbers == std::vector<TrialNumber>{0, 1, 2, 3, 4});
  CHECK(candidates.losses[0] == 1.0);
  CHECK(candidates.losses[1] == -2.0);
  const auto& v = candidates.violations;
  CHECK(v[0] == v[2] / 2.0 * 1.0);
  CHECK(v[3] < v[0]);
  CHECK(v[4] == 0.0);
}

TEST_CASE("the elite is the same for a minimised objective and its maximised negative") {
  const auto elite_of = [](double sign) {
    sdk::testing::FakeStudy study({Direction::minimize, sign > 0.0 ? Direction::minimize : Direction::maximize});
    std::vector<TrialNumber> numbers;
    RandomStream random(3, 0, "points");
    for (int i = 0; i < 60; ++i) {
      const double first = random.uniform();
      numbers.push_back(study.add({.values = {first, sign * random.uniform()}}));
    }
    return genetic::select_elite(genetic::candidates_from(study.history().all(), study.directions(), numbers), 20);
  };
  CHECK(elite_of(1.0).numbers == elite_of(-1.0).numbers);
  CHECK(elite_of(1.0).crowding == elite_of(-1.0).crowding);
  CHECK(elite_of(1.0).numbers.size() == 20);
}

TEST_CASE("every crossover stays in the unit cube and takes after its parents") {
  const std::vector<std::vector<double>> parents{{0.1, 0.95, 0.5, 0.0}, {0.3, 0.9, 0.5, 1.0}, {0.2, 0.99, 0.4, 0.5}};
  for (const Crossover kind :
       {Crossover::uniform, Crossover::blx_alpha, Crossover::sbx, Crossover::vsbx, Crossover::spx, Crossover::undx}) {
    INFO("crossover " << static_cast<int>(kind));
    const auto own =
        std::vector(parents.begin(), parents.begin() + static_cast<std::ptrdiff_t>(genetic::parent_count(kind)));
    const auto children = children_of({.kind = kind}, own, 2000);
    std::set<double> first;
    for (const auto& child : children) {
      first.insert(child[0]);
      for (const double gene : child) CHECK((gene >= 0.0 && gene <= 1.0));
    }
    CHECK(first.size() > (kind == Crossover::uniform ? 1u : 500u));
    double centre = 0.0;
    for (const auto& parent : own) centre += parent[0] / static_cast<double>(own.size());
    CHECK(mean(children, 0) == Approx(centre).margin(0.02));
  }
}

TEST_CASE("equal parents have children equal to them, where the paper's operator says so") {
  const std::vector<std::vector<double>> twins(3, {0.25, 0.75, 0.5});
  for (const Crossover kind :
       {Crossover::uniform, Crossover::blx_alpha, Crossover::sbx, Crossover::vsbx, Crossover::spx, Crossover::undx}) {
    INFO("crossover " << static_cast<int>(kind));
    for (const auto& child : children_of({.kind = kind}, twins, 50)) {
      for (std::size_t i = 0; i < 3; ++i) CHECK(child[i] == Approx(twins[0][i]).epsilon(1e-14));
    }
  }
}

TEST_CASE("twins share their parents' genes between them") {
  const std::vector<std::vector<double>> parents{{0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, {0.9, 0.8, 0.7, 0.65, 0.55, 0.61}};
  const std::vector<genetic::Genes> rows(parents.begin(), parents.end());
  for (const Crossover kind : {Crossover::uniform, Crossover::sbx}) {
    REQUIRE(genetic::makes_twins(kind));
    for (TrialNumber pair = 0; pair < 50; ++pair) {
      std::vector<double> first(6), second(6);
      RandomStream once(1, pair, "twins"), again(1, pair, "twins");
      genetic::cross({.kind = kind}, rows, false, once, first);
      genetic::cross({.kind = kind}, rows, true, again, second);
      for (std::size_t i = 0; i < 6; ++i) {
        const double low = std::min(first[i], second[i]);
        const double high = std::max(first[i], second[i]);
        // What is not crossed is handed down, what is lies beside one parent each.
        CHECK(low < 0.5 * (parents[0][i] + parents[1][i]));
        CHECK(high > 0.5 * (parents[0][i] + parents[1][i]));
      }
    }
  }
}

TEST_CASE("the spread of the crossovers is that of their papers") {
  // In the middle of a cube that no child leaves.
  const std::vector<std::vector<double>> two{{0.49, 0.5, 0.5}, {0.51, 0.5, 0.5}};
  const auto blx = children_of({.kind = Crossover::blx_alpha, .alpha = 0.5}, two, 20000);
  CHECK(deviation(blx, 0) == Approx(0.04 / std::sqrt(12.0)).epsilon(0.03));

  const std::vector<std::vector<double>> three{{0.49, 0.5, 0.5}, {0.51, 0.5, 0.5}, {0.5, 0.52, 0.5}};
  const auto undx = children_of({.kind = Crossover::undx, .sigma_xi = 0.5, .sigma_eta = 0.2}, three, 20000);
  CHECK(deviation(undx, 0) == Approx(0.5 * 0.02).epsilon(0.03));
  CHECK(deviation(undx, 1) == Approx(0.2 * 0.02).epsilon(0.03));
  CHECK(deviation(undx, 2) == Approx(0.2 * 0.02).epsilon(0.03));

  // Uniform in a triangle expanded by epsilon: the variance is that of its corners / 12.
  const auto spx = children_of({.kind = Crossover::spx, .epsilon = 2.0}, three, 20000);
  CHECK(deviation(spx, 0) == Approx(2.0 * std::sqrt(2.0 * 0.01 * 0.01 / 12.0)).epsilon(0.03));
  CHECK(mean(spx, 1) == Approx(0.5 + 0.02 / 3.0).epsilon(0.001));
}

TEST_CASE("spread reference points are pymoo's, and as many as fit") {
  for (const Json& item : *member(reference(), "reference_points").as_array()) {
    const auto objectives = static_cast<std::size_t>(*member(item, "objectives").as_int());
    const auto divisions = static_cast<std::size_t>(*member(item, "divisions").as_int());
    const std::vector<double> expected = numbers(member(item, "points"));
    const std::vector<double> points = genetic::das_dennis_points(objectives, divisions);
    REQUIRE(points.size() == expected.size());
    CHECK(genetic::das_dennis_count(objectives, divisions, 1000) * objectives == points.size());
    // In any order.
    for (const auto* from : {&points, &expected}) {
      const auto& to = from == &points ? expected : points;
      for (std::size_t at = 0; at < from->size(); at += objectives) {
        bool found = false;
        for (std::size_t other = 0; other < to.size() && !found; other += objectives) {
          found = std::equal(&(*from)[at], &(*from)[at] + objectives, &to[other],
                             [](double a, double b) { return std::abs(a - b) < 1e-12; });
        }
        CHECK(found);
      }
    }
  }
  CHECK(genetic::spread_points(1, 10).size() == 1);
  CHECK(genetic::spread_points(2, 50).size() == 2 * 50);
  CHECK(genetic::spread_points(3, 50).size() == 3 * 45);
  // Eight objectives: corners and middles of edges, and an inner layer.
  CHECK(genetic::spread_points(8, 100).size() == 8 * (36 + 36));
  CHECK(genetic::spread_points(10, 4).size() == 10 * 10);
  for (const std::size_t objectives : {2u, 5u, 8u}) {
    const std::vector<double> points = genetic::spread_points(objectives, 100);
    for (std::size_t at = 0; at < points.size(); at += objectives) {
      double sum = 0.0;
      for (std::size_t m = 0; m < objectives; ++m) sum += points[at + m];
      CHECK(sum == Approx(1.0));
    }
  }
}

TEST_CASE("the extent of the front and the niches are pymoo's, generation by generation") {
  const std::vector<double> lines = genetic::das_dennis_points(3, 4);
  // pymoo lists the same points in an order of its own.
  std::vector<double> theirs;
  for (const Json& item : *member(reference(), "reference_points").as_array()) {
    if (*member(item, "objectives").as_int() == 3) theirs = numbers(member(item, "points"));
  }
  genetic::FrontExtent extent(3);
  for (const Json& item : *member(reference(), "niches").as_array()) {
    const std::vector<double> points = numbers(member(item, "points"));
    const std::vector<double> feasible(points.size() / 3, 0.0);
    const auto fronts = hone::sdk::fronts_of(genetic::constrained_ranks(points, 3, feasible));
    extent.update(points, fronts[0]);
    const std::vector<double> ideal = numbers(member(item, "ideal"));
    const std::vector<double> nadir = numbers(member(item, "nadir"));
    for (std::size_t m = 0; m < 3; ++m) {
      CHECK(extent.ideal()[m] == Approx(ideal[m]).epsilon(1e-12));
      CHECK(extent.nadir()[m] == Approx(nadir[m]).epsilon(1e-9));
    }
    const genetic::Association found = genetic::associate(extent.normalized(points), theirs, 3);
    const std::vector<double> niche = numbers(member(item, "niches"));
    const std::vector<double> distance = numbers(member(item, "distances"));
    CHECK(std::vector<double>(found.niche.begin(), found.niche.end()) == niche);
    for (std::size_t i = 0; i < distance.size(); ++i) CHECK(found.distance[i] == Approx(distance[i]).margin(1e-9));
  }
}

TEST_CASE("niches are filled where the fewest are, an empty one with its closest candidate") {
  // Niche 0 has two members, 1 has none, 2 has one; 3 has no candidates.
  const genetic::Association front{{0, 1, 1, 2, 2, 0}, {0.1, 0.9, 0.2, 0.3, 0.1, 0.4}};
  RandomStream random(1, 0, "niches");
  const auto chosen = genetic::fill_niches(front, {2, 0, 1, 0}, 3, random);
  REQUIRE(chosen.size() == 3);
  CHECK(chosen[0] == 2);
  const std::set<std::size_t> rest(chosen.begin() + 1, chosen.end());
  CHECK(rest.contains(1));
  CHECK((rest.contains(3) || rest.contains(4)));
  RandomStream other(2, 0, "niches");
  CHECK(genetic::fill_niches(front, {2, 0, 1, 0}, 6, other).size() == 6);
}

TEST_CASE("nsga3 selects the same for a minimised objective and its maximised negative, and bears infinities") {
  const auto selected = [](double sign) {
    const Direction second = sign > 0.0 ? Direction::minimize : Direction::maximize;
    sdk::testing::FakeStudy study({Direction::minimize, second, Direction::minimize});
    std::vector<TrialNumber> numbers;
    RandomStream random(3, 0, "points");
    for (int i = 0; i < 80; ++i) {
      const double first = i == 5 ? infinity : random.uniform();
      numbers.push_back(study.add({.values = {first, sign * random.uniform(), random.uniform()}}));
    }
    genetic::NicheSelection selection(3, genetic::spread_points(3, 20));
    RandomStream niches(1, 0, "niches");
    return selection.select(genetic::candidates_from(study.history().all(), study.directions(), numbers), 20, niches);
  };
  CHECK(selected(1.0) == selected(-1.0));
  CHECK(selected(1.0).size() == 20);
}

TEST_CASE("what a point alone adds to the hypervolume is what is lost without it") {
  for (const Json& item : *member(reference(), "contributions").as_array()) {
    const auto objectives = static_cast<std::size_t>(*member(item, "objectives").as_int());
    const std::vector<double> expected = numbers(member(item, "contributions"));
    const std::vector<double> reference_point(objectives, 1.1);
    const auto found = genetic::hypervolume_contributions(numbers(member(item, "points")), reference_point);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-12));
  }
}

TEST_CASE("who goes is infeasible, or dominated, or adds least") {
  genetic::Candidates candidates{.objectives = 2, .numbers = {0, 1, 2, 3}, .losses = {}, .violations = {0, 0, 0, 0}};
  candidates.losses = {0.0, 1.0, 0.5, 0.5, 0.52, 0.49, 1.0, 0.0};
  CHECK((genetic::least_valuable(candidates) == 1 || genetic::least_valuable(candidates) == 2));
  candidates.losses = {0.0, 1.0, 0.5, 0.5, 0.6, 0.6, 1.0, 0.0};
  CHECK(genetic::least_valuable(candidates) == 2);
  candidates.losses = {0.0, 1.0, 0.5, 0.5, 0.5, 0.5, 1.0, infinity};
  CHECK(genetic::least_valuable(candidates) == 3);
  candidates.violations = {0.0, 2.0, 1.0, 0.0};
  CHECK(genetic::least_valuable(candidates) == 1);
}

TEST_CASE("a population that trials enter one by one depends on which they were, not on their order") {
  const auto worst = [](std::span<const TrialNumber> numbers) {
    // An order without a pattern, in which who stays depends on who was there.
    std::size_t place = 0;
    for (const TrialNumber n : numbers) place = place * 31 + static_cast<std::size_t>(n * n + 7);
    return place % numbers.size();
  };
  genetic::SteadyPopulation forward(5), backward(5), mixed(5);
  for (TrialNumber n = 0; n < 60; ++n) {
    forward.insert(n, worst);
    backward.insert(59 - n, worst);
    mixed.insert((n * 37 + 5) % 60, worst);
  }
  CHECK(std::ranges::equal(forward.members(), backward.members()));
  CHECK(std::ranges::equal(forward.members(), mixed.members()));
  CHECK(forward.is_full());
}
