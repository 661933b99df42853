// SPDX-License-Identifier: MIT
// The trust region after given trials.
#include <catch2/catch.hpp>

#include <vector>

#include "trust_region.hpp"

using namespace gp;

namespace {

constexpr std::size_t startup = 3;

// After the first three trials.
TrustRegion after(std::vector<double> losses, std::size_t dimensions = 2) {
  losses.insert(losses.begin(), {100.0, 101.0, 102.0});
  std::vector<Merit> trials;
  for (const double loss : losses) trials.push_back({0.0, loss});
  return trust_region(trials, dimensions, startup);
}

}  // namespace

TEST_CASE("a trust region doubles after three improvements in a row, up to twice the first length") {
  CHECK(after({99.0, 98.0}).length == 0.8);
  CHECK(after({99.0, 98.0, 97.0}).length == 1.6);
  CHECK(after({99.0, 98.0, 97.0}).best == 5);
  CHECK(after({99.0, 98.0, 97.0, 96.0, 95.0, 94.0}).length == 1.6);
  CHECK(after({99.0, 98.0, 98.0, 97.0}).length == 0.8);
}

TEST_CASE("it halves after as many failures as there are parameters, four at least") {
  CHECK(after({200.0, 200.0, 200.0}).length == 0.8);
  CHECK(after({200.0, 200.0, 200.0, 200.0}).length == 0.4);
  CHECK(after({200.0, 200.0, 200.0, 99.0, 200.0}).length == 0.8);
  CHECK(after(std::vector<double>(6, 200.0), 7).length == 0.8);
  CHECK(after(std::vector<double>(7, 200.0), 7).length == 0.4);
}

TEST_CASE("when it is tiny a search begins anew, with even trials first") {
  // Seven halvings make 2^-7 of 0.8.
  const std::vector<double> failures(4 * 7, 200.0);
  const TrustRegion ended = after(failures);
  CHECK(ended.first == startup + failures.size());
  CHECK(ended.is_starting);
  CHECK(ended.length == 0.8);
  std::vector<double> more = failures;
  more.insert(more.end(), {150.0, 140.0, 160.0});
  const TrustRegion begun = after(more);
  CHECK_FALSE(begun.is_starting);
  // The best of the new search, not of all.
  CHECK(begun.best == ended.first + 1);
  more.insert(more.end(), {130.0, 120.0, 110.0});
  CHECK(after(more).length == 1.6);
}

TEST_CASE("keeping to constraints comes before the objective") {
  const std::vector<Merit> trials{{1.0, 0.0}, {0.0, 9.0}, {0.5, -9.0}, {0.0, 8.0}};
  CHECK(trust_region(trials, 2, startup).best == 3);
  CHECK(trust_region(std::span(trials).first(3), 2, startup).best == 1);
  CHECK(trust_region(std::span(trials).first(2), 2, startup).is_starting);
}

TEST_CASE("its sides are in proportion to the length scales") {
  const Eigen::Vector2d lengths(std::log(0.1), std::log(0.4));
  const Eigen::ArrayXd half = half_sides({.length = 0.8}, lengths);
  CHECK(half[0] == Approx(0.2));
  CHECK(half[1] == Approx(0.8));
}
