// SPDX-License-Identifier: MIT
// What a plugin file says about itself, checked before anything of it is called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <hone/plugin.hpp>
#include <hone/registry.hpp>

namespace hone {

/// One plugin of a table that has been checked.
struct DescribedPlugin {
  const hone_plugin* raw = nullptr;
  PluginInfo info;
};

/// The plugins of a table. `file` is empty for a table that is linked into the host.
/// @throws PluginError that says in one sentence what is wrong with the table and what to do.
std::vector<DescribedPlugin> describe(const hone_plugin_table_v1& table, const std::filesystem::path& file);

/// In words, by which field two ABI tags differ. @param theirs the plugin's
std::string abi_difference(std::string_view theirs, std::string_view ours);

}  // namespace hone
