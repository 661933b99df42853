// SPDX-License-Identifier: MIT
// Who works on a trial, and whether they still live.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <hone/types.hpp>

namespace hone {

/// The owner of a running trial: a process (boot, process-id namespace, process, its start time), the process group of
/// its child, and a random part that makes the token unique. A detached owner is a lease instead: nothing but a
/// deadline and a random part. Stored as text and compared as text.
struct OwnerToken {
  std::string boot_id;
  std::uint64_t pid_namespace = 0;
  std::int64_t pid = 0;
  std::uint64_t process_start = 0;  ///< clock ticks after boot, as in /proc/PID/stat
  std::int64_t process_group = 0;   ///< of the trial's child; 0 while there is none
  std::string nonce;                ///< 16 hexadecimal digits, also in the child's environment as HONE_TRIAL_TOKEN
  std::optional<Timestamp> lease;   ///< the deadline of a detached owner; then only `nonce` counts besides

  /// The part that heartbeats are kept under: one per process.
  HONE_API std::string worker() const;
};

HONE_API std::string to_text(const OwnerToken& token);
/// Nothing if the text is no token.
HONE_API std::optional<OwnerToken> owner_token_from(std::string_view text);

/// Begins what stands in the place of an owner's token while a trial is paused: nobody works on it, and it is not up
/// for takeover. The number of the attempt that paused it follows, so that no two pauses of a trial are taken for one.
inline constexpr std::string_view paused_owner_prefix = "paused:";
inline bool is_paused_owner(std::optional<std::string_view> token) {
  return token && token->starts_with(paused_owner_prefix);
}
/// The system attribute of a paused trial, for other libraries: the step to resume from; null once it goes on or ends.
inline constexpr std::string_view paused_key = "hone:paused";

/// 16 random hexadecimal digits, never the same twice, also after a fork.
HONE_API std::string new_nonce();

/// A token of this process with a fresh nonce.
HONE_API OwnerToken new_process_token();
/// A token that holds until the deadline, for whoever presents it.
HONE_API OwnerToken new_lease_token(Timestamp deadline);

enum class OwnerLife {
  alive,
  dead,     ///< seen to be dead, or a lease past its deadline
  unknown,  ///< on another boot or in another namespace: its heartbeat tells
};
HONE_API OwnerLife life_of(const OwnerToken& token);

/// Kills (SIGKILL) what is left of a dead owner's children: the processes whose environment carries the token's nonce
/// as HONE_TRIAL_TOKEN or its worker() as HONE_TRIAL_WORKER (they run trial after trial), whatever their process group.
/// Returns once none is left. Does nothing for tokens of another boot or namespace.
HONE_API void kill_leftover_processes(const OwnerToken& token);

}  // namespace hone
