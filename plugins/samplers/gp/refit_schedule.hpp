// SPDX-License-Identifier: MIT
// When hyper-parameters are fitted again.
#pragma once

#include <algorithm>
#include <cstddef>

namespace gp {

/// Fits happen at numbers of observations that do not depend on who asks: at each up to 40, then when there are a
/// twentieth more, and at least at each sixtieth. Each begins where the one before ended; those of the sizes 10, 20,
/// 40, 80, …, and of each 240th from 640 on, begin afresh, so that a new worker need not repeat all.
struct RefitSchedule {
  static constexpr std::size_t first = 2;

  static constexpr std::size_t after(std::size_t size) { return size + std::clamp<std::size_t>(size / 20, 1, 60); }
  /// Whether the fit of `size`, the one before being that of `previous`, begins afresh.
  static constexpr bool begins_afresh(std::size_t previous, std::size_t size) { return stage(previous) != stage(size); }
  /// The last size at which there is a fit, of at most `count` observations (at least `first`).
  static constexpr std::size_t last(std::size_t count) {
    std::size_t size = first;
    while (after(size) <= count) size = after(size);
    return size;
  }

 private:
  static constexpr std::size_t stage(std::size_t size) {
    if (size >= 640) return 64 + size / 240;
    std::size_t stage = 0;
    while (size >= 10) {
      size /= 2;
      ++stage;
    }
    return stage;
  }
};

}  // namespace gp
