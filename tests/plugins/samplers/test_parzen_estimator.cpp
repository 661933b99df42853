// SPDX-License-Identifier: MIT
// TPE's densities: the numbers measured of Optuna, and Optuna's own estimator on many observations.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <parzen_estimator.hpp>

#include "tpe_reference.hpp"

using namespace hone;
using namespace hone::test;
using tpe::ParzenEstimator;
using tpe::ParzenOptions;

namespace {

Approx nearly(double value) { return Approx(value).margin(1e-9).epsilon(1e-9); }
// As the measured numbers are given.
Approx measured(double value) { return Approx(value).margin(1e-6).epsilon(0.0); }

ParzenEstimator estimator_of(const std::vector<Distribution>& space, const std::vector<double>& rows,
                             const ParzenOptions& options = {}) {
  std::vector<const Distribution*> pointers;
  for (const Distribution& distribution : space) pointers.push_back(&distribution);
  ParzenEstimator estimator(pointers, options);
  std::vector<std::int64_t> trials(rows.size() / space.size());
  std::iota(trials.begin(), trials.end(), 0);
  estimator.assign(trials, rows);
  estimator.refresh();
  return estimator;
}

double log_density(ParzenEstimator& estimator, double at) {
  double result = 0.0;
  estimator.log_density(std::span(&at, 1), std::span(&result, 1));
  return result;
}

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  std::ranges::sort(result);
  return result;
}

void check_equal(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == nearly(expected[i]));
}

// The kernels of a space of one parameter.
void check_kernels(ParzenEstimator& estimator, const Json& expected, const std::vector<double>& observations) {
  if (const Json* rows = expected.find("rows")) {
    const auto& kernels = estimator.categorical(0);
    const std::vector<double> flat = numbers(*rows);
    for (std::size_t kernel = 0; kernel < observations.size(); ++kernel) {
      for (std::size_t choice = 0; choice < kernels.choices; ++choice) {
        const double probability = kernels.observed[kernel] == choice ? kernels.match : kernels.other;
        CHECK(probability == nearly(flat[kernel * kernels.choices + choice]));
      }
    }
    return;
  }
  check_equal(sorted(estimator.numeric(0).means()), numbers(member(expected, "mu")));
  check_equal(sorted(estimator.numeric(0).widths()), numbers(member(expected, "sigma")));
}

}  // namespace

TEST_CASE("three observations on the unit interval have the widths and densities that were measured") {
  ParzenEstimator estimator = estimator_of({FloatDistribution{0.0, 1.0}}, {0.2, 0.5, 0.9});
  const auto widths = estimator.numeric(0).widths();
  CHECK(widths[0] == measured(0.3));
  CHECK(widths[1] == measured(0.4));
  CHECK(widths[2] == measured(0.4));
  CHECK(log_density(estimator, 0.3) == measured(0.0909326));
  CHECK(log_density(estimator, 0.95) == measured(-0.1687103));
}

TEST_CASE("one observation is as wide as its distance to the farther end") {
  ParzenEstimator estimator = estimator_of({FloatDistribution{0.0, 1.0}}, {0.2});
  CHECK(estimator.numeric(0).widths()[0] == measured(0.8));
}

TEST_CASE("the kernels of an int are widened by half a step, as was measured") {
  ParzenEstimator estimator = estimator_of({IntDistribution{1, 8}}, {1, 2, 8});
  const auto widths = estimator.numeric(0).widths();
  CHECK(widths[0] == measured(1.6));
  CHECK(widths[1] == measured(6.0));
  CHECK(widths[2] == measured(6.0));
  CHECK(log_density(estimator, 1) == measured(-1.6960150));
}

TEST_CASE("a categorical kernel gives its own choice the probability that was measured") {
  ParzenEstimator estimator =
      estimator_of({CategoricalDistribution{{std::int64_t{0}, std::int64_t{1}, std::int64_t{2}}}}, {0, 0, 2});
  CHECK(estimator.categorical(0).match == measured(0.714286));
  CHECK(estimator.categorical(0).other == measured(0.142857));
}

TEST_CASE("weights, kernels and densities are those of Optuna's estimator") {
  for (const Json& reference : *member(tpe_reference(), "estimators").as_array()) {
    std::vector<Distribution> space;
    for (const Json& json : *member(reference, "space").as_array()) space.push_back(distribution_of(json));
    const std::vector<double> observations = numbers(member(reference, "observations"));
    ParzenOptions options;
    options.prior_weight = *member(reference, "prior_weight").number();
    options.magic_clip = *member(reference, "magic_clip").as_bool();
    options.endpoints = *member(reference, "endpoints").as_bool();
    INFO(to_json_text(member(reference, "space")) << " with " << observations.size() / space.size());
    ParzenEstimator estimator = estimator_of(space, observations, options);

    check_equal(estimator.weights(), numbers(member(reference, "weights")));
    if (space.size() == 1) {
      check_kernels(estimator, (*member(reference, "kernels").as_array())[0], observations);
    }
    const std::vector<double> points = numbers(member(reference, "points"));
    std::vector<double> found(points.size() / space.size());
    estimator.log_density(points, found);
    check_equal(found, numbers(member(reference, "log_density")));
  }
}

