// SPDX-License-Identifier: MIT
// Outputs as the model sees them: about 0, of variance about 1, whatever the objective returned.
#pragma once

#include <Eigen/Core>

namespace gp {

/// What becomes of outputs below the median: how bad the bad ones are is not worth the model's effort. Their unit is
/// the better half's root mean square deviation from the median.
enum class WorseHalf {
  as_is,
  bounded,  ///< none counts as more than five units below the median
  ranked,   ///< the normal quantile of its rank (Song et al.: "The Vizier Gaussian Process Bandit Algorithm", arXiv
            ///< 2408.11527, sect. 3.1.2)
};

/// A monotone map of one output, fitted to what was observed. Larger outputs are better.
struct OutputTransform {
  WorseHalf worse_half = WorseHalf::ranked;
  /// How much more the differences among the best count: y becomes -log(1 + bend (best - y) / (best - worst)).
  double bend = 0.0;
  /// Whether a power is applied that makes the outputs look normal (`yeo_johnson.hpp`).
  bool power = false;
};

/// The outputs, transformed and standardised. Infinities come to lie where the worst or best of the others do; NaN is
/// not allowed.
Eigen::VectorXd scaled_outputs(const OutputTransform& transform, const Eigen::VectorXd& outputs);

/// The values of a constraint, about 1 in size: asinh(c / median |c|), so that what lies far on one side does not hide
/// where the border is. 0 remains 0, and each value keeps its sign: an infinite one counts as the largest in size of
/// the finite ones. NaN is not allowed.
Eigen::VectorXd scaled_constraint(const Eigen::VectorXd& values);

}  // namespace gp
