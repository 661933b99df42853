// SPDX-License-Identifier: MIT
// Standard output and error of a run, which must end on Ctrl-C also when nobody reads what it writes.
#pragma once

#include <array>
#include <chrono>
#include <iosfwd>
#include <streambuf>
#include <string_view>
#include <thread>

#include "program/file_descriptor.hpp"
#include "program/interrupts.hpp"
#include "progress.hpp"

namespace hone::cli {

/// While it exists, a stream writes to a descriptor by way of this. It waits for a reader that takes its time (a pager,
/// a terminal that Ctrl-S stopped) as long as it takes, but once interrupted only for the patience: then it drops the
/// rest. Errors of writing are the stream's, as ever. One thread at a time, as the stream itself.
class PatientOutput final : private std::streambuf {
 public:
  static constexpr std::chrono::milliseconds patience{500};

  PatientOutput(std::ostream& stream, int descriptor, const Interrupts& interrupts);
  PatientOutput(const PatientOutput&) = delete;
  PatientOutput& operator=(const PatientOutput&) = delete;
  ~PatientOutput() override;

 private:
  int_type overflow(int_type character) override;
  int sync() override;
  bool write_out(std::string_view bytes);
  bool wait_for_room();

  std::ostream& stream_;
  int descriptor_;
  const Interrupts& interrupts_;
  std::streambuf* before_;
  // A pipe that is ready takes so much without making the writer wait.
  std::array<char, 4096> buffer_;
  bool dropping_ = false;
};

/// Says once, from a thread of its own, that a signal has come and what follows. Ends before the streams that it writes
/// to and before the interrupts.
class InterruptNotice {
 public:
  InterruptNotice(const Interrupts& interrupts, Progress& progress);
  InterruptNotice(const InterruptNotice&) = delete;
  InterruptNotice& operator=(const InterruptNotice&) = delete;
  ~InterruptNotice();

 private:
  FileDescriptor over_;
  std::thread thread_;
};

}  // namespace hone::cli
