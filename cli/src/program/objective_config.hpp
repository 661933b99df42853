// SPDX-License-Identifier: MIT
// The `objective` section of a config: which program, how it is told its parameters, how it answers.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <hone/config.hpp>
#include <hone/trial.hpp>

#include "result_format.hpp"
#include "text_template.hpp"

namespace hone::cli {

/// An argument, or a nested list of them that is left out when a parameter in it is inactive.
struct CommandPart {
  std::variant<TextTemplate, std::vector<CommandPart>> content;
};

/// A file that is filled in for each trial.
struct FileTemplate {
  std::filesystem::path from;  ///< absolute
  TextTemplate to;             ///< relative to the trial's working directory
  std::string content;         ///< of `from`
};

/// The section, checked.
struct ObjectiveConfig {
  enum class Protocol { lines, jsonl };

  std::vector<CommandPart> command;
  bool shell = false;
  std::vector<std::pair<std::string, TextTemplate>> environment;
  std::optional<TextTemplate> params_file;  ///< relative to the trial's working directory
  std::vector<FileTemplate> templates;
  ResultFormat result;
  std::vector<ReportFormat> reports;
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds grace{5000};        ///< between SIGTERM and SIGKILL
  std::optional<TextTemplate> workdir;          ///< of each trial; relative to the working directory
  std::optional<std::filesystem::path> output;  ///< the folder for the trials' output
  Protocol protocol = Protocol::lines;

  DeclaredSpace space;
  std::size_t objectives = 1;
  std::string study;
  std::filesystem::path config_folder;  ///< absolute; what {config_dir} stands for
};

/// Reads and checks the section, the program's existence excepted.
/// @throws ConfigError with the JSON path: unknown members (and the nearest known one), wrong types, placeholders
///         without a parameter, parameters that may be inactive outside of a nested list.
ObjectiveConfig objective_from(const StudyConfig& config);

/// The first word of the command, which must not depend on a parameter; nothing for a shell.
std::optional<std::string> program_name(const ObjectiveConfig& objective);

/// The words that may stand in a placeholder besides parameters.
std::vector<std::string> placeholder_words();

/// What placeholders stand for in a trial: its parameters, and {trial}, {study} and {config_dir}. A parameter comes
/// before a word. ({workdir} and {params_file} are added when their paths are known.)
PlaceholderValues placeholder_values(const ObjectiveConfig& objective, const Trial& trial);

/// The argument vector for these values, `sh -c` and the script for a shell.
std::vector<std::string> command_line(const ObjectiveConfig& objective, const PlaceholderValues& values);

/// Asks the trial for all declared parameters that are active.
void suggest_declared(const DeclaredSpace& space, Trial& trial);

/// A parameter's value as programs read it: floats with a point or an exponent, texts as they are.
std::string value_text(const Choice& value);

}  // namespace hone::cli
