// SPDX-License-Identifier: MIT
// The `space` section of a config.
#pragma once

#include <string_view>

#include <hone/json.hpp>
#include <hone/search_space.hpp>

namespace hone {

/// The parameters with their conditions, each after those that its conditions name, otherwise in the order of the file.
/// @throws ConfigError
DeclaredSpace space_from_config(const Json& json, std::string_view where);

}  // namespace hone
