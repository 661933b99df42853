// SPDX-License-Identifier: MIT
// The vector loops of TPE: the same bits with every set of instructions, and the right ones.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <hone/random.hpp>
#include <hone/sdk/portable_math.hpp>

#include "available_instructions.hpp"
#include "mixture_loops.hpp"

using hone::test::available_instructions;
using tpe::Instructions;
using tpe::MixtureLoops;

namespace {

constexpr std::size_t lengths[] = {0, 1, 2, 7, 8, 9, 15, 16, 17, 100, 1003};

std::vector<double> numbers(std::size_t count, double low, double high, std::int64_t key) {
  hone::RandomStream random(1, key, "test");
  std::vector<double> result(count);
  for (double& number : result) number = low + (high - low) * random.uniform();
  return result;
}

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

}  // namespace

TEST_CASE("the sum of weighted exponentials has the same bits with every set of instructions") {
  for (const std::size_t n : lengths) {
    std::vector<double> logs = numbers(n, -60.0, 0.0, 1);
    if (n > 3) logs[2] = -800.0;
    if (n > 5) logs[4] = -std::numeric_limits<double>::infinity();
    const std::vector<double> weights = numbers(n, 0.0, 1.0, 2);
    double plain = 0.0;
    for (std::size_t i = 0; i < n; ++i) plain += weights[i] * std::exp(logs[i]);
    const double expected = tpe::mixture_loops(Instructions::baseline).weighted_exp_sum(logs, weights.data(), 0.0);
    CHECK(expected == Approx(plain).epsilon(1e-13));
    for (const Instructions each : available_instructions()) {
      CHECK(same_bits(tpe::mixture_loops(each).weighted_exp_sum(logs, weights.data(), 0.0), expected));
    }
  }
}

TEST_CASE("one term is the portable exponential itself") {
  for (const double log : {0.0, -1e-300, -0.3, -1.0, -37.5, -707.99, -708.0, -708.01}) {
    const std::vector<double> logs(8, log);
    const std::vector<double> first = {1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    for (const Instructions each : available_instructions()) {
      CHECK(same_bits(tpe::mixture_loops(each).weighted_exp_sum(logs, first.data(), 0.0),
                      hone::sdk::portable::exp_in_range(log)));
    }
  }
}

TEST_CASE("half squares are subtracted with the same bits as one by one") {
  for (const std::size_t n : lengths) {
    const std::vector<double> means = numbers(n, -3.0, 3.0, 1);
    const std::vector<double> inverses = numbers(n, 0.1, 50.0, 2);
    const std::vector<double> constants = numbers(n, -2.0, 2.0, 3);
    std::vector<double> expected = constants;
    for (std::size_t i = 0; i < n; ++i) {
      const double z = (0.7 - means[i]) * inverses[i];
      expected[i] -= 0.5 * z * z;
    }
    for (const Instructions each : available_instructions()) {
      std::vector<double> logs(n);
      tpe::mixture_loops(each).subtract_half_squares(logs, constants.data(), means.data(), inverses.data(), 0.7);
      CHECK(logs == expected);
    }
  }
}

TEST_CASE("the greatest of some numbers is found, and minus infinity of none") {
  for (const std::size_t n : lengths) {
    const std::vector<double> some = numbers(n, -9.0, 9.0, 1);
    double expected = -std::numeric_limits<double>::infinity();
    for (const double number : some) expected = std::max(expected, number);
    for (const Instructions each : available_instructions()) CHECK(tpe::mixture_loops(each).greatest(some) == expected);
  }
}

TEST_CASE("moments are powers over factorials, with the same bits with every set of instructions") {
  for (const double v : {-0.25, -0.1, 0.0, 0.2}) {
    std::vector<double> baseline(2 * tpe::hermite_terms, 1.0);
    tpe::mixture_loops(Instructions::baseline).add_moments(baseline.data(), v, 0.8, 7.0);
    double term = 0.8;
    for (std::size_t k = 0; k < tpe::hermite_terms; ++k) {
      CHECK(baseline[k] == Approx(1.0 + term).epsilon(1e-15));
      CHECK(baseline[tpe::hermite_terms + k] == Approx(1.0 + 7.0 * term).epsilon(1e-15));
      term *= v / static_cast<double>(k + 1);
    }
    for (const Instructions each : available_instructions()) {
      std::vector<double> moments(2 * tpe::hermite_terms, 1.0);
      tpe::mixture_loops(each).add_moments(moments.data(), v, 0.8, 7.0);
      CHECK(moments == baseline);
    }
  }
}

TEST_CASE("the Hermite series of a kernel is the kernel, with the same bits with every set of instructions") {
  constexpr std::size_t stride = 40;
  for (const double v : {-0.25, -0.1, 0.0, 0.25}) {
    // One kernel, v beside the middle of cell 10; the others are empty.
    std::vector<double> coefficients(tpe::hermite_terms * stride, 0.0);
    double term = 1.0;
    for (std::size_t k = 0; k < tpe::hermite_terms; ++k) {
      coefficients[k * stride + 10] = term;
      term *= v / static_cast<double>(k + 1);
    }
    for (const double point : {-2.0, 3.3, 5.0, 6.25}) {  // in widths; the middle of cell j is at j / 2
      const double expected = std::exp(-0.5 * (point - 5.0 - v) * (point - 5.0 - v));
      const double baseline =
          tpe::mixture_loops(Instructions::baseline).hermite_sum(coefficients.data(), stride, 20, point, 0.5);
      CHECK(std::abs(baseline - expected) < 1e-15);
      for (const Instructions instructions : available_instructions()) {
        CHECK(same_bits(tpe::mixture_loops(instructions).hermite_sum(coefficients.data(), stride, 20, point, 0.5),
                        baseline));
      }
    }
  }
}
