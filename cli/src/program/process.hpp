// SPDX-License-Identifier: MIT
// A child process in a process group of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "file_descriptor.hpp"
#include "guardian.hpp"

namespace hone::cli {

/// How a process is started. Descriptors are borrowed.
struct ProcessStart {
  std::filesystem::path program;         ///< absolute, as found by `find_program`
  std::vector<std::string> arguments;    ///< the first one is the name by which it was called
  std::vector<std::string> environment;  ///< `NAME=VALUE`, all of it
  std::filesystem::path directory;       ///< empty: this process's
  int standard_input = -1;               ///< -1: /dev/null, here and below
  int standard_output = -1;
  int standard_error = -1;
  /// Whether the kernel kills it when the thread that starts it ends: for a child that its thread waits for.
  bool dies_with_thread = true;
};

/// How a process ended: by a status or by a signal.
struct ProcessEnd {
  int status = 0;
  int signal = 0;
  bool success() const { return status == 0 && signal == 0; }
};

/// "exited with status 3", "was killed by signal 9 (Killed)"
std::string to_string(const ProcessEnd& end);

/// A running child that leads its process group. The destructor kills what is left of the group.
class Process {
 public:
  /// @throws ProgramFailed if the program cannot be executed, SurroundingsFailed if there is no process to execute it.
  Process(const ProcessStart& start, const Guardian& guardian);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t group() const { return pid_; }
  /// Readable once the leader has ended; -1 if the kernel has no such descriptors.
  int end_descriptor() const { return end_descriptor_.get(); }
  /// Whether the leader has ended. It is not reaped, so that the group's number stays taken.
  bool has_ended() const;
  void signal_group(int number) const;
  /// Whether any process of the group still runs, the leader or one that it started.
  bool group_runs() const;
  /// SIGTERM to the group, SIGKILL to what is left of it after the grace; returns when the leader has ended.
  void end_group(std::chrono::milliseconds grace);
  /// Kills what is left of the group and reaps the leader, waiting for it.
  ProcessEnd reap();

 private:
  const Guardian& guardian_;
  pid_t pid_ = -1;
  FileDescriptor end_descriptor_;
  std::optional<ProcessEnd> end_;
};

/// The absolute path of a program: a name with a slash relative to the working directory, another along PATH.
/// @throws ConfigError that says what was looked for and where.
std::filesystem::path find_program(const std::string& name, std::string_view where);

/// @throws SurroundingsFailed
Pipe make_pipe();
void make_nonblocking(int descriptor);

}  // namespace hone::cli
