// SPDX-License-Identifier: MIT
#include "acquisition.hpp"

#include <algorithm>
#include <utility>

namespace gp {

// Slopes: by the mean and the deviation of each output, in turn.
double Acquisition::combine(std::span<const Prediction> outputs, std::span<double> slopes) const {
  const std::size_t m = objectives_.size();
  std::ranges::fill(slopes, 0.0);
  double value = 0.0;
  if (const double* best = std::get_if<double>(&target_)) {
    const LogAcquisition improvement = log_expected_improvement(outputs[0], *best);
    value = improvement.value;
    slopes[0] = improvement.by_mean;
    slopes[1] = improvement.by_deviation;
  } else if (const auto* front = std::get_if<LogExpectedHypervolumeImprovement>(&target_)) {
    value = (*front)(outputs.first(m), slopes.first(2 * m));
  }
  return value + log_joint_feasibility(outputs.subspan(m), slopes.subspan(2 * m));
}

double Acquisition::combine_samples(std::span<const ConditionalPrediction> outputs,
                                    std::span<ConditionalSlopes> slopes) const {
  if (const auto* best = std::get_if<QLogExpectedImprovement>(&target_)) return (*best)(outputs, slopes);
  return std::get<QLogExpectedHypervolumeImprovement>(target_)(outputs, slopes);
}

double Acquisition::operator()(const Eigen::Ref<const Eigen::VectorXd>& point) const { return values(point).front(); }

double Acquisition::operator()(const Eigen::Ref<const Eigen::VectorXd>& point, Eigen::VectorXd& gradient) const {
  gradient.setZero(point.size());
  if (pending_ > 0) {
    std::vector<ConditionalPrediction> given;
    for (std::size_t k = 0; k < outputs(); ++k) {
      given.push_back(std::move(posterior(k).predict_all_given(point, pending_).front()));
    }
    std::vector<ConditionalSlopes> slopes(outputs());
    const double value = combine_samples(given, slopes);
    for (std::size_t k = 0; k < outputs(); ++k) gradient += posterior(k).gradient(point, slopes[k]);
    return value;
  }
  std::vector<PredictionWithGradient> all;
  std::vector<Prediction> predictions;
  for (std::size_t k = 0; k < outputs(); ++k) {
    all.push_back(posterior(k).predict_with_gradient(point));
    predictions.push_back(all.back());
  }
  std::vector<double> slopes(2 * outputs());
  const double value = combine(predictions, slopes);
  for (std::size_t k = 0; k < outputs(); ++k) {
    gradient += slopes[2 * k] * all[k].mean_gradient + slopes[2 * k + 1] * all[k].deviation_gradient;
  }
  return value;
}

std::vector<double> Acquisition::values(const Eigen::Ref<const Eigen::MatrixXd>& points) const {
  const auto count = static_cast<std::size_t>(points.cols());
  std::vector<double> result(count);
  if (pending_ > 0) {
    std::vector<std::vector<ConditionalPrediction>> all;
    for (std::size_t k = 0; k < outputs(); ++k) all.push_back(posterior(k).predict_all_given(points, pending_));
    std::vector<ConditionalPrediction> given(outputs());
    std::vector<ConditionalSlopes> slopes(outputs());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < outputs(); ++k) given[k] = std::move(all[k][i]);
      result[i] = combine_samples(given, slopes);
    }
    return result;
  }
  std::vector<std::vector<Prediction>> all;
  for (std::size_t k = 0; k < outputs(); ++k) all.push_back(posterior(k).predict_all(points));
  std::vector<double> slopes(2 * outputs());
  std::vector<Prediction> predictions(outputs());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < outputs(); ++k) predictions[k] = all[k][i];
    result[i] = combine(predictions, slopes);
  }
  return result;
}

}  // namespace gp
