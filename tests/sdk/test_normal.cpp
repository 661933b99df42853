// SPDX-License-Identifier: MIT
// The normal distribution against 60-digit arithmetic (make_normal_reference.py).
#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <hone/random.hpp>
#include <hone/sdk/normal.hpp>

using namespace hone;
using namespace hone::sdk;

namespace {

// The numbers of the lines that begin with a word.
std::vector<std::vector<double>> reference(const std::string& word) {
  std::ifstream file(HONE_NORMAL_REFERENCE);
  REQUIRE(file);
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string first;
    fields >> first;
    if (first != word) continue;
    rows.emplace_back();
    for (std::string field; fields >> field;) rows.back().push_back(std::stod(field));
  }
  REQUIRE(rows.size() > 10);
  return rows;
}

double relative_error(double found, double expected) { return std::abs(found - expected) / std::abs(expected); }

}  // namespace

TEST_CASE("the probability below x is right in both tails") {
  for (const auto& row : reference("cdf")) {
    INFO("x = " << row[0]);
    CHECK(relative_error(normal_cdf(row[0]), row[1]) < 5e-15);
  }
}

TEST_CASE("its logarithm is right far out, and where the probability is nearly one") {
  for (const auto& row : reference("log_cdf")) {
    INFO("x = " << row[0]);
    CHECK(relative_error(log_normal_cdf(row[0]), row[1]) < 1e-14);
  }
}

TEST_CASE("the log of an interval's probability is right for narrow, wide and distant intervals") {
  for (const auto& row : reference("log_mass")) {
    INFO("[" << row[0] << ", " << row[1] << "]");
    // The ends of an interval are doubles; a narrow one far out loses what they cannot hold.
    const double ends = std::abs(row[0]) * 1e-16 * (1.0 + std::abs(row[0])) / (row[1] - row[0]);
    CHECK(std::abs(log_normal_mass(row[0], row[1]) - row[2]) < 1e-13 * (1.0 + std::abs(row[2])) + ends);
  }
  CHECK(log_normal_mass(1.0, 1.0) == -INFINITY);
  CHECK(log_normal_mass(-INFINITY, INFINITY) == Approx(0.0).margin(1e-15));
}

TEST_CASE("quantiles are the inverses") {
  for (const double p : {1e-300, 1e-20, 1e-4, 0.02, 0.3, 0.5, 0.7, 0.999}) {
    INFO("p = " << p);
    CHECK(relative_error(normal_cdf(normal_quantile(p)), p) < 2e-13 * (1.0 + std::abs(std::log(p))));
  }
  CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-14));
  CHECK(normal_quantile(0.0) == -INFINITY);
  CHECK(normal_quantile(1.0) == INFINITY);
  CHECK(std::isnan(normal_quantile(1.5)));
  for (const double log_p : {-1e5, -800.0, -30.0, -1.0, -0.1}) {
    INFO("log p = " << log_p);
    CHECK(relative_error(log_normal_cdf(log_normal_quantile(log_p)), log_p) < 1e-12);
  }
}

TEST_CASE("the quantile of a truncated normal divides the interval's probability") {
  const std::vector<std::pair<double, double>> intervals{{-1, 2},       {-60, -50}, {3, 40},
                                                         {-0.01, 0.01}, {-9, 9},    {70, 71}};
  for (const auto& [a, b] : intervals) {
    for (const double q : {1e-6, 0.1, 0.5, 0.9, 1.0 - 1e-6}) {
      const double x = truncated_normal_quantile(q, a, b);
      INFO("[" << a << ", " << b << "] at " << q << ": " << x);
      CHECK(x >= a);
      CHECK(x <= b);
      // Where the point leaves the double's grid too coarse for the share, the point itself is what is right.
      const double share = std::exp(log_normal_mass(a, x) - log_normal_mass(a, b));
      CHECK(share == Approx(q).margin(1e-9));
    }
  }
}
