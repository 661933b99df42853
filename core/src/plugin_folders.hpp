// SPDX-License-Identifier: MIT
// Where plugins are looked for.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <hone/registry.hpp>

namespace hone {

/// A file that may hold a plugin, and the search folder that it was found in.
struct PluginCandidate {
  std::filesystem::path file;
  std::filesystem::path folder;
};

/// The object that holds this code: libhone.so, or a program that libhone is linked into. Empty if it cannot be told.
std::filesystem::path object_of_libhone();

/// The folders of a search, in order, absolute, each once; whether or not they exist.
std::vector<std::filesystem::path> plugin_folders(const PluginSearch& search);

/// The files in which a plugin may be, in order: `samplers/NAME.so`, then `NAME.so`, folder by folder.
std::vector<PluginCandidate> candidates(const std::vector<std::filesystem::path>& folders, PluginKind kind,
                                        std::string_view name);

/// Every shared object in the folders, in order of search, then by name.
std::vector<PluginCandidate> all_candidates(const std::vector<std::filesystem::path>& folders);

}  // namespace hone
