// SPDX-License-Identifier: MIT
// Outputs as the model sees them: about 0, of variance about 1, whatever the objective returned.
#pragma once

#include <Eigen/Core>

namespace gp {

/// A monotone map of one output, fitted to what was observed. Larger outputs are better.
enum class OutputTransform {
  none,       ///< standardised alone
  half_rank,  ///< and the worse half replaced by its ranks
};

/// The outputs, transformed and standardised. Infinities and outliers on the bad side come to lie a little beyond the
/// worst of the others; NaN is not allowed.
///
/// With `half_rank`, an output below the median becomes the normal quantile of its rank, on the scale that the better
/// half has (Song et al.: "The Vizier Gaussian Process Bandit Algorithm", arXiv 2408.11527, sect. 3.1.2): how bad the
/// bad ones are is not worth the model's effort.
Eigen::VectorXd scaled_outputs(OutputTransform transform, const Eigen::VectorXd& outputs);

/// The values of a constraint, about 1 in size: asinh(c / median |c|), so that what lies far on one side does not hide
/// where the border is. 0 remains 0.
Eigen::VectorXd scaled_constraint(const Eigen::VectorXd& values);

}  // namespace gp
