// SPDX-License-Identifier: MIT
#include "warm_start.hpp"

#include <cmath>

#include <Eigen/Eigenvalues>

namespace cmaes {

Gaussian warm_start(const Eigen::MatrixXd& points, double alpha) {
  const Eigen::Index n = points.rows();
  Gaussian g;
  g.mean = points.rowwise().mean();
  const Eigen::MatrixXd centered = points.colwise() - g.mean;
  const Eigen::MatrixXd Sigma = alpha * alpha * Eigen::MatrixXd::Identity(n, n) +
                                centered * centered.transpose() / static_cast<double>(points.cols());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(Sigma, Eigen::EigenvaluesOnly);
  g.sigma = std::exp(0.5 * solver.eigenvalues().array().log().mean());
  g.C = Sigma / (g.sigma * g.sigma);
  return g;
}

}  // namespace cmaes
