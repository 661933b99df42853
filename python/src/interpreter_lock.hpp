// SPDX-License-Identifier: MIT
// The interpreter's lock, in a program whose interpreter may be ending while threads of hone's are at work.
#pragma once

#include <cxxabi.h>

#include <nanobind/nanobind.h>

namespace hone::python {

/// Where a thread stays that comes too late for Python: the interpreter is ending, and would end the thread by
/// unwinding it, which frames of C++ do not survive. (From Python 3.14 on it stays in there by itself.)
[[noreturn]] void stay_away() noexcept;

/// Holds the interpreter's lock. Not for use by itself: see `with_python`.
class InterpreterLock {
 public:
  InterpreterLock();
  ~InterpreterLock();
  InterpreterLock(const InterpreterLock&) = delete;
  InterpreterLock& operator=(const InterpreterLock&) = delete;

 private:
  PyGILState_STATE state_;
};

/// Is without the interpreter's lock.
class InterpreterUnlock {
 public:
  /// Whether this thread came from Python, so that what Python raises can go back there.
  static bool in_this_thread();
  InterpreterUnlock();
  ~InterpreterUnlock();
  InterpreterUnlock(const InterpreterUnlock&) = delete;
  InterpreterUnlock& operator=(const InterpreterUnlock&) = delete;

 private:
  PyThreadState* state_;
};

/// Calls into Python from the core, with the interpreter's lock.
template <class Call>
auto with_python(const Call& call) {
  const InterpreterLock lock;
  try {
    return call();
  } catch (abi::__forced_unwind&) {
    stay_away();
  }
}

}  // namespace hone::python
