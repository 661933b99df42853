// SPDX-License-Identifier: MIT
// Elementary functions whose bits depend on nothing but the argument: not on the compiler, the C library or the width
// of vectors. Samplers that promise to be portable use these in place of <cmath>.
//
// Only + - * / and bit operations on IEEE 754 doubles, rounded to nearest. Compile with -ffp-contract=off (which
// hone_add_plugin does). The polynomials interpolate at Chebyshev nodes; they were computed with 100 digits, and the
// error named with each is relative and before rounding.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace hone::sdk::portable {

namespace detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double log2_e = 1.4426950408889634;
// ln 2 in two parts; the high one has so few bits that its product with an exponent is exact.
inline constexpr double ln2_high = 0x1.62e42feep-1;
inline constexpr double ln2_low = 1.90821492927058770002e-10;

// The sum of c[i] x^i in four interleaved chains, which a processor can work on at the same time.
template <std::size_t N>
constexpr double polynomial(double x, const std::array<double, N>& c) {
  const double x2 = x * x;
  const double x4 = x2 * x2;
  std::array<double, 4> part{};
  for (std::size_t i = N; i-- > 0;) part[i % 4] = part[i % 4] * x4 + c[i];
  return (part[0] + part[1] * x) + (part[2] + part[3] * x) * x2;
}

// (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2; 1.4e-17 of the result.
inline constexpr std::array<double, 10> exp_terms = {
    0.50000000000000011,    0.16666666666666669,    0.041666666666624129,   0.0083333333333300615,
    0.0013888888917213717,  0.00019841269863053618, 2.4801521295954376e-05, 2.7557268459997064e-06,
    2.7620088445409746e-07, 2.510038549551032e-08};

// (exp(r) - 1 - r - r^2 / 2) / r^3 for |r| <= 1/2; 1.5e-18 of the result.
inline constexpr std::array<double, 11> expm1_terms = {
    0.16666666666666666,    0.041666666666666789,   0.0083333333333333419, 0.0013888888888792352,
    0.00019841269841205505, 2.480158751780227e-05,  2.755731936808379e-06, 2.7557121595012791e-07,
    2.5051976670128072e-08, 2.0955762289494408e-09, 1.6111702739215268e-10};

// (log((1 + s) / (1 - s)) - 2 s) / s^3 as a function of s^2, for (1 + s) / (1 - s) in [sqrt(1/2), sqrt(2)]; 4.5e-18 of
// the result.
inline constexpr std::array<double, 7> log_terms = {0.66666666666666696, 0.39999999999899383, 0.28571428626031065,
                                                    0.2222221112572281,  0.18182889786191042, 0.15331699633543858,
                                                    0.14616721179861816};

// erf(x) / x as a function of x^2, for |x| <= 3/4; 8.4e-19.
inline constexpr std::array<double, 11> erf_terms = {
    1.1283791670955126,     -0.37612638903183715,    0.11283791670952593,    -0.026866170644427936,
    0.0052239776154137506,  -0.00085483261882775632, 0.00012055289546780194, -1.4924195754422153e-05,
    1.6430675368033578e-06, -1.5939989093202572e-07, 1.1472208443488571e-08};

// (1 + 2 x) erfcx(x) as a function of t = (x - 3.75) / (x + 3.75), for x >= 0 (the form is that of Shepherd and
// Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < inf", Math. Comp. 36, 1981); 5.6e-18.
inline constexpr std::array<double, 25> erfcx_terms = {
    1.2375126308378275,     -0.14024059858554697,    0.0035854154854637749,   0.082276738490145163,
    -0.10880393014171785,   0.092304321160378761,    -0.058693398590212366,   0.028362277418940665,
    -0.0097465795525042438, 0.0017556258530017257,   0.00029371363428500811,  -0.00029015408097952711,
    5.1649211390702855e-05, 2.2384240314224437e-05,  -1.1444412439171722e-05, -9.7356190151826627e-07,
    1.752057970166318e-06,  -5.7215972559909873e-08, -2.5910696877966578e-07, 2.3261913276696566e-08,
    3.8965452548985966e-08, -3.7435680336345831e-09, -5.2842869796314203e-09, 3.1103107198391652e-10,
    4.434959070009628e-10};

// 2^n for -1022 <= n <= 1023.
constexpr double power_of_two(std::int64_t n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

// The nearest whole number of |x| < 2^51: adding 1.5 * 2^52 leaves no place for a fraction. Unlike std::rint this is
// the same two additions with every set of instructions.
inline constexpr double round_shift = 0x1.8p52;

}  // namespace detail

