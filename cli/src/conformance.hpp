// SPDX-License-Identifier: MIT
// What every plugin must do, tried on a plugin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <hone/registry.hpp>

namespace hone::cli {

struct Check {
  enum class Outcome { ok, failed, skipped };
  std::string what;
  Outcome outcome = Outcome::ok;
  std::string detail;  ///< why it failed or was skipped
};

/// The file: exports its table and nothing else, and needs no symbol of hone.
std::vector<Check> check_file(const std::filesystem::path& file);

/// The plugin's behaviour, in studies in memory. The spec names the file and the options to build it with.
std::vector<Check> check_sampler(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec,
                                 const PluginInfo& info);
std::vector<Check> check_pruner(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec);
std::vector<Check> check_storage(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec);

}  // namespace hone::cli
