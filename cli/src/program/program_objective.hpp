// SPDX-License-Identifier: MIT
// One program run for one trial.
#pragma once

#include <hone/study.hpp>

#include "surroundings.hpp"
#include "trial_requests.hpp"

namespace hone::cli {

/// Runs the program of a trial to its end and returns the objective values.
/// @throws ProgramFailed   with the reason: status, signal, timeout, nothing usable, NaN.
/// @throws TrialPruned     when a report said so; the process group is ended, politely, then firmly.
/// @throws TrialReleased   when interrupted.
/// @throws SurroundingsFailed  when hone could not run it.
Values run_program(const ObjectiveConfig& objective, const std::filesystem::path& program,
                   const Surroundings& surroundings, Trial& trial);

/// What a trial's program is started with, and what must exist before.
struct Preparation {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::filesystem::path workdir;                                     ///< absolute; empty: this process's
  std::vector<std::pair<std::filesystem::path, std::string>> files;  ///< to be written, with their content
  std::optional<std::filesystem::path> result_file;                  ///< to be removed before and read after
};
/// For a trial whose parameters are suggested. Touches nothing.
Preparation prepare(const ObjectiveConfig& objective, const Trial& trial);

/// What becomes of a trial whose program said so. @throws ProgramFailed, TrialPruned
Values values_of(const Told& told);
/// @throws ProgramFailed if one is NaN
void refuse_nan(const std::vector<double>& values);

}  // namespace hone::cli
