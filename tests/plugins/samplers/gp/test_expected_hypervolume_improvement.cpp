// SPDX-License-Identifier: MIT
// log EHVI against BoTorch and against 400-bit numbers.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "../reference.hpp"
#include "expected_hypervolume_improvement.hpp"
#include "truncated_improvement.hpp"

using namespace gp;
using hone::test::member;
using hone::test::numbers;

namespace {

hone::Json reference() { return hone::test::reference_from(std::string(HONE_GP_DATA) + "/log_ehvi_reference.json"); }

struct Case {
  std::vector<double> points, reference, expected;
  std::vector<Prediction> y;

  explicit Case(const hone::Json& json)
      : points(numbers(member(json, "points"))),
        reference(numbers(member(json, "reference"))),
        expected(numbers(member(json, "expected"))) {
    const std::vector<double> means = numbers(member(json, "means"));
    const std::vector<double> deviations = numbers(member(json, "deviations"));
    for (std::size_t k = 0; k < means.size(); ++k) y.push_back({means[k], deviations[k]});
  }
};

// The value and the slopes of each case; slopes relative to the largest.
void require_equal(const char* name, double tolerance) {
  const hone::Json all = reference();
  for (const hone::Json& json : *member(all, name).as_array()) {
    const Case c(json);
    const LogExpectedHypervolumeImprovement log_ehvi(c.points, c.reference);
    std::vector<double> slopes(2 * c.y.size());
    const double value = log_ehvi(c.y, slopes);
    double largest = 0.0;
    for (std::size_t i = 1; i < c.expected.size(); ++i) largest = std::max(largest, std::abs(c.expected[i]));
    CAPTURE(name, c.points, c.reference, c.expected, value, slopes);
    REQUIRE(std::abs(value - c.expected[0]) < tolerance * std::max(1.0, std::abs(c.expected[0])));
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      REQUIRE(std::abs(slopes[i] - c.expected[i + 1]) < tolerance * largest);
    }
  }
}

}  // namespace

TEST_CASE("The expected improvement of an interval keeps its digits, be it narrow or far away", "[gp]") {
  const hone::Json all = reference();
  for (const hone::Json& json : *member(all, "truncated").as_array()) {
    const std::vector<double> row = numbers(json);
    const LogAcquisition found = log_truncated_improvement({row[0], row[1]}, row[2], row[3]);
    CAPTURE(row, found.value, found.by_mean, found.by_deviation);
    REQUIRE(std::abs(found.value - row[4]) < 1e-12 * std::max(1.0, std::abs(row[4])));
    // In units of the deviation.
    REQUIRE(std::abs(found.by_mean - row[5]) * row[1] < 1e-12 * std::max(1.0, std::abs(row[5]) * row[1]));
    REQUIRE(std::abs(found.by_deviation - row[6]) * row[1] < 1e-12 * std::max(1.0, std::abs(row[6]) * row[1]));
  }
}

TEST_CASE("log EHVI and its derivatives agree with 400-bit numbers, also far below the smallest double", "[gp]") {
  require_equal("exact", 1e-12);
}

TEST_CASE("log EHVI and its derivatives agree with BoTorch's EHVI", "[gp]") { require_equal("botorch", 1e-9); }

TEST_CASE("log EHVI of one objective is log EI", "[gp]") {
  const std::vector<double> seen{0.2, 0.7, -0.5};
  const std::vector<double> reference{-1.0};
  const LogExpectedHypervolumeImprovement log_ehvi(seen, reference);
  std::array<double, 2> slopes{};
  const Prediction y{0.4, 0.2};
  const LogAcquisition log_ei = log_expected_improvement(y, 0.7);
  CHECK(log_ehvi(std::array{y}, slopes) == Approx(log_ei.value).epsilon(1e-14));
  CHECK(slopes[0] == Approx(log_ei.by_mean).epsilon(1e-14));
  CHECK(slopes[1] == Approx(log_ei.by_deviation).epsilon(1e-14));
}
