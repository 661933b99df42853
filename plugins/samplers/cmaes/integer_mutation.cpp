// SPDX-License-Identifier: MIT
#include "integer_mutation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <hone/sdk/normal.hpp>

namespace cmaes {
namespace {

using hone::sdk::normal_cdf;
using hone::sdk::normal_quantile;

constexpr double tiny = 1e-8;

double clipped(double p) { return std::clamp(p, tiny, 0.5 - tiny); }

// The distance, in deviations, beyond which a normal variable has probability p; p < 1/2.
double distance_to(double p) { return -normal_quantile(p); }

// The mean lies in the first or last cell.
MutationState at_the_edge(MutationState state, bool success, double deviation, const CellPlace& cell, double alpha) {
  const bool first = std::isinf(cell.low);
  const double border = first ? cell.high : cell.low;
  const double outside = normal_cdf(-std::abs(border - state.mean) / (deviation * state.scale));
  double rate = std::max(outside, alpha);
  if (!success) rate = std::min(rate, state.rate);
  rate = clipped(rate);
  // From the middle of the cell the others must be reachable as well.
  state.scale = std::max(state.scale, std::abs(cell.middle - border) / (deviation * distance_to(alpha)));
  state.mean = border + (first ? -1.0 : 1.0) * distance_to(rate) * deviation * state.scale;
  state.rate = rate;
  return state;
}

}  // namespace

bool center_integers(std::span<double> v, std::span<const double> middles, double mean_middle) {
  bool mutated = false;
  double bias = 0.0;
  double up = 0.0, down = 0.0;  // how far the points of the mean's cell are from its middle
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double step = middles[k] - v[k];
    if (middles[k] == mean_middle) {
      (step > 0.0 ? up : down) += step;
    } else {
      mutated = true;
      bias += step;
      v[k] = middles[k];
    }
  }
  const double against = bias > 0.0 ? down : up;
  if (bias * against >= 0.0) return mutated;
  const double share = std::min(1.0, -bias / against);
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double step = middles[k] - v[k];
    if (middles[k] == mean_middle && step * bias < 0.0) v[k] += share * step;
  }
  return mutated;
}

MutationState with_mutation_margin(MutationState state, bool success, double deviation, const CellPlace& cell,
                                   double alpha) {
  if (std::isinf(cell.low) || std::isinf(cell.high)) return at_the_edge(state, success, deviation, cell, alpha);
  const double scale = deviation * state.scale;
  double p_low = normal_cdf((cell.low - state.mean) / scale);
  double p_up = normal_cdf((state.mean - cell.high) / scale);
  double p_mid = 1.0 - p_low - p_up;
  double least_mid = 0.5 * alpha;
  p_low = std::max(alpha / 2.0, p_low);
  p_up = std::max(alpha / 2.0, p_up);
  if (!success) {
    least_mid = 1.0 - state.rate;
    p_mid = std::max(p_mid, least_mid);
  }
  const double excess = 1.0 - p_low - p_up - p_mid;
  const double free = p_low + p_up + p_mid - alpha - least_mid;
  // Nothing is free if all three are at their least.
  const double part = std::abs(free) > tiny ? excess / free : 0.0;
  p_low = clipped(p_low + part * (p_low - alpha / 2.0));
  p_up = clipped(p_up + part * (p_up - alpha / 2.0));
  const double q_low = distance_to(p_low);
  const double q_up = distance_to(p_up);
  state.scale = (cell.high - cell.low) / ((q_low + q_up) * deviation);
  state.mean = (cell.low * q_up + cell.high * q_low) / (q_low + q_up);
  state.rate = p_low + p_up;
  return state;
}

double mutation_margin(std::size_t discrete) { return 1.0 - std::pow(0.73, 1.0 / static_cast<double>(discrete)); }

}  // namespace cmaes
