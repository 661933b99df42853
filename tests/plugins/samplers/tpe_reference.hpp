// SPDX-License-Identifier: MIT
// What Optuna computed, as data/make_reference.py wrote it down.
#pragma once

#include "reference.hpp"

namespace hone::test {

inline const Json& tpe_reference() {
  static const Json reference = reference_from(HONE_TPE_REFERENCE);
  return reference;
}

}  // namespace hone::test
