// SPDX-License-Identifier: MIT
// Calls into the core without the interpreter's lock.
#pragma once

#include "interpreter_lock.hpp"

namespace hone::python {

/// The core may wait for a lock whose holder waits for the interpreter's, so every call that may lock goes through
/// here.
template <class Call>
auto unlocked(const Call& call) {
  const InterpreterUnlock unlock;
  return call();
}

}  // namespace hone::python
