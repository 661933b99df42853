// SPDX-License-Identifier: MIT
#include "acquisition.hpp"

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
  for (std::size_t k = m; k < outputs.size(); ++k) {
    const LogAcquisition feasible = log_probability_of_feasibility({-outputs[k].mean, outputs[k].deviation}, 0.0);
    value += feasible.value;
    slopes[2 * k] = -feasible.by_mean;
    slopes[2 * k + 1] = feasible.by_deviation;
  }
  return value;
}

double Acquisition::operator()(const Eigen::Ref<const Eigen::VectorXd>& point) const {
  std::vector<Prediction> predictions;
  for (std::size_t k = 0; k < outputs(); ++k) predictions.push_back(posterior(k).predict(point));
  std::vector<double> slopes(2 * outputs());
  return combine(predictions, slopes);
}

double Acquisition::operator()(const Eigen::Ref<const Eigen::VectorXd>& point, Eigen::VectorXd& gradient) const {
  std::vector<PredictionWithGradient> all;
  std::vector<Prediction> predictions;
  for (std::size_t k = 0; k < outputs(); ++k) {
    all.push_back(posterior(k).predict_with_gradient(point));
    predictions.push_back(all.back());
  }
  std::vector<double> slopes(2 * outputs());
  const double value = combine(predictions, slopes);
  gradient.setZero(point.size());
  for (std::size_t k = 0; k < outputs(); ++k) {
    gradient += slopes[2 * k] * all[k].mean_gradient + slopes[2 * k + 1] * all[k].deviation_gradient;
  }
  return value;
}

std::vector<double> Acquisition::values(const Eigen::Ref<const Eigen::MatrixXd>& points) const {
  const auto count = static_cast<std::size_t>(points.cols());
  std::vector<std::vector<Prediction>> all;
  for (std::size_t k = 0; k < outputs(); ++k) all.push_back(posterior(k).predict_all(points));
  std::vector<double> result(count);
  std::vector<double> slopes(2 * outputs());
  std::vector<Prediction> predictions(outputs());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < outputs(); ++k) predictions[k] = all[k][i];
    result[i] = combine(predictions, slopes);
  }
  return result;
}

}  // namespace gp
