// SPDX-License-Identifier: MIT
// Cuts a stream of bytes into lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hone::cli {

/// Lines end with `\n` or `\r` (progress bars); empty ones are skipped. A line is cut at `limit` bytes, so that a
/// program that never ends a line costs no memory.
class LineBuffer {
 public:
  static constexpr std::size_t limit = std::size_t{1} << 20;

  /// Calls `visit(std::string_view line)` for each line that the bytes complete.
  template <class Visit>
  void add(std::string_view bytes, const Visit& visit) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find_first_of("\n\r");
      const std::string_view part = bytes.substr(0, end);
      rest_.append(part.substr(0, limit - rest_.size()));
      if (end == bytes.npos) return;
      flush(visit);
      bytes.remove_prefix(end + 1);
    }
  }

  /// Calls `visit` for a last line without an end.
  template <class Visit>
  void flush(const Visit& visit) {
    if (rest_.empty()) return;
    // Emptied first: `visit` may throw.
    const std::string line = std::move(rest_);
    rest_.clear();
    visit(std::string_view(line));
  }

 private:
  std::string rest_;
};

}  // namespace hone::cli
