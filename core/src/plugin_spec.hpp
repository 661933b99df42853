// SPDX-License-Identifier: MIT
// A plugin's name taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <hone/registry.hpp>

namespace hone {

struct PluginReference {
  std::string name;                   ///< a name, or the path of a file
  std::optional<std::string> target;  ///< what stood after `scheme:`
  bool is_path = false;
};

/// `tpe`, `scheme:rest`, or a path, which holds a slash before any colon.
PluginReference reference_from(std::string_view name);

}  // namespace hone
