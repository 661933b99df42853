// SPDX-License-Identifier: MIT
#include "run_setup.hpp"

#include <algorithm>
#include <cstdlib>

#include "arguments.hpp"
#include "program/process.hpp"
#include "program/text_template.hpp"

namespace hone::cli {
namespace {

// The command line's flags over the config's fields.
void apply_flags(StudyConfig& config, const Context& context, const RunArguments& arguments) {
  if (arguments.trials) config.run.trials = arguments.trials;
  if (arguments.jobs) config.run.jobs = *arguments.jobs;
  if (arguments.seed) config.seed = arguments.seed;
  if (!arguments.study.study.empty()) config.name = arguments.study.study;
  if (!arguments.timeout.empty()) {
    config.run.timeout = duration_from(json_or_text(arguments.timeout));
    if (!config.run.timeout) {
      throw ConfigError("expected a duration such as 90s, 10m or 1.5h, found '" + arguments.timeout + "'", "--timeout");
    }
  }
  const bool by_environment = config.storage.name == "memory" && std::getenv("HONE_STORAGE") != nullptr;
  if (!arguments.study.storage.empty() || by_environment) config.storage = context.storage_spec(arguments.study);
  // The same command must find the same study again.
  if (config.name.empty()) config.name = config.file.stem().string();
}

// The arguments that mean the same study again.
std::string same_study(const StudyConfig& config, const RunArguments& arguments) {
  std::string text = shell_quoted(arguments.config);
  if (!arguments.study.storage.empty() && config.storage.name != "memory")
    text += " --storage " + shell_quoted(arguments.study.storage);
  if (!arguments.study.study.empty()) text += " --study " + shell_quoted(arguments.study.study);
  return text;
}

}  // namespace

RunSetup read_setup(const Context& context, const RunArguments& arguments) {
  RunSetup setup;
  setup.config = load_config(arguments.config, arguments.overrides);
  apply_flags(setup.config, context, arguments);
  setup.same_study = same_study(setup.config, arguments);
  const RunConfig& run = setup.config.run;
  try {
    setup.objective = objective_from(setup.config);
    setup.program = find_program(program_name(setup.objective).value_or("sh"), "objective.command[0]");
  } catch (const ConfigError& error) {
    // The section knows its JSON paths; the file is known here.
    throw ConfigError(error.what(), arguments.config);
  }
  setup.options = Study::options_from(setup.config);
  setup.options.load_if_exists = true;
  setup.options.workers = run.jobs;
  if (run.trials) setup.options.budget = run.trials;
  return setup;
}

void require_an_end(const RunSetup& setup, const RunArguments& arguments, PluginRegistry& registry) {
  if (setup.config.run.trials || arguments.more || setup.config.run.timeout) return;
  const PluginInfo sampler = registry.find(PluginKind::sampler, setup.config.sampler, "sampler");
  if (has(sampler.capabilities, Capability::ends)) return;
  throw ConfigError(
      "nothing says when to stop: give \"run\": {\"trials\": N} in the config, --trials N, --more N or --timeout D",
      arguments.config);
}

std::filesystem::path output_folder(const RunSetup& setup, const std::string& storage_location) {
  if (setup.objective.output) return *setup.objective.output;
  std::filesystem::path beside;
  constexpr std::string_view scheme = "sqlite:///";
  if (storage_location.starts_with(scheme)) {
    beside = std::filesystem::path(storage_location.substr(scheme.size())).parent_path();
  }
  std::string name = setup.config.name;
  std::ranges::replace(name, '/', '_');
  if (name.starts_with('.')) name[0] = '_';
  return beside / "hone-output" / name;
}

}  // namespace hone::cli
