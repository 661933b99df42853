// SPDX-License-Identifier: MIT
// The draws of the sampler random have the distribution that the parameter asks for.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "../plugin_registry.hpp"

using namespace hone;
using namespace hone::test;
using sdk::testing::FakeStudy;

namespace {

constexpr int draws = 20000;

std::vector<double> draw(const Distribution& distribution, std::uint64_t seed = 5) {
  FakeStudy study({Direction::minimize}, seed);
  FactoryContext context;
  context.host = &registry().host();
  const auto sampler = registry().make_sampler({"random"}, context);
  const Parameter parameter = study.parameter("p", distribution);
  std::vector<double> values;
  for (TrialNumber n = 0; n < draws; ++n) {
    values.push_back(sampler->sample_independent(study, TrialView(n), parameter));
    REQUIRE(contains(distribution, values.back()));
  }
  return values;
}

// The Kolmogorov-Smirnov distance to the uniform distribution on [0, 1], times sqrt(n): 1.95 is its 0.999 quantile.
double ks_statistic(std::vector<double> units) {
  std::ranges::sort(units);
  double distance = 0.0;
  const auto n = static_cast<double>(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    distance = std::max({distance, units[i] - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - units[i]});
  }
  return distance * std::sqrt(n);
}

// Pearson's statistic of values 0 ... probabilities.size() - 1.
double chi_squared(const std::vector<double>& values, const std::vector<double>& probabilities) {
  std::vector<double> counts(probabilities.size(), 0.0);
  for (const double value : values) counts.at(static_cast<std::size_t>(std::llround(value))) += 1.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = probabilities[i] * static_cast<double>(values.size());
    sum += std::pow(counts[i] - expected, 2) / expected;
  }
  return sum;
}

}  // namespace

TEST_CASE("a float is uniform") {
  std::vector<double> units;
  for (const double x : draw(FloatDistribution{-3.0, 5.0})) units.push_back((x + 3.0) / 8.0);
  CHECK(ks_statistic(units) < 1.95);
}

TEST_CASE("a logarithmic float is uniform in its logarithm") {
  std::vector<double> units;
  for (const double x : draw(FloatDistribution{1e-4, 10.0, true})) units.push_back((std::log10(x) + 4.0) / 5.0);
  CHECK(ks_statistic(units) < 1.95);
}

TEST_CASE("the points of a grid are equally likely, the ends too") {
  std::vector<double> index;
  for (const double x : draw(FloatDistribution{0.0, 1.0, false, 0.1})) index.push_back(x * 10.0);
  CHECK(chi_squared(index, std::vector<double>(11, 1.0 / 11)) < 29.6);  // 0.999, 10 degrees of freedom
  index.clear();
  for (const double x : draw(IntDistribution{-10, 20, false, 5})) index.push_back((x + 10.0) / 5.0);
  CHECK(chi_squared(index, std::vector<double>(7, 1.0 / 7)) < 22.5);  // 6
}

TEST_CASE("a logarithmic int is as likely as its cell is wide in the logarithm") {
  std::vector<double> index;
  std::vector<double> probabilities;
  for (const double x : draw(IntDistribution{1, 8, true})) index.push_back(x - 1.0);
  for (int k = 1; k <= 8; ++k) probabilities.push_back(std::log((k + 0.5) / (k - 0.5)) / std::log(8.5 / 0.5));
  CHECK(chi_squared(index, probabilities) < 24.3);  // 7
}

TEST_CASE("choices are equally likely") {
  const Distribution choices = CategoricalDistribution{{std::string("a"), std::string("b"), std::string("c")}};
  CHECK(chi_squared(draw(choices), std::vector<double>(3, 1.0 / 3)) < 13.8);  // 2
}

TEST_CASE("parameters, trials and seeds draw independently") {
  const std::vector<double> a = draw(FloatDistribution{0.0, 1.0}, 5);
  const std::vector<double> b = draw(FloatDistribution{0.0, 1.0}, 6);
  double same_trial = 0.0;
  double next_trial = 0.0;
  for (int i = 0; i + 1 < draws; ++i) {
    const auto n = static_cast<std::size_t>(i);
    same_trial += (a[n] - 0.5) * (b[n] - 0.5);
    next_trial += (a[n] - 0.5) * (a[n + 1] - 0.5);
  }
  // A correlation of independent draws has the deviation 1 / sqrt(n).
  CHECK(std::abs(12.0 * same_trial / draws) < 3.3 / std::sqrt(draws));
  CHECK(std::abs(12.0 * next_trial / draws) < 3.3 / std::sqrt(draws));
}
