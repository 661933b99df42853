// SPDX-License-Identifier: MIT
// What is left out of a density, or expanded in series, does not show: against the plain sum over all kernels.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <hone/random.hpp>

#include <parzen_estimator.hpp>

using namespace hone;
using tpe::ParzenEstimator;

namespace {

std::vector<const Distribution*> pointers_to(const std::vector<Distribution>& space) {
  std::vector<const Distribution*> pointers;
  for (const Distribution& distribution : space) pointers.push_back(&distribution);
  return pointers;
}

// Half of the rows about one point, as when a search has converged, the others anywhere; some equal.
std::vector<double> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed, double spread = 0.02) {
  RandomStream random(seed, 0, "rows");
  std::vector<double> rows(count * dimension);
  for (std::size_t i = 0; i < count; ++i) {
    const bool near = random.uniform() < 0.5;
    for (std::size_t d = 0; d < dimension; ++d) {
      const double about = 0.3 + spread * (random.uniform() + random.uniform() - 1.0);
      rows[i * dimension + d] = near ? about : random.uniform();
    }
    if (i > 0 && random.uniform() < 0.05) std::copy_n(&rows[(i - 1) * dimension], dimension, &rows[i * dimension]);
  }
  return rows;
}

// Bergstra et al.'s mixture, kernel by kernel.
double plain_log_density(ParzenEstimator& estimator, std::span<const double> row) {
  estimator.refresh();
  const std::vector<double> weights = estimator.weights();
  std::vector<double> logs;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    double sum = std::log(weights[i]);
    for (std::size_t d = 0; d < row.size(); ++d) {
      const tpe::NumericKernels& kernels = estimator.numeric(d);
      const bool prior = i + 1 == weights.size();
      const double low = kernels.transform().low();
      const double high = kernels.transform().high();
      const double mean = prior ? 0.5 * (low + high) : kernels.means()[i];
      const double width = prior ? high - low : kernels.widths()[i];
      sum += tpe::log_kernel(kernels.transform(), mean, width, row[d]);
    }
    logs.push_back(sum);
  }
  const double highest = std::ranges::max(logs);
  double total = 0.0;
  for (const double log : logs) total += std::exp(log - highest);
  return highest + std::log(total);
}

std::vector<std::int64_t> numbers_up_to(std::size_t count) {
  std::vector<std::int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

double log_density(ParzenEstimator& estimator, std::span<const double> row) {
  double result = 0.0;
  estimator.log_density(row, std::span(&result, 1));
  return result;
}

}  // namespace

TEST_CASE("a joint density is the plain sum to 1e-10, near the observations and far from all of them") {
  for (const std::size_t dimension : {2, 3, 7, 20, 50}) {
    for (const std::size_t count : {10, 300, 1500}) {
      const std::vector<Distribution> space(dimension, FloatDistribution{0.0, 1.0});
      ParzenEstimator estimator(pointers_to(space), {});
      const std::vector<double> rows = rows_of(count, dimension, dimension + count);
      estimator.assign(numbers_up_to(count), rows);
      std::vector<double> points = rows_of(20, dimension, 77);
      points.insert(points.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(5 * dimension));
      points.insert(points.end(), dimension, 0.0);
      points.insert(points.end(), dimension, 1.0);
      for (std::size_t at = 0; at < points.size(); at += dimension) {
        const std::span<const double> point = std::span(points).subspan(at, dimension);
        INFO(dimension << " parameters, " << count << " kernels, point " << at / dimension);
        CHECK(std::abs(log_density(estimator, point) - plain_log_density(estimator, point)) < 1e-10);
      }
    }
  }
}

TEST_CASE(
    "kernels that are ruled out in single precision add nothing: narrow ones, a range far from 0, a narrowed one") {
  struct Case {
    FloatDistribution range;
    tpe::ParzenOptions options;
  };
  const std::vector<Case> cases = {{{1e6, 1e6 + 1.0}, {}},
                                   {{-3e-9, 2e-9}, {.least_share = 0.0001, .clip_exponent = 3.0}},
                                   {{0.0, 1.0}, {.magic_clip = false}},
                                   {{1e-5, 1e5, /*log=*/true}, {.least_share = 0.03}}};
  for (const Case& c : cases) {
    // More than are looked at in single precision, and more than in one go.
    for (const std::size_t dimension : {2, 20, 60}) {
      const std::vector<Distribution> space(dimension, c.range);
      ParzenEstimator estimator(pointers_to(space), c.options);
      const sdk::NumericTransform transform{Distribution{c.range}};
      const auto values_of = [&](std::vector<double> shares, double beyond) {
        for (std::size_t i = 0; i < shares.size(); ++i) {
          const double share = i % 97 == 3 ? shares[i] * beyond : shares[i];
          const double point = transform.low() + share * (transform.high() - transform.low());
          shares[i] = transform.is_log() ? sdk::portable::exp(point) : point;
        }
        return shares;
      };
      constexpr std::size_t count = 400;
      estimator.assign(numbers_up_to(count), values_of(rows_of(count, dimension, dimension), 1.5));
      const std::vector<double> points = values_of(rows_of(12, dimension, 78), 1.0);
      for (std::size_t at = 0; at < points.size(); at += dimension) {
        const std::span<const double> point = std::span(points).subspan(at, dimension);
        INFO(c.range.low << " to " << c.range.high << ", " << dimension << " parameters, point " << at / dimension);
        const double plain = plain_log_density(estimator, point);
        CHECK(std::abs(log_density(estimator, point) - plain) < 1e-10 * std::max(1.0, std::abs(plain) / 100.0));
      }
    }
  }
}

