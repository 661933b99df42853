// SPDX-License-Identifier: MIT
// log EI and the log probability of feasibility against 400-bit numbers.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "../reference.hpp"
#include "log_expected_improvement.hpp"

using namespace gp;

namespace {

std::vector<std::vector<double>> rows(const char* name) {
  const hone::Json reference = hone::test::reference_from(std::string(HONE_GP_DATA) + "/log_ei_reference.json");
  std::vector<std::vector<double>> all;
  for (const hone::Json& row : *hone::test::member(reference, name).as_array()) all.push_back(hone::test::numbers(row));
  return all;
}

// Of the larger one, or absolute where both are small.
double error(double found, double expected, double floor) {
  return std::abs(found - expected) / std::max(std::abs(expected), floor);
}

// A function over its table. The measured errors are below 4e-15.
template <typename Function>
void require_exact(const char* name, const Function& function) {
  for (const std::vector<double>& row : rows(name)) {
    const LogAcquisition found = function({row[0], row[1]}, row[2]);
    CAPTURE(name, row, found.value, found.by_mean, found.by_deviation);
    REQUIRE(error(found.value, row[3], 1.0) < 1e-13);
    // In units of the deviation; far on the right they are too small to matter to anybody.
    REQUIRE(error(found.by_mean * row[1], row[4] * row[1], 1e-12) < 1e-13);
    REQUIRE(error(found.by_deviation * row[1], row[5] * row[1], 1e-12) < 1e-13);
  }
}

}  // namespace

TEST_CASE("log expected improvement keeps its digits from 1e12 deviations below the best to 1e12 above", "[gp]") {
  require_exact("log_ei", [](Prediction y, double best) { return log_expected_improvement(y, best); });
}

TEST_CASE("The log probability of feasibility keeps its digits however improbable", "[gp]") {
  // The table is about outcomes that must not exceed a limit.
  require_exact("log_pf", [](Prediction c, double limit) {
    const LogAcquisition found = log_probability_of_feasibility({limit - c.mean, c.deviation});
    return LogAcquisition{found.value, -found.by_mean, found.by_deviation};
  });
}

TEST_CASE("The pieces of log h meet without a step", "[gp]") {
  const LogH left = log_h(normal_tail(-1e-300));
  const LogH right = log_h(normal_tail(0.0));
  CHECK(left.value == Approx(right.value).epsilon(1e-14));
  CHECK(left.cdf_ratio == Approx(right.cdf_ratio).epsilon(1e-14));
  CHECK(left.pdf_ratio == Approx(right.pdf_ratio).epsilon(1e-14));
}

TEST_CASE("Constrained log EI is the sum of its terms, and the probabilities alone while nothing is feasible", "[gp]") {
  const std::array<Prediction, 2> constraints{{{-0.5, 0.3}, {1.0, 0.2}}};
  const Prediction y{0.4, 0.6};
  const LogAcquisition first = log_probability_of_feasibility(constraints[0]);
  const LogAcquisition second = log_probability_of_feasibility(constraints[1]);
  std::array<double, 6> slopes{};
  CHECK(constrained_log_expected_improvement(y, std::nullopt, constraints, slopes) ==
        Approx(first.value + second.value));
  CHECK(slopes ==
        std::array<double, 6>{0.0, 0.0, first.by_mean, first.by_deviation, second.by_mean, second.by_deviation});
  const LogAcquisition improvement = log_expected_improvement(y, 1.0);
  CHECK(constrained_log_expected_improvement(y, 1.0, constraints, slopes) ==
        Approx(improvement.value + first.value + second.value));
  CHECK(slopes[0] == improvement.by_mean);
  CHECK(slopes[1] == improvement.by_deviation);
}
