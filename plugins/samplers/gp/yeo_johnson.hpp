// SPDX-License-Identifier: MIT
// A power of outputs that makes them look normal.
#pragma once

#include <Eigen/Core>

namespace gp {

/// The transform of Yeo and Johnson ("A new family of power transformations to improve normality or symmetry",
/// Biometrika 87, 2000, eq. 2.1): increasing in y, the identity for an exponent of 1.
double yeo_johnson(double y, double exponent);

/// The exponent in [-3, 5] under which the transformed outputs are most probable as independent normal ones (eq. 3.1).
/// @param y  finite, about 1 in size, not all equal
double yeo_johnson_exponent(const Eigen::VectorXd& y);

}  // namespace gp
