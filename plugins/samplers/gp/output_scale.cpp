// SPDX-License-Identifier: MIT
#include "output_scale.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include <hone/sdk/normal.hpp>

#include "yeo_johnson.hpp"

namespace gp {
namespace {

using Order = std::vector<Eigen::Index>;

// Infinite outputs become the nearest finite one; sums of huge ones must not overflow.
Eigen::VectorXd finite(const Eigen::VectorXd& outputs) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double y : outputs) {
    if (!std::isfinite(y)) continue;
    low = std::min(low, y);
    high = std::max(high, y);
  }
  if (low > high) low = high = 0.0;
  const double size = std::max({std::abs(low), std::abs(high), std::numeric_limits<double>::min()});
  Eigen::VectorXd result(outputs.size());
  for (Eigen::Index i = 0; i < outputs.size(); ++i) result[i] = std::clamp(outputs[i], low, high) / size;
  return result;
}

void standardise(Eigen::VectorXd& y) {
  const double mean = y.mean();
  y.array() -= mean;
  const double deviation = std::sqrt(y.squaredNorm() / static_cast<double>(y.size()));
  // What is constant but for rounding errors has nothing to tell.
  if (deviation > 1e-14 * std::max(std::abs(mean), std::numeric_limits<double>::min())) {
    y /= deviation;
  } else {
    y.setZero();
  }
}

struct BetterHalf {
  double median;
  double deviation;  // root mean square, from the median
};

// Nothing where the better half is all alike. Else the outputs are multiplied by a power of two first, which rounds
// nothing, so that squares do not underflow beside an outlier.
std::optional<BetterHalf> better_half(Eigen::VectorXd& y) {
  std::vector<double> all(y.begin(), y.end());
  const auto middle = all.begin() + y.size() / 2;
  std::ranges::nth_element(all, middle);
  const double range = y.maxCoeff() - *middle;
  if (!(range > 0.0)) return std::nullopt;
  const int exponent = std::ilogb(range);
  for (double& value : y) value = std::ldexp(value, -exponent);
  const double median = std::ldexp(*middle, -exponent);
  double sum = 0.0;
  Eigen::Index better = 0;
  for (const double value : y) {
    if (value < median) continue;
    sum += (value - median) * (value - median);
    ++better;
  }
  return BetterHalf{median, std::sqrt(sum / static_cast<double>(better))};
}

void bound_worse_half(Eigen::VectorXd& y) {
  constexpr double farthest = 5.0;
  if (const auto half = better_half(y)) y = y.cwiseMax(half->median - farthest * half->deviation);
}

void rank_worse_half(Eigen::VectorXd& y) {
  const auto half = better_half(y);
  if (!half) return;
  const Eigen::Index n = y.size();
  Order order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::ranges::sort(order, {}, [&](Eigen::Index i) { return std::pair(y[i], i); });
  // Equal outputs share the middle of their ranks.
  const Eigen::VectorXd before = y;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && before[order[last + 1]] == before[order[first]]) ++last;
    if (before[order[first]] >= half->median) break;
    const double rank = 0.5 * static_cast<double>(first + last) + 0.5;
    const double place = half->median + half->deviation * hone::sdk::normal_quantile(rank / static_cast<double>(n));
    for (std::size_t i = first; i <= last; ++i) y[order[i]] = place;
    first = last + 1;
  }
}

}  // namespace

Eigen::VectorXd scaled_outputs(const OutputTransform& transform, const Eigen::VectorXd& outputs) {
  Eigen::VectorXd y = finite(outputs);
  if (y.size() == 0) return y;
  if (transform.worse_half == WorseHalf::bounded && y.size() > 2) bound_worse_half(y);
  if (transform.worse_half == WorseHalf::ranked && y.size() > 2) rank_worse_half(y);
  standardise(y);
  if (transform.power && y.maxCoeff() > y.minCoeff()) {
    const double exponent = yeo_johnson_exponent(y);
    for (double& value : y) value = yeo_johnson(value, exponent);
    standardise(y);
  }
  const double best = y.maxCoeff();
  const double range = best - y.minCoeff();
  if (transform.bend > 0.0 && range > 0.0) {
    y = -(transform.bend / range * (best - y.array())).log1p();
    standardise(y);
  }
  return y;
}

Eigen::VectorXd scaled_constraint(const Eigen::VectorXd& values) {
  // An infinite value is on its own side of the border, as far away as any finite one.
  double size = 0.0;
  for (const double value : values) {
    if (std::isfinite(value)) size = std::max(size, std::abs(value));
  }
  if (size == 0.0) size = 1.0;
  Eigen::VectorXd y = values.cwiseMax(-size).cwiseMin(size) / size;
  std::vector<double> sizes;
  for (const double value : y) {
    if (value != 0.0) sizes.push_back(std::abs(value));
  }
  if (sizes.empty()) return y;
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::ranges::nth_element(sizes, middle);
  const double unit = std::max(*middle, std::numeric_limits<double>::min());
  for (double& value : y) value = std::asinh(value / unit);
  return y / std::sqrt(y.squaredNorm() / static_cast<double>(y.size()));
}

}  // namespace gp
