// SPDX-License-Identifier: MIT
// The truncated normal distribution against Boost.Math with a hundred digits: both tails, narrow, wide and distant
// intervals.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include <hone/random.hpp>
#include <hone/sdk/normal.hpp>

using namespace hone;
using namespace hone::sdk;

namespace {

using Real = boost::multiprecision::cpp_bin_float_100;

Real lower_tail(const Real& x) { return boost::math::erfc(Real(-x / sqrt(Real(2)))) / 2; }

// The probability of [a, b], as a difference of the smaller tails, of which a hundred digits leave enough.
Real exact_mass(const Real& a, const Real& b) {
  return a > 0 ? lower_tail(-a) - lower_tail(-b) : lower_tail(b) - lower_tail(a);
}

// Where next to nothing lies outside, not even a hundred digits hold 1 less that.
double exact_log_mass(double a, double b) {
  if (a >= 0 || b <= 0) return static_cast<double>(log(exact_mass(a, b)));
  return static_cast<double>(boost::math::log1p(Real(-(lower_tail(a) + lower_tail(-Real(b))))));
}

// The exact quantile next to one that is right to a few digits: one step of Newton's method squares the error.
double exact_quantile(double near, double q, double a, double b) {
  const Real pi = boost::math::constants::pi<Real>();
  const Real x = near;
  const Real density = exp(-x * x / 2) / sqrt(2 * pi);
  return static_cast<double>(x - (exact_mass(a, x) - q * exact_mass(a, b)) / density);
}

// Intervals of all widths about all places, those that draws of far kernels lead to among them.
std::vector<std::pair<double, double>> intervals() {
  std::vector<std::pair<double, double>> result{
      {-1, 2},      {-60, -50},   {3, 40},       {-0.01, 0.01}, {-9, 9},           {70, 71},
      {-34.9, -34}, {-36, -34.5}, {-1000, -999}, {5, 5.00001},  {-35, -35 + 1e-9}, {20, 1e6},
      {-38.5, 0.5}, {-0.5, 38.5}, {-40, -33},    {-60, -34.5},  {0.0, 5.0}};
  RandomStream random(20, 0, "intervals");
  for (int i = 0; i < 60; ++i) {
    const double middle = (random.uniform() < 0.5 ? -1.0 : 1.0) * std::exp(8.0 * random.uniform() - 2.0);
    const double width = std::exp(16.0 * random.uniform() - 10.0);
    result.emplace_back(middle - 0.5 * width, middle + 0.5 * width);
  }
  return result;
}

}  // namespace

TEST_CASE("the log of an interval's probability has twelve digits in both tails") {
  for (const auto& [a, b] : intervals()) {
    INFO("[" << a << ", " << b << "]");
    const double exact = exact_log_mass(a, b);
    CHECK(std::abs(log_normal_mass(a, b) - exact) <= 1e-12 * std::abs(exact));
  }
}

TEST_CASE("the quantile of a truncated normal has twelve digits in both tails") {
  for (const auto& [a, b] : intervals()) {
    for (const double q : {1e-60, 0x1p-53, 1e-6, 0.1, 0.5, 0.9, 1.0 - 1e-6, 1.0 - 0x1p-53}) {
      INFO("[" << a << ", " << b << "] at " << q);
      const double found = truncated_normal_quantile(q, a, b);
      const double exact = std::clamp(exact_quantile(found, q, a, b), a, b);
      // About zero what counts is the place in the interval.
      CHECK(std::abs(found - exact) <= 1e-12 * std::abs(exact) + 1e-15);
    }
  }
}
