// SPDX-License-Identifier: MIT
// Sums of violations.
#include <catch2/catch.hpp>

#include <limits>
#include <vector>

#include <hone/sdk/violations.hpp>

using namespace hone;

namespace {

using Constraints = std::vector<History::Constraint>;

std::vector<double> sums(const std::vector<Constraints>& trials) {
  return sdk::normalized_violations(std::vector<std::span<const History::Constraint>>(trials.begin(), trials.end()));
}

}  // namespace

TEST_CASE("each violation is divided by its constraint's median among the trials that violate it") {
  const std::vector<Constraints> trials{
      {{0, 2.0}, {1, 1e6}}, {{0, 4.0}, {1, -5.0}}, {{0, 6.0}, {1, 3e6}}, {{0, 0.0}, {1, 2e6}}, {}};
  CHECK(sums(trials) == std::vector<double>{0.5 + 0.5, 1.0, 1.5 + 1.5, 1.0, 0.0});
}

TEST_CASE("infinite violations are worse than all finite ones, the least is one, and NaN is none") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(sums({{{0, 1.0}}, {{0, infinity}}, {{0, 3.0}}}) == std::vector<double>{1.0 / 3.0, infinity, 1.0});
  CHECK(sums({{{0, infinity}}, {{0, infinity}}, {{0, 3.0}}}) == std::vector<double>{infinity, infinity, 1.0});
  CHECK(sums({{{1, infinity}}}) == std::vector<double>{infinity});
  CHECK(sums({{{0, 1e-300}}, {{0, 1e300}}, {{0, 1e300}}})[0] > 0.0);
  CHECK(sums({{{0, std::numeric_limits<double>::quiet_NaN()}}}) == std::vector<double>{0.0});
}
