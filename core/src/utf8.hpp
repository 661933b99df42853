// SPDX-License-Identifier: MIT
// UTF-8 text as code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hone {

struct CodePoint {
  char32_t value;
  std::size_t bytes;  ///< how many it takes
};

/// The first code point of a text that is not empty; nothing if the text begins with no legal UTF-8 (RFC 3629).
std::optional<CodePoint> first_code_point(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace hone
