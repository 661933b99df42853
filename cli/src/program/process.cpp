// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include <hone/error.hpp>

#include "program_failed.hpp"

namespace hone::cli {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// All that the child needs, made before it exists: between vfork and exec only system calls are allowed.
struct Prepared {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* directory;
  int standard[3];
  bool dies_with_thread;
  int notices;
  pid_t parent;
};

// What a child did last that failed; a fork that failed is a fault of the surroundings as well.
enum class StartStep { surroundings, announcement, program };
struct StartError {
  StartStep step = StartStep::surroundings;
  int number = 0;
};

[[noreturn]] void become(const Prepared& prepared, volatile StartError& error) {
  const auto failed = [&error](StartStep step) {
    error.number = errno;
    error.step = step;
    _exit(127);
  };
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) sigaction(number, &by_default, nullptr);
  sigset_t none;
  sigemptyset(&none);

  const pid_t self = static_cast<pid_t>(syscall(SYS_getpid));
  const Guardian::Notice notice{Guardian::Notice::Kind::watch, self};
  if (setpgid(0, 0) != 0) failed(StartStep::surroundings);
  if (write(prepared.notices, &notice, sizeof notice) != sizeof notice) failed(StartStep::announcement);
  if (prepared.dies_with_thread) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) failed(StartStep::surroundings);
    // The parent may have died before the wish was known.
    if (static_cast<pid_t>(syscall(SYS_getppid)) != prepared.parent) _exit(127);
  }
  for (int standard = 0; standard <= 2; ++standard) {
    if (dup2(prepared.standard[standard], standard) != standard) failed(StartStep::surroundings);
  }
  if (prepared.directory != nullptr && chdir(prepared.directory) != 0) failed(StartStep::program);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(prepared.program, prepared.arguments, prepared.environment);
  failed(StartStep::program);
  _exit(127);
}

// The child shares this process's memory until it executes its program, while this thread waits: no copy of the page
// tables, as with posix_spawn, which has no way to set the parent-death signal.
[[gnu::noinline]] pid_t start_child(const Prepared& prepared, volatile StartError& error) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = vfork();
  if (child == 0) become(prepared, error);
  const int fork_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) error.number = fork_error;
  return child;
}

// The system is short of something: of no program's making.
bool is_shortage(int error) { return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE; }

[[noreturn]] void refuse(const ProcessStart& start, StartStep step, int error) {
  const std::string reason = std::strerror(error);
  if (step == StartStep::announcement && error == EPIPE) {
    throw SurroundingsFailed(
        "the guardian process, which ends the programs should hone be killed, has been killed itself; without it no "
        "program is started");
  }
  if (step != StartStep::program) throw SurroundingsFailed("cannot make a process for a program: " + reason);
  const std::string message = "cannot start '" + start.program.string() + "'" +
                              (start.directory.empty() ? "" : " in '" + start.directory.string() + "'") + ": " + reason;
  if (is_shortage(error)) throw SurroundingsFailed(message);
  throw ProgramFailed(message);
}

struct GroupMember {
  char state = '?';
  pid_t group = 0;
};

std::optional<GroupMember> member_from_stat(const std::filesystem::path& process) {
  std::ifstream file(process / "stat");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  // The command's name stands in parentheses and may hold anything.
  const std::size_t after_name = text.rfind(')');
  if (after_name == text.npos || after_name + 2 >= text.size()) return std::nullopt;
  GroupMember member{text[after_name + 2], 0};
  const std::size_t group = text.find(' ', after_name + 4);
  if (group == text.npos) return std::nullopt;
  std::from_chars(text.data() + group + 1, text.data() + text.size(), member.group);
  return member;
}

}  // namespace

std::string to_string(const ProcessEnd& end) {
  if (end.signal == 0) return "exited with status " + std::to_string(end.status);
  const char* description = sigdescr_np(end.signal);
  return "was killed by signal " + std::to_string(end.signal) +
         (description == nullptr ? "" : " (" + std::string(description) + ")");
}

