// SPDX-License-Identifier: MIT
#include "expected_hypervolume_improvement.hpp"

#include <algorithm>
#include <limits>

#include <hone/sdk/portable_math.hpp>

#include "truncated_improvement.hpp"

namespace gp {

using namespace hone::sdk;

LogExpectedHypervolumeImprovement::LogExpectedHypervolumeImprovement(std::span<const double> front,
                                                                     std::span<const double> reference)
    : objectives_(reference.size()) {
  const std::vector<Box> boxes = nondominated_boxes(front, reference);
  sides_.resize(boxes.size());
  for (std::size_t k = 0; k < objectives_; ++k) {
    std::vector<std::pair<double, double>>& intervals = intervals_[k];
    for (const Box& box : boxes) intervals.emplace_back(box.lower[k], box.upper[k]);
    std::sort(intervals.begin(), intervals.end());
    intervals.erase(std::unique(intervals.begin(), intervals.end()), intervals.end());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const std::pair side{boxes[i].lower[k], boxes[i].upper[k]};
      const auto found = std::lower_bound(intervals.begin(), intervals.end(), side);
      sides_[i][k] = static_cast<std::uint32_t>(found - intervals.begin());
    }
  }
}

double LogExpectedHypervolumeImprovement::operator()(std::span<const Prediction> y, std::span<double> slopes) const {
  std::array<std::vector<LogAcquisition>, most_objectives> lengths;
  for (std::size_t k = 0; k < objectives_; ++k) {
    lengths[k].reserve(intervals_[k].size());
    for (const auto& [lower, upper] : intervals_[k]) {
      lengths[k].push_back(log_truncated_improvement(y[k], lower, upper));
    }
  }
  std::vector<double> volumes(sides_.size());
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    for (std::size_t k = 0; k < objectives_; ++k) volumes[i] += lengths[k][sides_[i][k]].value;
    largest = std::max(largest, volumes[i]);
  }
  std::fill(slopes.begin(), slopes.end(), 0.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const double share = portable::exp(volumes[i] - largest);
    sum += share;
    for (std::size_t k = 0; k < objectives_; ++k) {
      const LogAcquisition& length = lengths[k][sides_[i][k]];
      slopes[2 * k] += share * length.by_mean;
      slopes[2 * k + 1] += share * length.by_deviation;
    }
  }
  for (double& slope : slopes) slope /= sum;
  return largest + portable::log(sum);
}

}  // namespace gp
