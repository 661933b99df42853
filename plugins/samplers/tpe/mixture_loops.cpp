// SPDX-License-Identifier: MIT
#include "mixture_loops.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include <hone/sdk/portable_math.hpp>

#include "vectors.hpp"

namespace tpe {
namespace {

// All sums run in so many lanes; a vector holds two, four or all of them.
constexpr std::size_t lanes = 8;

// portable::exp_in_range in every lane, operation for operation.
template <std::size_t width>
[[gnu::always_inline]] inline typename Vector<width>::Doubles exp_in_range(typename Vector<width>::Doubles x) {
  using namespace hone::sdk::portable::detail;
  using Doubles = typename Vector<width>::Doubles;
  using Bits = typename Vector<width>::Bits;
  const Doubles shifted = x * log2_e + round_shift;
  const Doubles n = shifted - round_shift;
  const Doubles r = (x - n * ln2_high) - n * ln2_low;
  const Doubles r2 = r * r;
  const Doubles r4 = r2 * r2;
  Doubles part[4] = {};
  for (std::size_t i = exp_terms.size(); i-- > 0;) part[i % 4] = part[i % 4] * r4 + exp_terms[i];
  const Doubles sum = (part[0] + part[1] * r) + (part[2] + part[3] * r) * r2;
  const Doubles power = 1.0 + (r + r * r * sum);
  const Doubles scale = std::bit_cast<Doubles>((std::bit_cast<Bits>(shifted) + 1023) << 52);
  return x < -708.0 ? Doubles{} : power * scale;
}

template <std::size_t width>
[[gnu::always_inline]] inline void subtract_half_squares(std::span<double> logs, const double* constants,
                                                         const double* means, const double* inverse_widths,
                                                         double point) {
  std::size_t i = 0;
  for (; i + width <= logs.size(); i += width) {
    const auto z = (point - load<width>(means + i)) * load<width>(inverse_widths + i);
    const auto result = load<width>(constants + i) - 0.5 * z * z;
    std::memcpy(&logs[i], &result, sizeof result);
  }
  for (; i < logs.size(); ++i) {
    const double z = (point - means[i]) * inverse_widths[i];
    logs[i] = constants[i] - 0.5 * z * z;
  }
}

template <std::size_t width>
[[gnu::always_inline]] inline double greatest(std::span<const double> numbers) {
  using Doubles = typename Vector<width>::Doubles;
  Doubles best[lanes / width];
  for (Doubles& each : best) each = Doubles{} - std::numeric_limits<double>::infinity();
  std::size_t i = 0;
  for (; i + lanes <= numbers.size(); i += lanes) {
    for (std::size_t v = 0; v < lanes / width; ++v) {
      const Doubles next = load<width>(&numbers[i + v * width]);
      best[v] = best[v] < next ? next : best[v];
    }
  }
  double lane[lanes];
  std::memcpy(lane, best, sizeof lane);
  double result = *std::max_element(lane, lane + lanes);
  for (; i < numbers.size(); ++i) result = std::max(result, numbers[i]);
  return result;
}

template <std::size_t width>
[[gnu::always_inline]] inline double weighted_exp_sum(std::span<const double> logs, const double* weights,
                                                      double highest) {
  using Doubles = typename Vector<width>::Doubles;
  Doubles sum[lanes / width] = {};
  std::size_t i = 0;
  for (; i + lanes <= logs.size(); i += lanes) {
    for (std::size_t v = 0; v < lanes / width; ++v) {
      const std::size_t at = i + v * width;
      sum[v] += load<width>(weights + at) * exp_in_range<width>(load<width>(&logs[at]) - highest);
    }
  }
  double lane[lanes];
  std::memcpy(lane, sum, sizeof lane);
  for (std::size_t l = 0; i < logs.size(); ++i, ++l) {
    lane[l] += weights[i] * hone::sdk::portable::exp_in_range(logs[i] - highest);
  }
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

// 1 / k!
constexpr std::array<double, hermite_terms> inverse_factorials = [] {
  std::array<double, hermite_terms> result{1.0};
  for (std::size_t k = 1; k < result.size(); ++k) result[k] = result[k - 1] / static_cast<double>(k);
  return result;
}();

template <std::size_t width>
[[gnu::always_inline]] inline void add_moments(double* moments, double v, double height, double rank) {
  using Doubles = typename Vector<width>::Doubles;
  const double square = v * v;
  const double fourth = square * square;
  double powers[lanes] = {1.0, v, square, v * square};
  for (std::size_t k = 4; k < lanes; ++k) powers[k] = powers[k - 4] * fourth;
  const double eighth = fourth * fourth;
  for (std::size_t k = 0; k < hermite_terms; k += width) {
    Doubles power = load<width>(powers + k % lanes);
    if (k >= lanes) power *= eighth;
    const Doubles term = height * (power * load<width>(inverse_factorials.data() + k));
    const Doubles moment = load<width>(moments + k) + term;
    const Doubles ranked = load<width>(moments + hermite_terms + k) + rank * term;
    std::memcpy(moments + k, &moment, sizeof moment);
    std::memcpy(moments + hermite_terms + k, &ranked, sizeof ranked);
  }
}
static_assert(hermite_terms == 2 * lanes);

template <std::size_t width>
[[gnu::always_inline]] inline double hermite_sum(const double* coefficients, std::size_t stride, std::size_t count,
                                                 double first, double step) {
  using Doubles = typename Vector<width>::Doubles;
  constexpr double index[lanes] = {0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0};
  constexpr std::size_t terms = hermite_terms;
  Doubles sum[lanes / width] = {};
  for (std::size_t j = 0; j < count; j += lanes) {
    for (std::size_t v = 0; v < lanes / width; ++v) {
      const double* column = coefficients + j + v * width;
      const Doubles u = first - (static_cast<double>(j) + load<width>(index + v * width)) * step;
      Doubles before = Doubles{} + 1.0;
      Doubles here = u;
      Doubles series = load<width>(column) + load<width>(column + stride) * u;
      for (std::size_t k = 1; k + 1 < terms; ++k) {
        const Doubles next = u * here - static_cast<double>(k) * before;
        series += load<width>(column + (k + 1) * stride) * next;
        before = here;
        here = next;
      }
      sum[v] += series * exp_in_range<width>(-0.5 * u * u);
    }
  }
  double lane[lanes];
  std::memcpy(lane, sum, sizeof lane);
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

namespace baseline {
void subtract(std::span<double> logs, const double* constants, const double* means, const double* inverse_widths,
              double point) {
  subtract_half_squares<2>(logs, constants, means, inverse_widths, point);
}
void add(double* moments, double v, double height, double rank) { add_moments<2>(moments, v, height, rank); }
double maximum(std::span<const double> numbers) { return greatest<2>(numbers); }
double sum(std::span<const double> logs, const double* weights, double highest) {
  return weighted_exp_sum<2>(logs, weights, highest);
}
double hermite(const double* coefficients, std::size_t stride, std::size_t count, double first, double step) {
  return hermite_sum<2>(coefficients, stride, count, first, step);
}
constexpr MixtureLoops loops{&subtract, &maximum, &sum, &add, &hermite};
}  // namespace baseline

#if defined(__x86_64__)
namespace avx2 {
[[gnu::target("avx2")]] void subtract(std::span<double> logs, const double* constants, const double* means,
                                      const double* inverse_widths, double point) {
  subtract_half_squares<4>(logs, constants, means, inverse_widths, point);
}
[[gnu::target("avx2")]] void add(double* moments, double v, double height, double rank) {
  add_moments<4>(moments, v, height, rank);
}
[[gnu::target("avx2")]] double maximum(std::span<const double> numbers) { return greatest<4>(numbers); }
[[gnu::target("avx2")]] double sum(std::span<const double> logs, const double* weights, double highest) {
  return weighted_exp_sum<4>(logs, weights, highest);
}
[[gnu::target("avx2")]] double hermite(const double* coefficients, std::size_t stride, std::size_t count, double first,
                                       double step) {
  return hermite_sum<4>(coefficients, stride, count, first, step);
}
constexpr MixtureLoops loops{&subtract, &maximum, &sum, &add, &hermite};
}  // namespace avx2

namespace avx512 {
[[gnu::target("avx512f")]] void subtract(std::span<double> logs, const double* constants, const double* means,
                                         const double* inverse_widths, double point) {
  subtract_half_squares<8>(logs, constants, means, inverse_widths, point);
}
[[gnu::target("avx512f")]] void add(double* moments, double v, double height, double rank) {
  add_moments<8>(moments, v, height, rank);
}
[[gnu::target("avx512f")]] double maximum(std::span<const double> numbers) { return greatest<8>(numbers); }
[[gnu::target("avx512f")]] double sum(std::span<const double> logs, const double* weights, double highest) {
  return weighted_exp_sum<8>(logs, weights, highest);
}
[[gnu::target("avx512f")]] double hermite(const double* coefficients, std::size_t stride, std::size_t count,
                                          double first, double step) {
  return hermite_sum<8>(coefficients, stride, count, first, step);
}
constexpr MixtureLoops loops{&subtract, &maximum, &sum, &add, &hermite};
}  // namespace avx512
#endif

}  // namespace

bool has_instructions([[maybe_unused]] Instructions instructions) {
#if defined(__x86_64__)
  if (instructions == Instructions::avx512) return __builtin_cpu_supports("avx512f") != 0;
  if (instructions == Instructions::avx2)
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#endif
  return instructions == Instructions::baseline;
}

const MixtureLoops& mixture_loops([[maybe_unused]] Instructions instructions) {
#if defined(__x86_64__)
  if (instructions == Instructions::avx512) return avx512::loops;
  if (instructions == Instructions::avx2) return avx2::loops;
#endif
  return baseline::loops;
}

Instructions best_instructions() {
  return has_instructions(Instructions::avx512) ? Instructions::avx512
         : has_instructions(Instructions::avx2) ? Instructions::avx2
                                                : Instructions::baseline;
}

const MixtureLoops& mixture_loops() {
  static const MixtureLoops& best = mixture_loops(best_instructions());
  return best;
}

}  // namespace tpe