TEST_CASE("observations added and taken away one by one leave what assigning them leaves") {
  const std::vector<Distribution> space{FloatDistribution{0.0, 1.0}, IntDistribution{1, 40},
                                        CategoricalDistribution{{true, false}}};
  RandomStream random(3, 0, "rows");
  std::map<std::int64_t, std::vector<double>> rows;
  ParzenEstimator lived = estimator_of(space, {});
  for (int change = 0; change < 400; ++change) {
    const auto trial = static_cast<std::int64_t>(random.uniform() * 150.0);
    if (rows.erase(trial) != 0) {
      lived.erase(trial);
    } else {
      rows[trial] = {random.uniform(), std::floor(1.0 + 40.0 * random.uniform()), std::floor(2.0 * random.uniform())};
      lived.insert(trial, rows[trial]);
    }
    if (change % 7 == 0) lived.refresh();
  }
  std::vector<double> flat;
  for (const auto& [trial, row] : rows) flat.insert(flat.end(), row.begin(), row.end());
  ParzenEstimator fresh = estimator_of(space, flat);
  const std::vector<double> points{0.1, 3, 0, 0.9, 40, 1, 0.5, 17, 1};
  std::vector<double> a(3);
  std::vector<double> b(3);
  lived.log_density(points, a);
  fresh.log_density(points, b);
  CHECK(a == b);
}

TEST_CASE("draws follow the density") {
  ParzenEstimator estimator = estimator_of({FloatDistribution{0.0, 1.0}}, {0.2, 0.25, 0.9});
  constexpr std::size_t count = 20000;
  constexpr std::size_t bins = 20;
  RandomStream components(1, 0, "components");
  std::vector<RandomStream> streams{RandomStream(1, 0, "values")};
  std::vector<double> draws(count);
  estimator.sample(components, streams, draws);
  std::vector<double> observed(bins, 0.0);
  for (const double x : draws) observed[std::min(bins - 1, static_cast<std::size_t>(x * bins))] += 1.0;
  double chi_squared = 0.0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    // Simpson's rule over the bin.
    const double low = static_cast<double>(bin) / bins;
    const double width = 1.0 / bins;
    const auto density = [&](double x) { return std::exp(log_density(estimator, x)); };
    const double mass = width / 6.0 * (density(low) + 4.0 * density(low + width / 2) + density(low + width));
    chi_squared += std::pow(observed[bin] - count * mass, 2) / (count * mass);
  }
  CHECK(chi_squared < 43.8);  // the 0.999 quantile with 19 degrees of freedom
}

TEST_CASE("joint draws come from kernels as wide as told; the density and draws of one parameter are the same") {
  const Distribution unit = FloatDistribution{0.0, 1.0};
  const auto mean_square_about_the_middle = [&](std::size_t dimension, double draw_width) {
    const std::vector<const Distribution*> space(dimension, &unit);
    ParzenEstimator estimator(space, {.prior_weight = 1e-9, .draw_width = draw_width});
    const std::vector<double> middle(dimension, 0.5);
    estimator.insert(0, middle);
    RandomStream components(1, 0, "components");
    std::vector<RandomStream> streams(dimension, RandomStream(1, 0, "values"));
    std::vector<double> rows(2000 * dimension);
    estimator.sample(components, streams, rows);
    double sum = 0.0;
    for (const double x : rows) sum += (x - 0.5) * (x - 0.5);
    double at_middle = 0.0;
    estimator.log_density(middle, std::span(&at_middle, 1));
    return std::pair(sum / static_cast<double>(rows.size()), at_middle);
  };
  const auto [wide, density] = mean_square_about_the_middle(2, 1.0);
  const auto [narrow, same_density] = mean_square_about_the_middle(2, 0.2);
  CHECK(wide > 0.05);
  CHECK(narrow == Approx(0.01).margin(0.002));  // the kernel is 0.5 wide
  CHECK(same_density == density);
  CHECK(mean_square_about_the_middle(1, 0.2).first == mean_square_about_the_middle(1, 1.0).first);
}

TEST_CASE("no kernel is narrower than the bound times its factor") {
  const auto width_of_first = [](double factor) {
    ParzenEstimator estimator = [&] {
      const Distribution unit = FloatDistribution{0.0, 1.0};
      const std::vector<const Distribution*> space{&unit};
      return ParzenEstimator(space, {.clip_factor = factor});
    }();
    const std::vector<double> rows{0.500, 0.501, 0.502};
    estimator.assign({0, 1, 2}, rows);
    estimator.refresh();
    return estimator.numeric(0).widths()[0];
  };
  CHECK(width_of_first(1.0) == Approx(0.2));  // three observations and the prior: 1 / (1 + 4)
  CHECK(width_of_first(0.5) == Approx(0.1));
}
