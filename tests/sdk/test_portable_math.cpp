// SPDX-License-Identifier: MIT
// exp, log and their kin of one's own, against the C library in long double.
#include <catch2/catch.hpp>

#include <cmath>

#include <hone/random.hpp>
#include <hone/sdk/portable_math.hpp>

using namespace hone;
namespace portable = hone::sdk::portable;

namespace {

// The greatest relative error of f at random points of [low, high], in units of 2^-53.
template <class Mine, class Reference>
double worst(Mine mine, Reference reference, double low, double high, bool in_logarithm = false) {
  RandomStream random(1, 0, "points");
  double greatest = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const double u = random.uniform();
    const double x = in_logarithm ? low * std::pow(high / low, u) : low + u * (high - low);
    const long double expected = reference(static_cast<long double>(x));
    const long double error = std::abs((static_cast<long double>(mine(x)) - expected) / expected);
    greatest = std::max(greatest, static_cast<double>(error) * 0x1p53);
  }
  return greatest;
}

}  // namespace

TEST_CASE("exp and expm1 err by about a unit in the last place") {
  const auto mine = [](double x) { return portable::exp(x); };
  const auto libm = [](long double x) { return std::exp(x); };
  CHECK(worst(mine, libm, -700.0, 700.0) < 2.5);
  CHECK(worst(mine, libm, -1.0, 1.0) < 2.5);
  CHECK(portable::exp(0.0) == 1.0);
  CHECK(portable::exp(-1e4) == 0.0);
  CHECK(portable::exp(1e4) == INFINITY);
  CHECK(std::isnan(portable::exp(NAN)));
  CHECK(worst([](double x) { return portable::expm1(x); }, [](long double x) { return std::expm1(x); }, 1e-12, 2.0,
              true) < 4.0);
}

TEST_CASE("log and log1p err by about a unit in the last place") {
  const auto libm = [](long double x) { return std::log(x); };
  CHECK(worst([](double x) { return portable::log(x); }, libm, 1e-300, 1e300, true) < 2.5);
  CHECK(worst([](double x) { return portable::log(x); }, libm, 1.0001, 2.0) < 2.5);
  CHECK(portable::log(1.0) == 0.0);
  CHECK(portable::log(0.0) == -INFINITY);
  CHECK(portable::log(INFINITY) == INFINITY);
  CHECK(std::isnan(portable::log(-1.0)));
  CHECK(worst([](double x) { return portable::log1p(x); }, [](long double x) { return std::log1p(x); }, 1e-14, 10.0,
              true) < 4.0);
}

TEST_CASE("a power errs by as many units as its logarithm is great") {
  CHECK(worst([](double x) { return portable::power(x, 0.3); },
              [](long double x) { return std::pow(x, static_cast<long double>(0.3)); }, 1e-3, 1e3, true) < 8.0);
  CHECK(portable::power(0.1, 1.0) == 0.1);
  CHECK(portable::power(0.0, 0.5) == 0.0);
}

TEST_CASE("the error functions keep their relative precision far out") {
  const auto erfc = [](double x) { return portable::erfc(x); };
  CHECK(worst(
            erfc, [](long double x) { return std::erfc(x); }, -3.0, 3.0) < 18.0);
  CHECK(worst(
            erfc, [](long double x) { return std::erfc(x); }, 3.0, 26.0) < 18.0);
  CHECK(worst([](double x) { return portable::erf(x); }, [](long double x) { return std::erf(x); }, 1e-8, 4.0, true) <
        9.0);
  CHECK(worst([](double x) { return portable::erfcx(x); }, [](long double x) { return std::exp(x * x) * std::erfc(x); },
              0.0, 8.0) < 9.0);
  CHECK(portable::erfcx(1e8) == Approx(5.641895835477563e-9).epsilon(1e-14));
}
