// SPDX-License-Identifier: MIT
#include "observations.hpp"

#include <algorithm>

namespace gp {

bool Observations::insert(hone::TrialNumber number, const Eigen::RowVectorXd& point, std::span<const double> outputs) {
  const auto found = std::ranges::lower_bound(numbers_, number);
  if (found != numbers_.end() && *found == number) return false;
  const auto at = static_cast<Eigen::Index>(found - numbers_.begin());
  const Eigen::Index n = size();
  numbers_.insert(found, number);
  if (n == points_.rows()) {
    const Eigen::Index capacity = n + n / 4 + 16;
    points_.conservativeResize(capacity, Eigen::NoChange);
    outputs_.conservativeResize(capacity, Eigen::NoChange);
  }
  for (Eigen::Index i = n; i > at; --i) {
    points_.row(i) = points_.row(i - 1);
    outputs_.row(i) = outputs_.row(i - 1);
  }
  points_.row(at) = point;
  outputs_.row(at) = Eigen::Map<const Eigen::RowVectorXd>(outputs.data(), static_cast<Eigen::Index>(outputs.size()));
  return true;
}

}  // namespace gp
