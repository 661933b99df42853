// SPDX-License-Identifier: MIT
// The process that ends a worker's children when the worker dies, however it dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "file_descriptor.hpp"

namespace hone::cli {

/// A small process, forked before any thread exists, that holds the reading end of a pipe. A child writes its process
/// group to the pipe before it executes its program, so that there is no moment at which a group is unknown. When the
/// worker is gone the pipe ends; the guardian then kills all groups that it knows, removes the private folder and
/// exits.
class Guardian {
 public:
  /// What is written to the pipe; small enough to be written at once.
  struct Notice {
    enum class Kind : std::int32_t { watch = 1, forget = 2 };
    Kind kind;
    std::int32_t process_group;
  };

  /// Makes a private folder (mode 0700) for the sockets of trials and forks the guardian. Call it while the process
  /// has one thread. @throws hone::Error
  Guardian();

  /// Where a starting child announces itself; closed on exec.
  int notices() const { return pipe_.get(); }
  /// The group is over: its number may be reused. To be called while the group's leader is not yet reaped.
  void forget(pid_t process_group) const;
  const std::filesystem::path& private_folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  FileDescriptor pipe_;
};

}  // namespace hone::cli
