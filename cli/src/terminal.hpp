// SPDX-License-Identifier: MIT
// What the standard streams are connected to.
#pragma once

#include <cstddef>

namespace hone::cli {

/// Whether a file descriptor is a terminal.
bool is_terminal(int descriptor);

/// Whether colour may be written to it: a terminal that is not dumb, and NO_COLOR is not set (no-color.org).
bool takes_colour(int descriptor);

/// The columns of the terminal behind a descriptor; 0 when it is none or does not say.
std::size_t terminal_width(int descriptor);

}  // namespace hone::cli
