// SPDX-License-Identifier: MIT
// Calls into the core without the interpreter's lock.
#pragma once

#include <nanobind/nanobind.h>

namespace hone::python {

/// The core may wait for a lock whose holder waits for the interpreter's, so every call that may lock goes through
/// here.
template <class Call>
auto unlocked(const Call& call) {
  const nanobind::gil_scoped_release release;
  return call();
}

}  // namespace hone::python
