// SPDX-License-Identifier: MIT
#include "expected_hypervolume_improvement.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <hone/sdk/portable_math.hpp>

#include "truncated_improvement.hpp"

namespace gp {

using namespace hone::sdk;

namespace {

// exp(-60) of the largest box does not change the sum, nor do its derivatives.
constexpr double negligible = 60.0;

template <typename T>
void make_distinct(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <typename T>
std::uint32_t index_of(const std::vector<T>& sorted, const T& value) {
  return static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

}  // namespace

LogExpectedHypervolumeImprovement::LogExpectedHypervolumeImprovement(std::span<const double> front,
                                                                     std::span<const double> reference)
    : LogExpectedHypervolumeImprovement(nondominated_boxes(front, reference), reference.size()) {}

LogExpectedHypervolumeImprovement::LogExpectedHypervolumeImprovement(std::span<const Box> boxes, std::size_t objectives)
    : boxes_(boxes.size()) {
  for (std::size_t k = 0; k < objectives; ++k) {
    Axis& axis = axes_.emplace_back();
    std::vector<std::pair<double, double>> different;
    for (const Box& box : boxes) different.emplace_back(box.lower[k], box.upper[k]);
    make_distinct(different);
    for (const auto& [lower, upper] : different) {
      axis.levels.push_back(lower);
      if (upper < infinity) axis.levels.push_back(upper);
    }
    make_distinct(axis.levels);
    for (const auto& [lower, upper] : different) {
      axis.intervals.push_back(
          {index_of(axis.levels, lower), upper < infinity ? index_of(axis.levels, upper) : unbounded});
    }
    for (const Box& box : boxes) axis.sides.push_back(index_of(different, {box.lower[k], box.upper[k]}));
  }
}

double LogExpectedHypervolumeImprovement::operator()(std::span<const Prediction> y, std::span<double> slopes) const {
  std::vector<std::vector<LogAcquisition>> lengths(axes_.size());
  std::vector<double> volumes(boxes_);
  std::vector<NormalTail> tails;
  for (std::size_t k = 0; k < axes_.size(); ++k) {
    const Axis& axis = axes_[k];
    const auto [mean, deviation] = y[k];
    tails.resize(axis.levels.size());
    for (std::size_t i = 0; i < tails.size(); ++i) tails[i] = normal_tail((mean - axis.levels[i]) / deviation);
    lengths[k].reserve(axis.intervals.size());
    for (const auto [lower, upper] : axis.intervals) {
      if (upper == unbounded) {
        lengths[k].push_back(log_expected_improvement(deviation, tails[lower]));
      } else {
        const double width = (axis.levels[upper] - axis.levels[lower]) / deviation;
        lengths[k].push_back(log_truncated_improvement(deviation, tails[lower], tails[upper], width));
      }
    }
    for (std::size_t i = 0; i < boxes_; ++i) volumes[i] += lengths[k][axis.sides[i]].value;
  }
  const double largest = *std::max_element(volumes.begin(), volumes.end());
  std::fill(slopes.begin(), slopes.end(), 0.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < boxes_; ++i) {
    // Most of many boxes are out of reach.
    if (volumes[i] < largest - negligible) continue;
    const double share = portable::exp(volumes[i] - largest);
    sum += share;
    for (std::size_t k = 0; k < axes_.size(); ++k) {
      const LogAcquisition& length = lengths[k][axes_[k].sides[i]];
      slopes[2 * k] += share * length.by_mean;
      slopes[2 * k + 1] += share * length.by_deviation;
    }
  }
  for (double& slope : slopes) slope /= sum;
  return largest + portable::log(sum);
}

}  // namespace gp
