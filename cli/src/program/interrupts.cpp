// SPDX-License-Identifier: MIT
#include "interrupts.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace hone::cli {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  return signals;
}

}  // namespace

Interrupts::Interrupts() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Who reads our output, or a program's input, may be gone: that is an error of a write, not the end.
  signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] { watch(); });
}

Interrupts::~Interrupts() {
  done_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void Interrupts::watch() {
  const sigset_t signals = ending_signals();
  int number = 0;
  while (sigwait(&signals, &number) == 0 && !done_) {
    if (interrupted()) _exit(130);
    signal_ = number;
    source_.request_stop();
    const std::uint64_t one = 1;
    if (write(event_.get(), &one, sizeof one) < 0) _exit(130);
  }
}

}  // namespace hone::cli
