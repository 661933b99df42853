// SPDX-License-Identifier: MIT
// Studies that a command writes to: named by a config, or by storage and name.
#include "study_config.hpp"

#include <cstdlib>

namespace hone::cli {

void add_study_config_options(CLI::App& command, StudyConfigArguments& arguments) {
  add_study_options(command, arguments.study);
  command.add_option("--config", arguments.config, "A config that names the study, its storage, sampler and space")
      ->type_name("FILE");
  command.add_option("--set", arguments.overrides, "Override a field of the config (repeatable)")
      ->type_name("PATH=JSON")
      ->expected(1)
      ->take_all();
}

StudyOptions study_options(Context& context, const StudyConfigArguments& arguments) {
  StudyOptions options;
  if (arguments.config.empty()) {
    if (!arguments.overrides.empty()) throw ConfigError("there is no config to override; give --config FILE", "--set");
    options.storage = context.storage_spec(arguments.study);
    context.registry();
  } else {
    const StudyConfig config = load_config(arguments.config, arguments.overrides);
    options = Study::options_from(config);
    // As in `hone run`.
    if (options.name.empty()) options.name = config.file.stem().string();
    context.registry(config.plugin_path);
    const bool storage_is_named = !arguments.study.storage.empty() || std::getenv("HONE_STORAGE") != nullptr;
    if (!arguments.study.storage.empty() || (config.storage.name == "memory" && storage_is_named)) {
      options.storage = context.storage_spec(arguments.study);
    }
  }
  if (!arguments.study.study.empty()) options.name = arguments.study.study;
  if (options.storage.name == "memory") {
    throw ConfigError("the storage 'memory' ends with this command; name one that lasts, such as sqlite:///study.db",
                      arguments.config.empty() ? "--storage" : "storage");
  }
  return options;
}

Study create_or_load(Context& context, StudyOptions options, bool may_create) {
  if (!may_create) {
    require_existing(options.storage);
    return Study::load(options, context.registry());
  }
  if (options.name.empty()) throw ConfigError("a study that may have to be created needs a name", "--study");
  options.load_if_exists = true;
  return Study::create(options, context.registry());
}

}  // namespace hone::cli
