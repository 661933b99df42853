// SPDX-License-Identifier: MIT
// Ctrl-C and its kin while a study runs.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <thread>

#include "file_descriptor.hpp"

namespace hone::cli {

/// From its making to its end, SIGINT, SIGTERM and SIGHUP do not kill the process: the first one asks for a clean end,
/// the second ends the process at once with exit code 130 (the guardian then kills the children). To be made while the
/// process has one thread, because threads inherit what it blocks.
class Interrupts {
 public:
  /// @param on_first  called once, from a thread of its own, with the signal's number.
  explicit Interrupts(std::function<void(int)> on_first);
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  bool interrupted() const { return interrupted_; }
  std::stop_token stop_token() const { return source_.get_token(); }
  /// Readable for everyone once interrupted.
  int descriptor() const { return event_.get(); }

 private:
  void watch();

  std::function<void(int)> on_first_;
  std::stop_source source_;
  std::atomic<bool> interrupted_ = false;
  std::atomic<bool> done_ = false;
  FileDescriptor event_;
  std::thread thread_;
};

}  // namespace hone::cli
