// SPDX-License-Identifier: MIT
// Reading what a program prints, in portions: one that prints without end must not keep hone from its clock.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>

#include "file_descriptor.hpp"

namespace hone::cli {

/// What is read of one program between two looks at the clock and at Ctrl-C.
inline constexpr std::size_t one_portion = 65536;

/// All that a pipe can hold: what is left of a program's output once it has ended, whoever else goes on writing.
inline std::size_t capacity_of(const FileDescriptor& pipe) {
  const int size = pipe ? fcntl(pipe.get(), F_GETPIPE_SZ) : 0;
  return size > 0 ? static_cast<std::size_t>(size) : one_portion;
}

/// Calls `visit(std::string_view bytes)` for what is there, up to `most` bytes. Closes the descriptor, which must be
/// non-blocking, at the end of what is written to it.
template <class Visit>
void read_available(FileDescriptor& from, std::size_t most, const Visit& visit) {
  std::array<char, one_portion> bytes;
  while (from && most > 0) {
    const ssize_t count = read(from.get(), bytes.data(), std::min(most, bytes.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;
    if (count == 0) {
      from.close();
      return;
    }
    most -= static_cast<std::size_t>(count);
    visit(std::string_view(bytes.data(), static_cast<std::size_t>(count)));
  }
}

}  // namespace hone::cli
