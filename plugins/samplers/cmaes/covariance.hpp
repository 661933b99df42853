// SPDX-License-Identifier: MIT
// The matrix C of CMA-ES, full or diagonal, with its decomposition.
#pragma once

#include <memory>

#include <Eigen/Core>

namespace cmaes {

/// C = B D^2 B^T. A diagonal one has no B: it is the unit matrix.
struct Axes {
  Eigen::MatrixXd B;  ///< columns are the eigenvectors; empty if C is diagonal
  Eigen::VectorXd D;  ///< square roots of the eigenvalues, > 0

  bool is_diagonal() const { return B.size() == 0; }
  /// B D z: from N(0, I) to N(0, C).
  Eigen::VectorXd colored(const Eigen::VectorXd& z) const;
  /// D^-1 B^T Y, column by column: as long as C^(-1/2) Y.
  Eigen::MatrixXd whitened(const Eigen::MatrixXd& Y) const;
  /// B v
  Eigen::VectorXd rotated(const Eigen::VectorXd& v) const;
};

enum class Shape { full, diagonal };

class Covariance {
 public:
  /// The unit matrix.
  Covariance(Eigen::Index n, Shape shape);
  /// A symmetric, positive definite matrix.
  explicit Covariance(Eigen::MatrixXd C);

  bool is_diagonal() const { return shape_ == Shape::diagonal; }
  /// The matrix; of a diagonal one its diagonal, as a column.
  const Eigen::MatrixXd& matrix() const { return C_; }
  Eigen::VectorXd diagonal() const;
  /// The axes as last decomposed.
  const std::shared_ptr<const Axes>& axes() const { return axes_; }

  /// C = decay C + c_1 p p^T + Y diag(w) Y^T.
  void update(double decay, double c_1, const Eigen::VectorXd& p, const Eigen::VectorXd& w, const Eigen::MatrixXd& Y);
  /// C = S C S with a diagonal S, decomposed anew.
  void scale(const Eigen::VectorXd& s);
  /// Another matrix, decomposed.
  void set(Eigen::MatrixXd C);
  /// Makes the axes those of C. Eigenvalues that rounding made too small for a condition number of 1e15 are lifted.
  void decompose();

 private:
  Shape shape_;
  Eigen::MatrixXd C_;
  std::shared_ptr<const Axes> axes_;
};

}  // namespace cmaes
