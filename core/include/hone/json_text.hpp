// SPDX-License-Identifier: MIT
// JSON as text, for hosts. (Plugins use `Host`.)
#pragma once

#include <string>
#include <string_view>

#include <hone/json.hpp>
#include <hone/types.hpp>

namespace hone {

/// Reads JSON with comments and trailing commas allowed, and Python's tokens NaN, Infinity and -Infinity.
/// @param source  what the text is, for the message: `FILE:LINE:COLUMN: …`
/// @throws ConfigError with the place of the first error.
HONE_API Json parse_json(std::string_view text, std::string_view source = "JSON text");

/// Text as Python's json module writes it: `{"a": 1, "b": [1.0, NaN]}`, ASCII only, shortest reals that read back.
HONE_API std::string to_json_text(const Json& value);

/// The same over several lines, two spaces an indentation level.
HONE_API std::string to_pretty_json_text(const Json& value);

}  // namespace hone
