// SPDX-License-Identifier: MIT
#include "margin.hpp"

#include <algorithm>
#include <cmath>

#include <hone/sdk/normal.hpp>

namespace cmaes {
namespace {

using hone::sdk::normal_cdf;
using hone::sdk::normal_quantile;

// The distance, in deviations, beyond which a normal variable has probability p; p < 1/2. (The square root of the
// paper's chi-squared quantile of 1 - 2 p.)
double tail_distance(double p) { return -normal_quantile(p); }

}  // namespace

MarginState with_margin(MarginState state, double deviation, double low, double high, double alpha) {
  const double scale = deviation * state.scale;
  const bool first = std::isinf(low);
  const bool last = std::isinf(high);
  if (first || last) {
    const double border = first ? high : low;
    const double outside = normal_cdf(-std::abs(border - state.mean) / scale);
    if (outside < alpha) state.mean = border + (first ? -1.0 : 1.0) * tail_distance(alpha) * scale;  // eq. 7
    return state;
  }
  double p_low = normal_cdf((low - state.mean) / scale);
  double p_up = normal_cdf((state.mean - high) / scale);
  if (p_low >= alpha / 2.0 && p_up >= alpha / 2.0) return state;  // what follows would change nothing
  const double p_mid = 1.0 - p_low - p_up;
  p_low = std::max(alpha / 2.0, p_low);  // eq. 8
  p_up = std::max(alpha / 2.0, p_up);
  const double excess = (1.0 - p_low - p_up - p_mid) / (p_low + p_mid + p_up - 1.5 * alpha);
  const double q_low = tail_distance(p_low + excess * (p_low - alpha / 2.0));  // eqs. 10 and 12
  const double q_up = tail_distance(p_up + excess * (p_up - alpha / 2.0));     // eqs. 11 and 12
  state.scale = (high - low) / ((q_low + q_up) * deviation);
  state.mean = (low * q_up + high * q_low) / (q_low + q_up);
  return state;
}

}  // namespace cmaes
