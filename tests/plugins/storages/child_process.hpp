// SPDX-License-Identifier: MIT
// Parts of a test that run in forked processes. No assertion of Catch2 there: a child tells by its exit and its pipe.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace hone::test {

/// A forked process that runs a function and writes text to its parent.
class ChildProcess {
 public:
  /// Writes to the parent, at once.
  using Say = std::function<void(const std::string&)>;

  explicit ChildProcess(const std::function<void(const Say&)>& body) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    id_ = ::fork();
    if (id_ == 0) {
      ::close(ends[0]);
      _exit(run(body, ends[1]));
    }
    ::close(ends[1]);
    from_child_ = ends[0];
  }
  ~ChildProcess() {
    if (id_ > 0) {
      ::kill(id_, SIGKILL);
      ::waitpid(id_, nullptr, 0);
    }
    ::close(from_child_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits until the child has said this much, or has ended.
  void wait_for_bytes(std::size_t count) {
    while (said_.size() < count && read_more()) {
    }
  }
  void kill() { ::kill(id_, SIGKILL); }
  /// Waits for the end, and returns all that the child said.
  const std::string& finish() {
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(std::exchange(id_, -1), &status, 0);
    succeeded_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return said_;
  }
  /// After `finish`: the child ended by itself, without an exception.
  bool succeeded() const { return succeeded_; }

 private:
  static int run(const std::function<void(const Say&)>& body, int to_parent) {
    const Say say = [to_parent](const std::string& text) {
      if (::write(to_parent, text.data(), text.size()) < 0) _exit(2);
    };
    try {
      body(say);
      return 0;
    } catch (const std::exception& error) {
      say(std::string("exception: ") + error.what());
      return 1;
    }
  }
  bool read_more() {
    char buffer[4096];
    const ssize_t count = ::read(from_child_, buffer, sizeof buffer);
    if (count <= 0) return false;
    said_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  pid_t id_ = -1;
  int from_child_ = -1;
  std::string said_;
  bool succeeded_ = false;
};

}  // namespace hone::test
