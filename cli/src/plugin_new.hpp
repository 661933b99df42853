// SPDX-License-Identifier: MIT
// Writes a plugin project from a template.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <hone/plugin.hpp>

namespace hone::cli {

/// Where the template for a kind of plugin is. @throws Error if it is not there
std::filesystem::path template_folder(PluginKind kind);

/// Copies a template, with @NAME@ and @CLASS@ replaced in texts and in file names. Returns the files written.
/// @throws ConfigError for a name that cannot be one, Error for a folder that is not empty or cannot be written
std::vector<std::filesystem::path> write_plugin_project(const std::filesystem::path& from, const std::string& name,
                                                        const std::filesystem::path& to);

}  // namespace hone::cli
