// SPDX-License-Identifier: MIT
// Times as the relational schema keeps them: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <hone/types.hpp>

namespace hone::relational {

std::string to_text(Timestamp time);

/// The inverse; the fraction may have any number of digits or be absent. Nothing if the text is no time.
std::optional<Timestamp> timestamp_from(std::string_view text);

}  // namespace hone::relational
