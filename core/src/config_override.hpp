// SPDX-License-Identifier: MIT
// Overrides of a config from the command line.
#pragma once

#include <string>

#include <hone/json.hpp>

namespace hone {

/// Applies `PATH=JSON`; a value that is no JSON is a string. Objects on the way are made; a number names an item of a
/// list; a plugin that was given by name alone becomes an object when an option is set.
/// @throws ConfigError
void apply_override(Json& config, const std::string& text);

}  // namespace hone
