// SPDX-License-Identifier: MIT
// What makes a trial FAIL because of its program.
#pragma once

#include <stdexcept>

namespace hone::cli {

/// The program of one trial failed; the message is the reason that is kept with the trial.
class ProgramFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace hone::cli
