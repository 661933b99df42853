// SPDX-License-Identifier: MIT
#include "covariance.hpp"

#include <cmath>
#include <utility>

#include <Eigen/Eigenvalues>

namespace cmaes {

Eigen::VectorXd Axes::colored(const Eigen::VectorXd& z) const {
  if (is_diagonal()) return D.cwiseProduct(z);
  return B * D.cwiseProduct(z);
}

Eigen::MatrixXd Axes::whitened(const Eigen::MatrixXd& Y) const {
  if (is_diagonal()) return D.cwiseInverse().asDiagonal() * Y;
  return D.cwiseInverse().asDiagonal() * (B.transpose() * Y);
}

Eigen::VectorXd Axes::rotated(const Eigen::VectorXd& v) const {
  if (is_diagonal()) return v;
  return B * v;
}

Covariance::Covariance(Eigen::Index n, Shape shape) : shape_(shape) {
  auto unit = std::make_shared<Axes>();
  unit->D = Eigen::VectorXd::Ones(n);
  if (shape == Shape::diagonal) {
    C_ = Eigen::MatrixXd::Ones(n, 1);
  } else {
    C_ = Eigen::MatrixXd::Identity(n, n);
    unit->B = C_;
  }
  axes_ = std::move(unit);
}

Covariance::Covariance(Eigen::MatrixXd C) : shape_(Shape::full), C_(std::move(C)) { decompose(); }

Eigen::VectorXd Covariance::diagonal() const {
  if (is_diagonal()) return C_;
  return C_.diagonal();
}

void Covariance::update(double decay, double c_1, const Eigen::VectorXd& p, const Eigen::VectorXd& w,
                        const Eigen::MatrixXd& Y) {
  if (is_diagonal()) {
    C_ = decay * C_ + c_1 * p.cwiseAbs2() + Y.cwiseAbs2() * w;
    return;
  }
  // One half is computed; `decompose` reads no other, and the rest mirrors it.
  C_ *= decay;
  C_.selfadjointView<Eigen::Lower>().rankUpdate(p, c_1);
  const Eigen::MatrixXd weighted = Y * w.asDiagonal();
  C_.triangularView<Eigen::Lower>() += weighted * Y.transpose();
  C_.triangularView<Eigen::StrictlyUpper>() = C_.transpose();
}

void Covariance::scale(const Eigen::VectorXd& s) {
  if (is_diagonal()) {
    C_.array() *= s.array().square();
  } else {
    C_ = s.asDiagonal() * C_ * s.asDiagonal();
  }
  decompose();
}

void Covariance::set(Eigen::MatrixXd C) {
  C_ = std::move(C);
  decompose();
}

void Covariance::decompose() {
  constexpr double least = 1e-15;  // of the greatest eigenvalue
  auto axes = std::make_shared<Axes>();
  Eigen::VectorXd eigenvalues;
  if (is_diagonal()) {
    eigenvalues = C_;
  } else {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(C_);
    eigenvalues = solver.eigenvalues();
    axes->B = solver.eigenvectors();
  }
  axes->D = eigenvalues.cwiseMax(least * eigenvalues.maxCoeff()).cwiseSqrt();
  axes_ = std::move(axes);
}

}  // namespace cmaes
