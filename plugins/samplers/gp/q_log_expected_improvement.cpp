// SPDX-License-Identifier: MIT
#include "q_log_expected_improvement.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include <hone/sdk/portable_math.hpp>

namespace gp {

namespace {

using namespace hone::sdk;

// Whether a pending point keeps all constraints in a sample; they are the outputs from `first` on.
bool feasible(const std::vector<PendingOutcomes>& outputs, std::size_t first, Eigen::Index point, Eigen::Index sample) {
  return std::all_of(outputs.begin() + static_cast<std::ptrdiff_t>(first), outputs.end(),
                     [&](const PendingOutcomes& constraint) { return constraint.values(point, sample) >= 0.0; });
}

// The logarithm of the mean over some samples of exp(log_value(k, predictions, slopes)), k counting them, and its
// derivatives.
template <typename LogValue>
double log_mean_exp(const std::vector<PendingOutcomes>& outputs, std::span<const Eigen::Index> samples,
                    std::span<const ConditionalPrediction> y, std::span<ConditionalSlopes> slopes,
                    const LogValue& log_value) {
  const std::size_t width = outputs.size();
  std::vector<Eigen::VectorXd> means;
  for (std::size_t o = 0; o < width; ++o) {
    means.emplace_back(outputs[o].base_samples.transpose() * y[o].weights);
    means.back().array() += y[o].mean;
  }
  std::vector<double> values(samples.size());
  std::vector<double> slopes_of_samples(samples.size() * 2 * width);
  std::vector<Prediction> predictions(width);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    for (std::size_t o = 0; o < width; ++o) predictions[o] = {means[o][samples[k]], y[o].deviation};
    values[k] = log_value(k, std::span<const Prediction>(predictions),
                          std::span(slopes_of_samples).subspan(k * 2 * width, 2 * width));
  }
  const double largest = *std::max_element(values.begin(), values.end());
  double sum = 0.0;
  for (double& value : values) sum += value = portable::exp(value - largest);

  for (std::size_t o = 0; o < width; ++o) {
    Eigen::VectorXd by_means = Eigen::VectorXd::Zero(means[o].size());
    double by_deviation = 0.0;
    for (std::size_t k = 0; k < samples.size(); ++k) {
      const double share = values[k] / sum;
      by_means[samples[k]] = share * slopes_of_samples[(k * width + o) * 2];
      by_deviation += share * slopes_of_samples[(k * width + o) * 2 + 1];
    }
    slopes[o] = {by_means.sum(), by_deviation, outputs[o].base_samples * by_means};
  }
  return largest + portable::log(sum / static_cast<double>(means[0].size()));
}

}  // namespace

QLogExpectedImprovement::QLogExpectedImprovement(std::vector<PendingOutcomes> outputs, std::optional<double> best)
    : outputs_(std::move(outputs)) {
  const Eigen::MatrixXd& objective = outputs_[0].values;
  double lowest = infinity;
  for (Eigen::Index i = 0; i < objective.cols(); ++i) {
    double best_here = best.value_or(-infinity);
    bool hit = false;
    for (Eigen::Index j = 0; j < objective.rows(); ++j) {
      if (!feasible(outputs_, 1, j, i)) continue;
      hit = true;
      best_here = std::max(best_here, objective(j, i));
    }
    // While the feasible is sought, there is nothing left to find in a sample that has it.
    if (!best && hit) continue;
    samples_.push_back(i);
    bests_.push_back(best ? std::optional(best_here) : std::nullopt);
    if (best_here > -infinity) lowest = std::min(lowest, best_here);
  }
  if (samples_.empty()) {
    // The pending points are feasible for sure; further ones may be so too.
    for (Eigen::Index i = 0; i < objective.cols(); ++i) samples_.push_back(i);
    bests_.assign(samples_.size(), std::nullopt);
  }
  // A sample without anything feasible has no best of its own: the lowest of the others must do.
  for (std::optional<double>& one : bests_) {
    if (one && *one == -infinity) one = lowest < infinity ? std::optional(lowest) : std::nullopt;
  }
}

double QLogExpectedImprovement::operator()(std::span<const ConditionalPrediction> y,
                                           std::span<ConditionalSlopes> slopes) const {
  return log_mean_exp(outputs_, samples_, y, slopes,
                      [&](std::size_t k, std::span<const Prediction> given, std::span<double> by) {
                        return constrained_log_expected_improvement(given[0], bests_[k], given.subspan(1), by);
                      });
}

QLogExpectedHypervolumeImprovement::QLogExpectedHypervolumeImprovement(std::vector<PendingOutcomes> outputs,
                                                                       std::span<const Box> boxes,
                                                                       std::size_t objectives)
    : outputs_(std::move(outputs)), objectives_(objectives) {
  const Eigen::MatrixXd& first = outputs_[0].values;
  improvements_.reserve(static_cast<std::size_t>(first.cols()));
  std::vector<double> point(objectives_);
  for (Eigen::Index i = 0; i < first.cols(); ++i) {
    std::vector<Box> left(boxes.begin(), boxes.end());
    for (Eigen::Index j = 0; j < first.rows(); ++j) {
      if (!feasible(outputs_, objectives_, j, i)) continue;
      for (std::size_t k = 0; k < objectives_; ++k) point[k] = outputs_[k].values(j, i);
      left = without_dominated(left, point);
    }
    improvements_.emplace_back(left, objectives_);
  }
}

double QLogExpectedHypervolumeImprovement::operator()(std::span<const ConditionalPrediction> y,
                                                      std::span<ConditionalSlopes> slopes) const {
  std::vector<Eigen::Index> all(improvements_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Eigen::Index>(i);
  return log_mean_exp(outputs_, all, y, slopes,
                      [&](std::size_t k, std::span<const Prediction> given, std::span<double> by) {
                        return improvements_[k](given.first(objectives_), by.first(2 * objectives_)) +
                               log_joint_feasibility(given.subspan(objectives_), by.subspan(2 * objectives_));
                      });
}

}  // namespace gp
