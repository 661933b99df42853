// SPDX-License-Identifier: MIT
// A shared object with plugins: trusted, opened once, and open for ever.
#pragma once

#include <filesystem>

#include <hone/plugin.hpp>

namespace hone {

/// Refuses a file that others could have written. `folder` and every folder between it and the file count too.
/// @throws PluginError with the reason and the command that mends it.
void require_trust(const std::filesystem::path& file, const std::filesystem::path& folder);

/// Opens the file and finds its table. Looks for the symbol in the file first, so that nothing of a file that is no
/// plugin ever runs. @param file absolute
/// @throws PluginError
const hone_plugin_table_v1& open_plugin_file(const std::filesystem::path& file);

}  // namespace hone
