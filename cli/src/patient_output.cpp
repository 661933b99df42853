// SPDX-License-Identifier: MIT
#include "patient_output.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <optional>
#include <ostream>
#include <string>

namespace hone::cli {

using Clock = std::chrono::steady_clock;

PatientOutput::PatientOutput(std::ostream& stream, int descriptor, const Interrupts& interrupts)
    : stream_(stream), descriptor_(descriptor), interrupts_(interrupts) {
  stream_.flush();
  before_ = stream_.rdbuf(this);
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

PatientOutput::~PatientOutput() {
  stream_.flush();
  const std::ios::iostate state = stream_.rdstate();
  stream_.rdbuf(before_);
  // Another buffer takes the errors away, of which the exit code is to tell.
  stream_.setstate(state);
}

PatientOutput::int_type PatientOutput::overflow(int_type character) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(character, traits_type::eof())) sputc(traits_type::to_char_type(character));
  return traits_type::not_eof(character);
}

int PatientOutput::sync() {
  const bool written = write_out({pbase(), static_cast<std::size_t>(pptr() - pbase())});
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return written ? 0 : -1;
}

bool PatientOutput::write_out(std::string_view bytes) {
  while (!bytes.empty() && wait_for_room()) {
    const ssize_t count = write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool PatientOutput::wait_for_room() {
  std::optional<Clock::time_point> deadline;
  while (!dropping_) {
    const bool interrupted = interrupts_.interrupted();
    int milliseconds = -1;
    if (interrupted) {
      const Clock::time_point time = Clock::now();
      if (!deadline) deadline = time + patience;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - time).count();
      milliseconds = static_cast<int>(std::max<std::int64_t>(left, 0));
    }
    pollfd polled[2] = {{descriptor_, POLLOUT, 0}, {interrupted ? -1 : interrupts_.descriptor(), POLLIN, 0}};
    const int ready = poll(polled, 2, milliseconds);
    // Also when its reader is gone: the write then says so.
    if (ready > 0 && polled[0].revents != 0) return true;
    if (ready == 0) dropping_ = true;
  }
  return false;
}

InterruptNotice::InterruptNotice(const Interrupts& interrupts, Progress& progress)
    : over_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this, &interrupts, &progress] {
    pollfd polled[2] = {{interrupts.descriptor(), POLLIN, 0}, {over_.get(), POLLIN, 0}};
    while (poll(polled, 2, -1) < 0 && errno == EINTR) {
    }
    const int number = interrupts.signal_number();
    if (number == 0) return;
    const std::string name = number == SIGINT ? "Ctrl-C" : strsignal(number);
    progress.error_line(name + ": the running trials are ended and given back; once more ends at once");
  });
}

InterruptNotice::~InterruptNotice() {
  const std::uint64_t one = 1;
  // Cannot fail: it is written once.
  [[maybe_unused]] const ssize_t count = write(over_.get(), &one, sizeof one);
  thread_.join();
}

}  // namespace hone::cli
