// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include <hone/random.hpp>
#include <hone/sdk/numeric_transform.hpp>

using namespace hone;
using sdk::NumericTransform;

namespace {
const std::vector<Distribution>& distributions() {
  static const std::vector<Distribution> all{
      FloatDistribution{-2.0, 3.0},
      FloatDistribution{1e-6, 10.0, true},
      FloatDistribution{0.0, 1.0, false, 0.1},
      FloatDistribution{-1.0, 1.0, false, 0.3},
      IntDistribution{-7, 12},
      IntDistribution{0, 100, false, 7},
      IntDistribution{1, 1000, true},
      IntDistribution{-(std::int64_t{1} << 53), std::int64_t{1} << 53},
  };
  return all;
}
}  // namespace

TEST_CASE("a value's point leads back to the value") {
  for (const Distribution& distribution : distributions()) {
    const NumericTransform transform(distribution);
    RandomStream random(2, 0, "points");
    for (int i = 0; i < 500; ++i) {
      const double value =
          transform.to_value(transform.low() + random.uniform() * (transform.high() - transform.low()));
      CHECK(contains(distribution, value));
      const double again = transform.to_value(transform.to_point(value));
      // A grid's points are found again exactly; the logarithm's inverse rounds.
      if (transform.is_stepped())
        CHECK(again == value);
      else
        CHECK(again == Approx(value).epsilon(1e-14));
    }
  }
}

TEST_CASE("points beyond the interval give the nearest possible value") {
  for (const Distribution& distribution : distributions()) {
    const NumericTransform transform(distribution);
    for (const double far : {-1e300, -1e3, 1e3, 1e300}) {
      if (transform.is_log() && far > 1e3) continue;
      CHECK(contains(distribution, transform.to_value(far)));
    }
  }
}

TEST_CASE("each point of a grid owns half a step on either side") {
  const NumericTransform transform(IntDistribution{1, 8});
  CHECK(transform.low() == 0.5);
  CHECK(transform.high() == 8.5);
  CHECK(transform.cell_low(3.0) == 2.5);
  CHECK(transform.cell_high(3.0) == 3.5);
  CHECK(transform.to_value(2.49) == 2.0);
  CHECK(transform.to_value(2.51) == 3.0);
  const NumericTransform logarithmic(IntDistribution{1, 8, true});
  CHECK(logarithmic.low() == Approx(std::log(0.5)));
  CHECK(logarithmic.high() == Approx(std::log(8.5)));
}

TEST_CASE("a categorical parameter has no transform") {
  CHECK_THROWS_AS(NumericTransform(CategoricalDistribution{{true, false}}), std::invalid_argument);
}
