// SPDX-License-Identifier: MIT
// What the commands of the program `hone` share: one function a command, and the context that they work in.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include <hone/config.hpp>
#include <hone/error.hpp>
#include <hone/json.hpp>
#include <hone/log.hpp>
#include <hone/registry.hpp>
#include <hone/storage.hpp>
#include <hone/study.hpp>

namespace hone::cli {

/// Exit codes, the same for every command.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;  ///< the operation failed
inline constexpr int exit_usage = 2;   ///< wrong usage or config
inline constexpr int exit_interrupted = 130;

/// How a command that lists prints.
enum class Format { table, json, csv };

/// Whether a command may bring a storage into being. A reading command never does.
enum class Access { read, write };

/// `--storage URL` (or HONE_STORAGE) and `--study NAME`.
struct StudyArguments {
  std::string storage;  ///< the URL as typed; empty: not given
  std::string study;    ///< empty: not given, the only study of the storage is meant
};

/// What all commands need. One object for the life of the program.
///
/// A command's callback only sets `action`, which runs after the command line has been parsed as a whole; errors that
/// it throws become one line on standard error and an exit code: ConfigError 2, other errors 1.
class Context {
 public:
  Context();

  /// What to do, set by the callback of the command that was given; returns the exit code.
  std::function<int()> action;

  /// Folders of `--plugin-path` and whether `--trust-writable-plugins` was given.
  PluginSearch plugin_search;
  /// How the user called this program, for commands to type next.
  std::string program = "hone";

  /// `--verbose`: messages of the levels info and debug are shown too.
  bool verbose = false;

  /// Where messages go: standard error, unless a command replaces it (before the registry is made).
  std::shared_ptr<const Logger> logger;

  bool out_is_terminal;  ///< standard output
  bool err_is_terminal;  ///< standard error
  bool out_colour;       ///< standard output takes colour: a terminal, and NO_COLOR is not set
  bool err_colour;

  /// The registry, made at the first call. Folders of a config are searched first.
  std::shared_ptr<PluginRegistry> registry(const std::vector<std::filesystem::path>& config_folders = {});

  /// The storage that the arguments mean. @throws ConfigError if none is given.
  PluginSpec storage_spec(const StudyArguments& arguments) const;
  /// Opens it. @throws StorageError for a file that does not exist, when reading.
  std::shared_ptr<Storage> open_storage(const StudyArguments& arguments, Access access);
  /// Loads an existing study for reading or writing. @throws ConfigError if it does not exist, or is not named and
  /// there are several (the message lists the names).
  Study load_study(const StudyArguments& arguments);

 private:
  std::shared_ptr<PluginRegistry> registry_;
};

/// Refuses a storage in a file that is not there, with its name. Other storages pass. @throws StorageError
void require_existing(const PluginSpec& storage);

/// The study of that name; without a name the only one. Nothing if it is not there. @throws ConfigError if there are
/// several to choose from, with their names.
std::optional<StudyRecord> find_study(Storage& storage, const std::string& name);
/// What to say when `find_study` found nothing.
ConfigError no_such_study(Storage& storage, const std::string& name);

// Options that mean the same on every command.
void add_storage_option(CLI::App& command, StudyArguments& arguments);
void add_study_options(CLI::App& command, StudyArguments& arguments);
/// For `CLI::Option::check`: nothing, or what is wrong with a text that is no whole number of at least 0 (1).
std::string non_negative(const std::string& text);
std::string positive(const std::string& text);
void add_format_option(CLI::App& command, Format& format);

// One function a command, each in a file of its own. `context` outlives the app.
void add_run_command(CLI::App& app, Context& context);
void add_trial_command(CLI::App& app, Context& context);
void add_best_command(CLI::App& app, Context& context);
void add_trials_command(CLI::App& app, Context& context);
void add_studies_command(CLI::App& app, Context& context);
void add_show_command(CLI::App& app, Context& context);
void add_delete_command(CLI::App& app, Context& context);
void add_export_command(CLI::App& app, Context& context);
void add_ask_command(CLI::App& app, Context& context);
void add_tell_command(CLI::App& app, Context& context);
void add_enqueue_command(CLI::App& app, Context& context);
void add_plugins_command(CLI::App& app, Context& context);
void add_plugin_command(CLI::App& app, Context& context);
void add_schema_command(CLI::App& app, Context& context);
void add_replay_command(CLI::App& app, Context& context);

/// The JSON Schema of a config's `objective` section, by its reader.
Json objective_schema();

}  // namespace hone::cli
