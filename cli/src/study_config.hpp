// SPDX-License-Identifier: MIT
// Studies that a command writes to: named by a config, or by storage and name.
#pragma once

#include "command.hpp"

namespace hone::cli {

/// `--config FILE`, `--set PATH=JSON`, and `--storage` and `--study`, which override the config's.
struct StudyConfigArguments {
  StudyArguments study;
  std::string config;
  std::vector<std::string> overrides;
};

void add_study_config_options(CLI::App& command, StudyConfigArguments& arguments);

/// The options of the study that is meant. Makes the registry, with the config's plugin folders.
/// @throws ConfigError also when the storage would end with this process
StudyOptions study_options(Context& context, const StudyConfigArguments& arguments);

/// Creates the study if it does not exist and `may_create`, else loads it.
Study create_or_load(Context& context, StudyOptions options, bool may_create);

}  // namespace hone::cli
