// SPDX-License-Identifier: MIT
// Powers whose bits are the same everywhere.
#pragma once

#include <hone/sdk/portable_math.hpp>

namespace genetic {

/// base^exponent for base >= 0 and exponent > 0.
inline double power(double base, double exponent) {
  return base <= 0.0 ? 0.0 : hone::sdk::portable::exp(exponent * hone::sdk::portable::log(base));
}

}  // namespace genetic
