// SPDX-License-Identifier: MIT
#include "interpreter_lock.hpp"

#include <unistd.h>

namespace hone::python {
namespace {

thread_local int unlocks = 0;

bool is_ending() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

// A thread that Python knows finds out by being unwound when it asks; one that it does not know must not ask at all.
PyGILState_STATE ensure() noexcept {
  if (PyGILState_GetThisThreadState() == nullptr && (Py_IsInitialized() == 0 || is_ending())) stay_away();
  try {
    return PyGILState_Ensure();
  } catch (...) {  // the forced unwinding of a thread that comes too late; nothing else is thrown
    stay_away();
  }
}

}  // namespace

void stay_away() noexcept {
  while (true) pause();
}

InterpreterLock::InterpreterLock() : state_(ensure()) {}

InterpreterLock::~InterpreterLock() {
  try {
    PyGILState_Release(state_);
  } catch (...) {  // the forced unwinding of a thread that comes too late; nothing else is thrown
    stay_away();
  }
}

bool InterpreterUnlock::in_this_thread() { return unlocks > 0; }

InterpreterUnlock::InterpreterUnlock() : state_(PyEval_SaveThread()) { ++unlocks; }

InterpreterUnlock::~InterpreterUnlock() {
  --unlocks;
  try {
    PyEval_RestoreThread(state_);
  } catch (...) {  // the forced unwinding of a thread that comes too late; nothing else is thrown
    stay_away();
  }
}

}  // namespace hone::python
