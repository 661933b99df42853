// SPDX-License-Identifier: MIT
#include "covariance.hpp"

#include "input_warping.hpp"

namespace gp {
namespace {

const double sqrt_5 = std::sqrt(5.0);

}  // namespace

HyperParameters HyperParameters::of(const Eigen::VectorXd& lengths, double scale, double noise) {
  HyperParameters result;
  result.theta.resize(lengths.size() + 2);
  result.theta << lengths.array().log().matrix(), std::log(scale), std::log(noise);
  return result;
}

Eigen::VectorXd warped_point(const Inputs& inputs, const HyperParameters& parameters,
                             const Eigen::Ref<const Eigen::VectorXd>& point) {
  Eigen::VectorXd result = point;
  if (!parameters.warps) return result;
  for (Eigen::Index j = 0; j < inputs.size(); ++j) {
    if (inputs.categorical[static_cast<std::size_t>(j)] != 0) continue;
    result[j] = warped(point[j], parameters.warp_a(j), parameters.warp_b(j));
  }
  return result;
}

Eigen::ArrayXd squared_distances(const Inputs& inputs, const Eigen::ArrayXd& inverse_squared_lengths,
                                 const Eigen::Ref<const Eigen::MatrixXd>& points,
                                 const Eigen::Ref<const Eigen::VectorXd>& point) {
  Eigen::ArrayXd squared = Eigen::ArrayXd::Zero(points.rows());
  for (Eigen::Index j = 0; j < inputs.size(); ++j) {
    const double factor = inverse_squared_lengths[j];
    const double x = point[j];
    if (inputs.categorical[static_cast<std::size_t>(j)] != 0) {
      squared += factor * (points.col(j).array() != x).cast<double>();
    } else {
      squared += factor * (points.col(j).array() - x).square();
    }
  }
  return squared;
}

void correlate(Kernel kernel, Eigen::Ref<Eigen::ArrayXd> squared) {
  if (kernel == Kernel::rbf) {
    squared = (-0.5 * squared).exp();
    return;
  }
  squared = sqrt_5 * squared.sqrt();
  squared = (1.0 + squared + squared.square() / 3.0) * (-squared).exp();
}

void correlate(Kernel kernel, Eigen::Ref<Eigen::ArrayXd> squared, Eigen::Ref<Eigen::ArrayXd> slope) {
  if (kernel == Kernel::rbf) {
    squared = (-0.5 * squared).exp();
    slope = squared;
    return;
  }
  for (Eigen::Index i = 0; i < squared.size(); ++i) squared[i] = sqrt_5 * std::sqrt(squared[i]);
  slope = (-squared).exp();
  for (Eigen::Index i = 0; i < squared.size(); ++i) {
    const double a = squared[i];
    squared[i] = (1.0 + a + a * a / 3.0) * slope[i];
    slope[i] *= 5.0 / 3.0 * (1.0 + a);
  }
}

}  // namespace gp
