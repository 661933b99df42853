// SPDX-License-Identifier: MIT
// The expected improvement of a normal prediction up to a ceiling: one side of a box of the hypervolume improvement.
#pragma once

#include "log_expected_improvement.hpp"

namespace gp {

/// log E[min(max(y - lower, 0), upper - lower)] = log(deviation (h(a) - h(b))) with a = (mean - lower) / deviation and
/// b = (mean - upper) / deviation: the expected length of what y improves between two levels, lower < upper, both
/// finite (Psi and nu of Yang et al. 2019, eqs. 19 and 25, together). An infinite `upper` gives log EI. No difference
/// of nearly equal numbers is taken: relative error below 1e-12 however narrow the interval and however far away.
LogAcquisition log_truncated_improvement(Prediction y, double lower, double upper);
/// The same for a finite interval, from a, b and a - b.
LogAcquisition log_truncated_improvement(double deviation, const NormalTail& a, const NormalTail& b, double width);

}  // namespace gp
