// SPDX-License-Identifier: MIT
// The program `hone`: reads the command line, runs one command, turns errors into one line and an exit code.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>

#include "arguments.hpp"
#include "command.hpp"
#include "program/text_template.hpp"

namespace hone::cli {
namespace {

constexpr const char* description = "hone: tune the parameters of any program.";
constexpr const char* examples = R"(Examples:
  hone run study.jsonc                      tune the program that the config names
  hone best --storage sqlite:///study.db    the best trial so far
  hone trials --storage sqlite:///study.db --format csv > trials.csv
  hone plugins list                         the algorithms and storages that can be named in a config

'hone COMMAND --help' explains a command. Exit codes: 0 done, 1 the operation failed, 2 wrong usage or config,
130 interrupted.)";

void add_commands(CLI::App& app, Context& context) {
  app.description(description);
  app.footer(examples);
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", "hone " + std::string(version));
  app.add_option("--plugin-path", context.plugin_search.folders, "Look for plugins in this folder first (repeatable)")
      ->type_name("DIR")
      ->expected(1)
      ->take_all();
  app.add_flag("--trust-writable-plugins", context.plugin_search.allow_writable_by_others,
               "Load plugins also from files and folders that others may write to");
  app.add_flag("--verbose,-v", context.verbose, "Say more on standard error");
  for (const auto add :
       {add_run_command, add_best_command, add_trials_command, add_studies_command, add_show_command,
        add_export_command, add_delete_command, add_ask_command, add_tell_command, add_enqueue_command,
        add_trial_command, add_replay_command, add_plugins_command, add_plugin_command, add_schema_command}) {
    add(app, context);
  }
}

// The command, or command and subcommand, that was recognised so far.
const CLI::App& deepest(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? app : deepest(*given.front());
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string path_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? "hone" : path_of(*app.get_parent()) + ' ' + app.get_name();
}

// What was typed that nothing expects, with what was probably meant.
std::string unexpected(const CLI::App& command, const std::string& word) {
  const bool is_option = word.size() > 1 && word[0] == '-';
  const std::string name = word.substr(0, word.find('='));
  const std::vector<std::string> candidates = is_option ? option_names(command) : command_names(command);
  const std::optional<std::string> near = nearest(name, candidates);
  const std::string hint = near ? "; did you mean '" + *near + "'?" : "";
  if (is_option) return "'" + path_of(command) + "' has no option '" + name + "'" + hint;
  if (candidates.empty()) return "'" + path_of(command) + "' does not expect '" + word + "'";
  return "there is no command '" + path_of(command) + ' ' + word + "'" + hint;
}

int usage_error(const CLI::App& app, const std::string& message) {
  std::cerr << "hone: " << message << "\nTry '" << path_of(deepest(app)) << " --help'.\n";
  return exit_usage;
}

int parse_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    // Help and version.
    return app.exit(error);
  }
  const CLI::App& command = deepest(app);
  if (const std::vector<std::string> rest = app.remaining(true); !rest.empty()) {
    return usage_error(app, unexpected(command, rest.front()));
  }
  return usage_error(app, error.what());
}

// A negative number must not be taken for an option: CLI11 sees to -1.5, but not to -.5 and -inf.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::string& argument : arguments) {
    if (argument.size() > 1 && argument[0] == '-' && real_from(argument)) argument.insert(0, " ");
  }
  std::ranges::reverse(arguments);
  return arguments;
}

int run_action(const Context& context) {
  try {
    const int code = context.action();
    std::cout.flush();
    if (std::cout) return code;
    std::cerr << "hone: standard output could not be written; is the disk full?\n";
    return exit_failed;
  } catch (const ConfigError& error) {
    std::cout.flush();
    std::cerr << "hone: " << error.what() << '\n';
    return exit_usage;
  } catch (const PluginError& error) {
    std::cout.flush();
    std::cerr << "hone: " << error.what() << '\n';
    // A name that means no plugin is wrong usage; a plugin that is broken is not.
    return error.file.empty() && error.call.empty() ? exit_usage : exit_failed;
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "hone: " << error.what() << '\n';
    return exit_failed;
  }
}

int main_of_hone(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  Context context;
  context.program = shell_quoted(argv[0]);
  CLI::App app;
  app.name("hone");
  add_commands(app, context);
  try {
    app.parse(arguments_of(argc, argv));
  } catch (const CLI::ParseError& error) {
    return parse_error(app, error);
  }
  if (context.action) return run_action(context);
  // The help of the group that was given without a command, such as `hone plugins`.
  std::cerr << app.help();
  return exit_usage;
}

}  // namespace
}  // namespace hone::cli

int main(int argc, char** argv) {
  try {
    return hone::cli::main_of_hone(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hone: %s\n", error.what());
    return hone::cli::exit_failed;
  }
}
