// SPDX-License-Identifier: MIT
// Polynomial mutation.
#pragma once

#include <algorithm>

#include <hone/sdk/portable_math.hpp>

namespace genetic {

/// The gene moved by a polynomial distribution that stays within [0, 1] (Deb and Goyal, "A combined genetic adaptive
/// search (GeneAS) for engineering design", 1996, in the bounded form of Deb's NSGA-II).
/// @param u    uniform in [0, 1)
/// @param eta  the greater, the smaller the steps
inline double polynomial_mutation(double gene, double u, double eta) {
  using hone::sdk::portable::power;
  const double exponent = 1.0 / (eta + 1.0);
  const double step = u <= 0.5 ? power(2.0 * u + (1.0 - 2.0 * u) * power(1.0 - gene, eta + 1.0), exponent) - 1.0
                               : 1.0 - power(2.0 * (1.0 - u) + (2.0 * u - 1.0) * power(gene, eta + 1.0), exponent);
  return std::clamp(gene + step, 0.0, 1.0);
}

}  // namespace genetic
