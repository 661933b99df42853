// SPDX-License-Identifier: MIT
#include "pending_outcomes.hpp"

namespace gp {

PendingOutcomes pending_outcomes(const Eigen::VectorXd& means, const Eigen::MatrixXd& factor, double noise,
                                 const Eigen::MatrixXd& base_samples) {
  if (means.size() == 0) return {base_samples, base_samples};  // Eigen's products do not take what is empty
  const auto L = factor.triangularView<Eigen::Lower>();
  PendingOutcomes outcomes{base_samples, L * base_samples};
  if (noise > 0.0) outcomes.values -= noise * L.transpose().solve(base_samples);
  outcomes.values.colwise() += means;
  return outcomes;
}

}  // namespace gp
