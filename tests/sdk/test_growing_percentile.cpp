// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <hone/random.hpp>
#include <hone/sdk/growing_percentile.hpp>

using namespace hone;

TEST_CASE("a growing percentile is that of the sorted numbers, interpolated linearly") {
  for (const double percentile : {0.0, 25.0, 50.0, 33.3, 90.0, 100.0}) {
    sdk::GrowingPercentile growing(percentile);
    CHECK(std::isnan(growing.value()));
    RandomStream random(6, 0, "numbers");
    std::vector<double> sorted;
    for (int i = 0; i < 300; ++i) {
      // Many equal ones.
      const double value = std::round(random.uniform() * 40.0);
      growing.add(value);
      sorted.insert(std::ranges::upper_bound(sorted, value), value);
      const double at = percentile / 100.0 * static_cast<double>(sorted.size() - 1);
      const auto low = static_cast<std::size_t>(std::floor(at));
      const std::size_t high = std::min(low + 1, sorted.size() - 1);
      CHECK(growing.value() == Approx(sorted[low] + (at - std::floor(at)) * (sorted[high] - sorted[low])));
    }
  }
}

TEST_CASE("NaN is passed over, infinities count") {
  sdk::GrowingPercentile median(50.0);
  median.add(NAN);
  CHECK(median.size() == 0);
  median.add(INFINITY);
  median.add(1.0);
  median.add(-INFINITY);
  CHECK(median.value() == 1.0);
}
