// SPDX-License-Identifier: MIT
// Values of options, checked against a plugin's table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <hone/registry.hpp>

namespace hone {

/// The kind of plugin that an option of type plugin(kind) takes; nothing for other types.
std::optional<PluginKind> inner_kind(OptionType type);

/// What is allowed, in words: `a number above 0 and at most 1, or "auto"`.
std::string allowed_in_words(const OptionInfo& option);

/// What is wrong with a value, as `found X, but expected …`; nothing if it is allowed. Inner plugins are checked for
/// their form alone.
std::optional<std::string> option_problem(const OptionInfo& option, const Json& value);

/// The given options checked against the table and completed with defaults, in the table's order. Inner plugins are
/// left as they were given.
/// @throws ConfigError
Json complete_options(const PluginInfo& plugin, const Json& given, std::string_view where);

}  // namespace hone
