// SPDX-License-Identifier: MIT
// What the programs of all trials of a run share.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <hone/trial.hpp>

#include "guardian.hpp"
#include "interrupts.hpp"
#include "objective_config.hpp"
#include "process.hpp"

namespace hone::cli {

struct Surroundings {
  const Guardian& guardian;
  const Interrupts& interrupts;
  std::filesystem::path output_folder;
};

/// This process's environment with some variables set, as a child gets it. What an outer trial set is left out.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& variables);

/// HONE_STUDY, HONE_TRIAL_NUMBER, HONE_TRIAL_TOKEN (by which a takeover finds what is left of a child).
std::vector<std::pair<std::string, std::string>> trial_variables(const ObjectiveConfig& objective, const Trial& trial);

/// HONE_PARAM_name, and the same in capitals; characters that no variable may have become `_`.
std::vector<std::pair<std::string, std::string>> parameter_variables(const std::vector<FrozenTrial::Param>& params);

/// What makes the program of a reason readable: the reason, then the last lines of its output, then the file.
std::string with_output(const std::string& reason, const std::string& last_lines, const std::filesystem::path& file);

/// A duration as a config writes it: `90s`, `1.5s`, `10m`.
std::string duration_words(std::chrono::milliseconds duration);

}  // namespace hone::cli