Process::Process(const ProcessStart& start, const Guardian& guardian) : guardian_(guardian) {
  const std::vector<char*> arguments = pointers(start.arguments);
  const std::vector<char*> environment = pointers(start.environment);
  const FileDescriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) throw SurroundingsFailed(std::string("cannot open /dev/null: ") + std::strerror(errno));
  const auto given = [&](int descriptor) { return descriptor < 0 ? null.get() : descriptor; };
  const Prepared prepared{start.program.c_str(),
                          arguments.data(),
                          environment.data(),
                          start.directory.empty() ? nullptr : start.directory.c_str(),
                          {given(start.standard_input), given(start.standard_output), given(start.standard_error)},
                          start.dies_with_thread,
                          guardian.notices(),
                          getpid()};
  volatile StartError error;
  pid_ = start_child(prepared, error);
  if (pid_ > 0 && error.number != 0) reap();
  if (error.number != 0) refuse(start, error.step, error.number);
  end_descriptor_ = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
}

Process::~Process() {
  if (pid_ > 0) reap();
}

bool Process::has_ended() const {
  if (end_) return true;
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
}

void Process::signal_group(int number) const {
  if (!end_) kill(-pid_, number);
}

bool Process::group_runs() const {
  if (end_) return false;
  if (!has_ended()) return true;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.empty() || name[0] < '0' || name[0] > '9') continue;
    const std::optional<GroupMember> member = member_from_stat(entry.path());
    if (member && member->group == pid_ && member->state != 'Z' && member->state != 'X') return true;
  }
  return false;
}

void Process::end_group(std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  signal_group(SIGTERM);
  // A stopped process could not act on it.
  signal_group(SIGCONT);
  for (auto pause = std::chrono::milliseconds(1); group_runs();
       pause = std::min(pause * 2, std::chrono::milliseconds(50))) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    pollfd end{end_descriptor(), POLLIN, 0};
    if (has_ended() || end.fd < 0) {
      std::this_thread::sleep_for(std::min(pause, left));
    } else {
      poll(&end, 1, static_cast<int>(left.count()));
    }
  }
  signal_group(SIGKILL);
}

ProcessEnd Process::reap() {
  if (end_) return *end_;
  siginfo_t info{};
  // Not yet reaped, so that the group's number cannot have been given to somebody else when it is killed.
  if (kill(-pid_, SIGKILL) != 0) kill(pid_, SIGKILL);
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  guardian_.forget(pid_);
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  end_ = info.si_code == CLD_EXITED ? ProcessEnd{info.si_status, 0} : ProcessEnd{0, info.si_status};
  return *end_;
}

std::filesystem::path find_program(const std::string& name, std::string_view where) {
  const auto usable = [](const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != name.npos) {
    std::filesystem::path path = std::filesystem::absolute(name);
    if (usable(path)) return path;
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
      throw ConfigError("the program '" + name + "' is a folder: " + path.string(), std::string(where));
    }
    if (std::filesystem::exists(path, error)) {
      throw ConfigError("the program '" + name + "' is not executable: " + path.string() + " (chmod +x)",
                        std::string(where));
    }
    throw ConfigError("the program '" + name + "' does not exist: there is no " + path.string() +
                          " (paths are relative to the working directory; {config_dir} is the config's folder)",
                      std::string(where));
  }
  const char* variable = std::getenv("PATH");
  const std::string path = variable == nullptr ? "/usr/bin:/bin" : variable;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    const std::filesystem::path candidate = std::filesystem::path(path.substr(at, end - at)) / name;
    if (end != at && usable(candidate)) return std::filesystem::absolute(candidate);
    at = end + 1;
  }
  throw ConfigError("the program '" + name + "' does not exist: it is in no folder of PATH (" + path + "); write ./" +
                        name + " for one in the working directory",
                    std::string(where));
}

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw SurroundingsFailed(std::string("cannot make a pipe: ") + std::strerror(errno));
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void make_nonblocking(int descriptor) { fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK); }

}  // namespace hone::cli
