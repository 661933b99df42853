// SPDX-License-Identifier: MIT
// The sequences of the sampler qmc against scipy's, what scrambling keeps, and the sampler itself.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include <hone/study.hpp>

#include "../plugin_registry.hpp"
#include "halton_sequence.hpp"
#include "reference.hpp"
#include "sobol_sequence.hpp"

using namespace hone;
using namespace hone::test;

namespace {

double fraction(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

using Points = std::vector<std::vector<double>>;

Points sobol_points(std::size_t count, std::size_t dimensions, std::optional<std::uint64_t> key = {}) {
  qmc::SobolSequence sequence(dimensions);
  Points points(count, std::vector<double>(dimensions));
  std::vector<std::uint64_t> bits(dimensions);
  for (std::size_t i = 0; i < count; ++i) {
    sequence.point(i, bits);
    for (std::size_t d = 0; d < dimensions; ++d) {
      points[i][d] = fraction(key ? qmc::owen_scrambled(bits[d], *key + d) : bits[d]);
    }
  }
  return points;
}

Points halton_points(std::size_t count, std::size_t dimensions, std::optional<std::uint64_t> key = {}) {
  const std::vector<std::uint32_t> primes = qmc::first_primes(dimensions);
  Points points(count, std::vector<double>(dimensions));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t d = 0; d < dimensions; ++d) {
      points[i][d] = key ? qmc::scrambled_radical_inverse(i, primes[d], *key + d) : qmc::radical_inverse(i, primes[d]);
    }
  }
  return points;
}

// Warnock's formula for the L2-star discrepancy.
double l2_star_discrepancy(const Points& points) {
  const auto n = static_cast<double>(points.size());
  const std::size_t dimensions = points[0].size();
  double single = 0.0;
  double pairs = 0.0;
  for (const auto& x : points) {
    double product = 1.0;
    for (const double c : x) product *= (1.0 - c * c) / 2.0;
    single += product;
    for (const auto& y : points) {
      double both = 1.0;
      for (std::size_t d = 0; d < dimensions; ++d) both *= 1.0 - std::max(x[d], y[d]);
      pairs += both;
    }
  }
  return std::sqrt(std::pow(1.0 / 3.0, static_cast<double>(dimensions)) - 2.0 / n * single + pairs / (n * n));
}

Points random_points(std::size_t count, std::size_t dimensions) {
  RandomStream random(1, 0, "test");
  Points points(count, std::vector<double>(dimensions));
  for (auto& point : points) std::ranges::generate(point, [&random] { return random.uniform(); });
  return points;
}

StudyOptions qmc_study(Json::Object more = {}) {
  StudyOptions options;
  options.sampler = {"qmc", Json(std::move(more))};
  options.pruner = {"nop"};
  options.seed = 3;
  return options;
}

}  // namespace

TEST_CASE("the sequences are scipy's") {
  const Json reference = reference_from(HONE_QMC_REFERENCE);
  const std::vector<double> indices = numbers(member(reference, "indices"));
  const std::vector<double> columns = numbers(member(reference, "columns"));
  const std::vector<double> sobol = numbers(member(reference, "sobol"));
  const std::vector<double> halton = numbers(member(reference, "halton"));
  const Points ours_sobol = sobol_points(64, 1000);
  const Points ours_halton = halton_points(64, 1000);
  std::size_t at = 0;
  for (const double index : indices) {
    for (const double column : columns) {
      const auto i = static_cast<std::size_t>(index);
      const auto c = static_cast<std::size_t>(column);
      CHECK(ours_sobol[i][c] == sobol[at]);
      CHECK(ours_halton[i][c] == Approx(halton[at]).epsilon(1e-14));
      ++at;
    }
  }
}

TEST_CASE("a point depends on its index alone, not on the points before it") {
  qmc::SobolSequence sequence(5);
  std::vector<std::uint64_t> first(5), again(5);
  sequence.point(41, first);
  sequence.point(7, again);
  sequence.point(41, again);
  CHECK(first == again);
}

