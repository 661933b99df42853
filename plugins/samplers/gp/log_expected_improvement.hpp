// SPDX-License-Identifier: MIT
// The logarithm of the expected improvement of a normal prediction, with all its digits however small it is.
//
// Ament, Daulton, Eriksson, Balandat, Bakshy: "Unexpected Improvements to Expected Improvement for Bayesian
// Optimization", NeurIPS 2023, arXiv 2310.20708. Outcomes are maximised, as there.
#pragma once

#include <optional>
#include <span>

#include "normal_tail.hpp"

namespace gp {

/// A normal distribution of an outcome; deviation > 0.
struct Prediction {
  double mean;
  double deviation;
};

/// A function of a prediction and its derivatives.
struct LogAcquisition {
  double value;
  double by_mean;
  double by_deviation;
};

/// What there is to know of h(z) = phi(z) + z Phi(z) (Ament et al. 2023, eq. 2), the expected improvement of a standard
/// normal outcome over -z.
struct LogH {
  double value;      ///< log h(z): about -z^2 / 2 far on the left, log z far on the right
  double cdf_ratio;  ///< Phi(z) / h(z), the derivative of log h
  double pdf_ratio;  ///< phi(z) / h(z)
};

/// log h(z) (Ament et al. 2023, eq. 9) and its ratios. In place of the paper's three pieces, which lose digits between
/// them, h(z) / phi(z) on the left, and h(z) = z + h(-z) on the right. Relative error of the ratios, and of the value
/// where it is not near 0: below 1e-14. |z| < 1e150.
LogH log_h(const NormalTail& at);

/// log EI (Ament et al. 2023, eq. 8): the logarithm of E[max(y - best, 0)].
LogAcquisition log_expected_improvement(Prediction y, double best);
/// The same, from z = (mean - best) / deviation.
LogAcquisition log_expected_improvement(double deviation, const NormalTail& at);

/// log P(c >= 0): that a constraint holds.
LogAcquisition log_probability_of_feasibility(Prediction c);

/// The log probability that several independent constraints hold, each where its output is at least 0.
///
/// @param slopes  receives the derivatives by each constraint's mean and deviation in turn:
///                2 constraints.size() elements
double log_joint_feasibility(std::span<const Prediction> constraints, std::span<double> slopes);

/// The constrained log EI (Ament et al. 2023, sect. 4.3; Gardner et al., "Bayesian optimization with inequality
/// constraints", ICML 2014, eq. 5): the sum of log EI and of the log probability that all constraints hold. Without
/// `best`, when nothing feasible is known, the probability alone.
///
/// @param slopes  receives the derivatives: the objective's mean and deviation, then each constraint's; of
///                2 + 2 constraints.size() elements
double constrained_log_expected_improvement(Prediction y, std::optional<double> best,
                                            std::span<const Prediction> constraints, std::span<double> slopes);

}  // namespace gp