TEST_CASE("a density of one parameter is the plain sum to 1e-10 everywhere") {
  const std::vector<Distribution> space{FloatDistribution{0.0, 1.0}};
  for (const auto rule : {tpe::WeightRule::ramp, tpe::WeightRule::uniform}) {
    for (const std::size_t count : {150, 200, 201, 1000, 6000}) {
      // At the tightest all of them lie in a few cells, far from most points.
      for (const double spread : {0.2, 0.02, 1e-4}) {
        ParzenEstimator estimator(pointers_to(space), {.weights = rule});
        estimator.assign(numbers_up_to(count), rows_of(count, 1, count, spread));
        for (int i = 0; i <= 100; ++i) {
          const double point = i / 100.0;
          INFO(count << " kernels, spread " << spread << ", point " << point);
          CHECK(std::abs(log_density(estimator, {&point, 1}) - plain_log_density(estimator, {&point, 1})) < 1e-10);
        }
      }
    }
  }
}

TEST_CASE("a density of one parameter is the plain sum where most observations are beyond a narrowed range") {
  const std::vector<Distribution> space{FloatDistribution{0.0, 1.0}};
  for (const bool prior : {true, false}) {
    for (const std::size_t count : {5, 150, 1000}) {
      for (const double extent : {3.0, 10.0, 100.0}) {
        ParzenEstimator estimator(pointers_to(space), {.consider_prior = prior, .weights = tpe::WeightRule::uniform});
        std::vector<double> rows(count);
        for (std::size_t i = 0; i < count; ++i) {
          rows[i] = extent * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        }
        estimator.assign(numbers_up_to(count), rows);
        for (int i = 0; i <= 20; ++i) {
          const double point = i / 20.0;
          INFO(count << " kernels up to " << extent << ", prior " << prior << ", point " << point);
          const double plain = plain_log_density(estimator, {&point, 1});
          CHECK(std::abs(log_density(estimator, {&point, 1}) - plain) < 1e-10 * std::max(1.0, std::abs(plain)));
        }
      }
    }
  }
}

TEST_CASE("an estimator that observations came to and went from has the bits of one that got them at once") {
  for (const std::size_t dimension : {1, 4}) {
    for (const auto rule : {tpe::WeightRule::ramp, tpe::WeightRule::uniform}) {
      const std::vector<Distribution> space(dimension, FloatDistribution{0.0, 1.0});
      const std::size_t count = 700;
      const std::vector<double> rows = rows_of(count, dimension, 5);
      const std::vector<double> points = rows_of(10, dimension, 6);
      ParzenEstimator lived(pointers_to(space), {.weights = rule});
      std::vector<double> unused(10);
      RandomStream random(1, 0, "order");
      const auto row = [&](std::size_t i) { return std::span(rows).subspan(i * dimension, dimension); };
      // A few come late, and some leave and come back.
      for (std::size_t i = 0; i < count; ++i) {
        if (i % 7 == 3) continue;
        lived.insert(static_cast<std::int64_t>(i), row(i));
        if (i % 11 == 5) lived.log_density(points, unused);
        if (i > 300 && i % 40 == 1) {
          const std::size_t old = i - 199 - i % 7;  // never one of those that come late
          lived.erase(static_cast<std::int64_t>(old));
          lived.log_density(points, unused);
          lived.insert(static_cast<std::int64_t>(old), row(old));
        }
      }
      for (std::size_t i = 3; i < count; i += 7) lived.insert(static_cast<std::int64_t>(i), row(i));
      ParzenEstimator fresh(pointers_to(space), {.weights = rule});
      fresh.assign(numbers_up_to(count), rows);
      std::vector<double> a(10), b(10);
      lived.log_density(points, a);
      fresh.log_density(points, b);
      CHECK(a == b);
    }
  }
}
