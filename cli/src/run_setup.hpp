// SPDX-License-Identifier: MIT
// What `hone run` is to do, from the config and the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "program/objective_config.hpp"

namespace hone::cli {

struct RunArguments {
  std::string config;
  StudyArguments study;
  std::optional<std::int64_t> trials;
  std::optional<std::int64_t> more;
  std::optional<std::int64_t> jobs;
  std::string timeout;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> overrides;
  bool dry_run = false;
  bool quiet = false;
};

/// Everything that is known before the storage is opened.
struct RunSetup {
  StudyConfig config;      ///< with the command line's flags put in
  std::string same_study;  ///< the arguments that mean this study again: the config's name, and flags as typed
  StudyOptions options;
  ObjectiveConfig objective;
  std::filesystem::path program;  ///< absolute
};

/// @throws ConfigError also for a program that does not exist
RunSetup read_setup(const Context& context, const RunArguments& arguments);

/// A number of trials, a timeout, or a sampler that comes to its end. @throws ConfigError if there is none
void require_an_end(const RunSetup& setup, const RunArguments& arguments, PluginRegistry& registry);

/// The folder for the output of the trials: as configured, or `hone-output/STUDY` beside the storage's file.
std::filesystem::path output_folder(const RunSetup& setup, const std::string& storage_location);

/// Checks everything, writes nothing, prints the first proposal and the command line for it.
int dry_run(Context& context, const RunSetup& setup);

}  // namespace hone::cli
