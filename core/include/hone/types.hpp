// SPDX-License-Identifier: MIT
// The small vocabulary that every other header uses.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

/// Marks what libhone exports to hosts. Plugins never need it: they have no undefined symbol into the core.
#define HONE_API __attribute__((visibility("default")))

namespace hone {

/// The version of hone, `major.minor.patch`.
inline constexpr std::string_view version = "0.1.0";

/// A trial's number within its study: 0, 1, 2, … in order of creation. It is also the row of the trial in `History`.
using TrialNumber = std::int64_t;

/// UTC, microseconds since the Unix epoch.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

enum class TrialState : std::uint8_t { running = 0, complete = 1, pruned = 2, fail = 3, waiting = 4 };

enum class Direction : std::uint8_t { not_set = 0, minimize = 1, maximize = 2 };

/// Finished trials are immutable: complete, pruned or fail.
constexpr bool is_finished(TrialState state) {
  return state == TrialState::complete || state == TrialState::pruned || state == TrialState::fail;
}

/// `COMPLETE`, `PRUNED`, `FAIL`, `RUNNING` or `WAITING`: the words of the command line and of the relational schema.
constexpr std::string_view to_string(TrialState state) {
  switch (state) {
    case TrialState::running: return "RUNNING";
    case TrialState::complete: return "COMPLETE";
    case TrialState::pruned: return "PRUNED";
    case TrialState::fail: return "FAIL";
    case TrialState::waiting: return "WAITING";
  }
  return "UNKNOWN";
}

/// The inverse of `to_string(TrialState)`; nothing for any other text.
constexpr std::optional<TrialState> trial_state_from(std::string_view text) {
  for (const TrialState state :
       {TrialState::running, TrialState::complete, TrialState::pruned, TrialState::fail, TrialState::waiting}) {
    if (text == to_string(state)) return state;
  }
  return std::nullopt;
}

/// `minimize` or `maximize`, as configs and flags spell it (`not_set` for studies of other libraries).
constexpr std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::minimize: return "minimize";
    case Direction::maximize: return "maximize";
    case Direction::not_set: return "not_set";
  }
  return "not_set";
}

/// `value` with the sign that makes smaller better.
constexpr double as_minimized(Direction direction, double value) {
  return direction == Direction::maximize ? -value : value;
}

/// Now, as trials store it.
inline Timestamp now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace hone
