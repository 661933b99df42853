// SPDX-License-Identifier: MIT
// Ctrl-C and its kin while a study runs.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include "file_descriptor.hpp"

namespace hone::cli {

/// From its making to its end, SIGINT, SIGTERM and SIGHUP do not kill the process: the first one asks for a clean end,
/// the second ends the process at once with exit code 130 (the guardian then kills the children). To be made while the
/// process has one thread, because threads inherit what it blocks. The thread that waits for signals does nothing else,
/// so that nothing can keep it from the second one.
class Interrupts {
 public:
  Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  bool interrupted() const { return signal_ != 0; }
  /// The number of the first signal; 0 before.
  int signal_number() const { return signal_; }
  std::stop_token stop_token() const { return source_.get_token(); }
  /// Readable for everyone once interrupted.
  int descriptor() const { return event_.get(); }

 private:
  void watch();

  std::stop_source source_;
  std::atomic<int> signal_ = 0;
  std::atomic<bool> done_ = false;
  FileDescriptor event_;
  std::thread thread_;
};

}  // namespace hone::cli
