// SPDX-License-Identifier: MIT
#include "log_expected_improvement.hpp"

#include <cstddef>

#include <hone/sdk/normal.hpp>
#include <hone/sdk/portable_math.hpp>

namespace gp {

using namespace hone::sdk;

LogH log_h(const NormalTail& at) {
  if (at.z < 0.0) {
    return {portable::log(at.scaled_h) - log_sqrt_2_pi - 0.5 * at.z * at.z, at.mills / at.scaled_h, 1.0 / at.scaled_h};
  }
  const double h = at.z + at.pdf * at.scaled_h;
  return {portable::log(h), (1.0 - at.pdf * at.mills) / h, at.pdf / h};
}

LogAcquisition log_expected_improvement(Prediction y, double best) {
  return log_expected_improvement(y.deviation, normal_tail((y.mean - best) / y.deviation));
}

LogAcquisition log_expected_improvement(double deviation, const NormalTail& at) {
  // EI = sigma h(z); its derivatives are Phi(z) in the mean and phi(z) in the deviation.
  const LogH h = log_h(at);
  return {portable::log(deviation) + h.value, h.cdf_ratio / deviation, h.pdf_ratio / deviation};
}

LogAcquisition log_probability_of_feasibility(Prediction c) {
  const double z = c.mean / c.deviation;
  const NormalTail at = normal_tail(z);
  // phi(z) / Phi(z), which is the reciprocal of Mills' ratio on the left.
  const double hazard = z <= 0.0 ? 1.0 / at.mills : at.pdf / (1.0 - at.pdf * at.mills);
  return {log_normal_cdf(z), hazard / c.deviation, -hazard * z / c.deviation};
}

double log_joint_feasibility(std::span<const Prediction> constraints, std::span<double> slopes) {
  double sum = 0.0;
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const LogAcquisition term = log_probability_of_feasibility(constraints[i]);
    sum += term.value;
    slopes[2 * i] = term.by_mean;
    slopes[2 * i + 1] = term.by_deviation;
  }
  return sum;
}

double constrained_log_expected_improvement(Prediction y, std::optional<double> best,
                                            std::span<const Prediction> constraints, std::span<double> slopes) {
  LogAcquisition improvement{0.0, 0.0, 0.0};
  if (best) improvement = log_expected_improvement(y, *best);
  slopes[0] = improvement.by_mean;
  slopes[1] = improvement.by_deviation;
  return improvement.value + log_joint_feasibility(constraints, slopes.subspan(2));
}

}  // namespace gp
