// SPDX-License-Identifier: MIT
// What may go wrong when a program is run: the program, or what hone itself needs for it.
#pragma once

#include <stdexcept>

#include <hone/error.hpp>

namespace hone::cli {

/// The program of one trial failed; the message is the reason that is kept with the trial.
class ProgramFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What hone itself needs to run programs failed: a pipe, a process, the guardian, the folder for the output. No
/// program is to blame, and the next one would fare no better: the trial is given back and the run ends.
class SurroundingsFailed : public Error {
 public:
  using Error::Error;
};

}  // namespace hone::cli