/// e^x for -708 <= x <= 709, and 0 below. One straight line of arithmetic, so that a loop over it becomes vectors.
/// Relative error about 1 unit in the last place.
constexpr double exp_in_range(double x) {
  using namespace detail;
  const double shifted = x * log2_e + round_shift;
  const double n = shifted - round_shift;
  const double r = (x - n * ln2_high) - n * ln2_low;
  const double power = 1.0 + (r + r * r * polynomial(r, exp_terms));
  // The low bits of `shifted` hold n.
  const double scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
  return x < -708.0 ? 0.0 : power * scale;
}

/// e^x. Relative error about 1 unit in the last place (subnormal results: of the smallest number).
constexpr double exp(double x) {
  using namespace detail;
  if (!(x == x)) return x;
  if (x > 709.782712893384) return infinity;
  if (x < -745.2) return 0.0;
  const double n = x * log2_e + round_shift - round_shift;
  const double r = (x - n * ln2_high) - n * ln2_low;
  const double power = 1.0 + (r + r * r * polynomial(r, exp_terms));
  // In two steps, because neither 2^1024 nor a subnormal power of two is a normal number.
  const auto whole = static_cast<std::int64_t>(n);
  const std::int64_t half = whole / 2;
  return power * power_of_two(half) * power_of_two(whole - half);
}

/// e^x - 1, also for small x. Relative error below 2 units in the last place.
constexpr double expm1(double x) {
  if (x > -0.5 && x < 0.5) return x + x * x * (0.5 + x * detail::polynomial(x, detail::expm1_terms));
  return exp(x) - 1.0;
}

/// The natural logarithm; -infinity at 0, NaN below. Relative error below 1 unit in the last place.
constexpr double log(double x) {
  using namespace detail;
  if (!(x > 0.0)) return x == 0.0 ? -infinity : nan;
  if (x == infinity) return x;
  std::int64_t exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  // x = 2^exponent * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
  std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  constexpr std::uint64_t sqrt_half_bits = 0x3fe6a09e667f3bcdULL;
  bits += 0x3ff0000000000000ULL - sqrt_half_bits;
  exponent += static_cast<std::int64_t>(bits >> 52) - 1023;
  const double f = std::bit_cast<double>((bits & 0x000fffffffffffffULL) + sqrt_half_bits) - 1.0;
  // log(1 + f) = f - f^2/2 + s (f^2/2 + s^2 P(s^2)) with s = f / (2 + f), which keeps the leading terms exact.
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double half_square = 0.5 * f * f;
  const double tail = s * (half_square + z * polynomial(z, log_terms));
  const auto n = static_cast<double>(exponent);
  return n * ln2_high + (f - (half_square - (tail + n * ln2_low)));
}

/// base^exponent for base >= 0 and exponent > 0. The relative error grows with |exponent log(base)|, by about a unit in
/// the last place for each.
constexpr double power(double base, double exponent) {
  if (exponent == 1.0) return base;
  return base <= 0.0 ? 0.0 : exp(exponent * log(base));
}

/// log(1 + x), also for small x. Relative error below 2 units in the last place.
constexpr double log1p(double x) {
  const double u = 1.0 + x;
  if (u == 1.0) return x;
  if (!(u > 0.0) || u == detail::infinity) return log(u);
  // The second term gives back what rounding 1 + x has lost.
  return log(u) + (x - (u - 1.0)) / u;
}

/// exp(x^2) erfc(x) for x >= 0; 1 at 0, 1 / (x sqrt(pi)) far out. Relative error below 1e-15.
constexpr double erfcx(double x) {
  if (x > 1e17) return 0.56418958354775629 / x;
  const double t = (x - 3.75) / (x + 3.75);
  return detail::polynomial(t, detail::erfcx_terms) / (1.0 + 2.0 * x);
}

/// exp(-x^2 * factor) without the loss of x^2's low bits; factor is a power of two.
constexpr double exp_of_minus_square(double x, double factor) {
  const double high = std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0xfffffffff8000000ULL);
  return exp(-high * high * factor) * exp(-(x - high) * (x + high) * factor);
}

/// The complementary error function. Relative error below 2e-15 where the result is a normal number.
constexpr double erfc(double x) {
  if (!(x == x)) return x;
  if (x > 27.5) return 0.0;
  if (x < -6.0) return 2.0;
  if (x > -0.5 && x < 0.5) return 1.0 - x * detail::polynomial(x * x, detail::erf_terms);
  const double tail = erfcx(x < 0.0 ? -x : x) * exp_of_minus_square(x, 1.0);
  return x < 0.0 ? 2.0 - tail : tail;
}

/// The error function. Relative error below 1e-15.
constexpr double erf(double x) {
  if (x > -0.75 && x < 0.75) return x * detail::polynomial(x * x, detail::erf_terms);
  return x < 0.0 ? erfc(-x) - 1.0 : 1.0 - erfc(x);
}

}  // namespace hone::sdk::portable