TEST_CASE("Owen's scrambling keeps the net: each elementary interval has its share of the points") {
  // The first two dimensions are a (0, m, 2)-net in base 2.
  const Points points = sobol_points(256, 2, 12345);
  for (int along_first = 0; along_first <= 8; ++along_first) {
    std::set<std::pair<int, int>> cells;
    for (const auto& p : points) {
      cells.emplace(static_cast<int>(std::ldexp(p[0], along_first)),
                    static_cast<int>(std::ldexp(p[1], 8 - along_first)));
    }
    CHECK(cells.size() == 256);
  }
  CHECK(sobol_points(4, 2, 1) != sobol_points(4, 2, 2));
}

TEST_CASE("the scrambled radical inverse visits each part of the interval once in a period") {
  for (const std::uint32_t base : {2u, 3u, 7u, 101u}) {
    std::set<int> parts;
    for (std::uint64_t i = 0; i < base; ++i) {
      parts.insert(static_cast<int>(qmc::scrambled_radical_inverse(i, base, 99) * static_cast<double>(base)));
    }
    CHECK(parts.size() == base);
  }
}

TEST_CASE("all sequences are more even than random points") {
  const double random = l2_star_discrepancy(random_points(256, 5));
  CHECK(l2_star_discrepancy(sobol_points(256, 5)) < 0.5 * random);
  CHECK(l2_star_discrepancy(sobol_points(256, 5, 7)) < 0.5 * random);
  // Unscrambled, the fifth base has barely begun.
  CHECK(l2_star_discrepancy(halton_points(256, 5)) < 0.8 * random);
  CHECK(l2_star_discrepancy(halton_points(256, 5, 7)) < 0.5 * random);
}

TEST_CASE("coordinates are in the unit interval in every dimension") {
  for (const Points& points : {sobol_points(70, 3667, 1), halton_points(70, 1000, 1)}) {
    for (const auto& point : points) {
      CHECK(std::ranges::all_of(point, [](double c) { return 0.0 <= c && c < 1.0; }));
    }
  }
}

TEST_CASE("a declared space is filled evenly from the first trial, choices and whole numbers included") {
  for (const char* type : {"sobol", "halton"}) {
    StudyOptions options = qmc_study({{"qmc_type", Json(type)}});
    options.space = {{"x", FloatDistribution{0.0, 1.0}, {}},
                     {"n", IntDistribution{1, 4}, {}},
                     {"c", CategoricalDistribution{{Choice("a"), Choice("b")}}, {}}};
    Study study = Study::create(options, shared_registry());
    std::vector<int> quarters(4), whole(4), choices(2);
    study.optimize(
        [&](Trial& trial) -> Values {
          const double x = trial.suggest_float("x", 0.0, 1.0);
          ++quarters[static_cast<std::size_t>(x * 4.0)];
          ++whole[static_cast<std::size_t>(trial.suggest_int("n", 1, 4) - 1)];
          ++choices[trial.suggest_categorical("c", {"a", "b"}) == "a" ? 0 : 1];
          return x;
        },
        64);
    for (const auto& counts : {quarters, whole, choices}) {
      const int share = 64 / static_cast<int>(counts.size());
      CHECK(std::ranges::all_of(counts, [share](int count) { return std::abs(count - share) <= 2; }));
    }
  }
}

TEST_CASE("the point is the trial's number, whoever asks and in whatever order trials end") {
  const auto points = [](std::int64_t jobs) {
    Study study = Study::create(qmc_study(), shared_registry());
    // The space is known after the first trial.
    study.optimize([](Trial& t) -> Values { return t.suggest_float("x", 0, 1) + t.suggest_float("y", 0, 1); }, 1);
    OptimizeOptions run;
    run.n_trials = 40;
    run.jobs = jobs;
    study.optimize([](Trial& t) -> Values { return t.suggest_float("x", 0, 1) + t.suggest_float("y", 0, 1); }, run);
    std::vector<Choice> values;
    for (const FrozenTrial& trial : study.trials()) {
      for (const auto& p : trial.params) values.push_back(p.value);
    }
    return values;
  };
  CHECK(points(1) == points(4));
}
