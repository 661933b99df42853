// SPDX-License-Identifier: MIT
// hone's errors as Python exceptions.
#pragma once

#include <exception>
#include <memory>
#include <string>

#include <nanobind/nanobind.h>

#include <hone/error.hpp>

namespace hone::python {

/// Makes hone's errors arrive as the classes of `hone.exceptions`.
void register_errors();

/// A Python exception on its way through the core; `what()` is one line, `ValueError: bad`.
class PythonFailure : public std::exception {
 public:
  explicit PythonFailure(nanobind::python_error error);
  const char* what() const noexcept override { return summary_.c_str(); }
  /// The exception itself, with its traceback.
  nanobind::python_error& error() { return error_; }

 private:
  nanobind::python_error error_;
  std::string summary_;
};

/// A sampler or pruner written in Python that raised: a PluginError that keeps the cause.
class PythonPluginError : public PluginError {
 public:
  /// @param function  what failed, such as `sample_relative`
  PythonPluginError(PythonFailure cause, const std::string& whose, const char* function);
  PythonFailure& cause() const { return *cause_; }

 private:
  std::shared_ptr<PythonFailure> cause_;
};

/// What ends programs, not calls (KeyboardInterrupt, SystemExit), raised in a sampler or pruner: the trial is given
/// back, and what was called raises it again.
class PythonInterruption : public TrialReleased {
 public:
  explicit PythonInterruption(PythonFailure cause);
  PythonFailure& cause() const { return *cause_; }

 private:
  std::shared_ptr<PythonFailure> cause_;
};

}  // namespace hone::python
