// SPDX-License-Identifier: MIT
#include "guardian.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include <hone/error.hpp>

namespace hone::cli {
namespace {

std::filesystem::path make_private_folder() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  // A socket's path has about a hundred bytes; a long TMPDIR would leave none for the name.
  std::string pattern = (error || base.native().size() > 60 ? "/tmp" : base.string()) + "/hone-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw Error("cannot make a private folder '" + pattern + "': " + std::strerror(errno) + "; is TMPDIR writable?");
  }
  return pattern;
}

// The guardian's own standard descriptors must not keep anybody's pipe or terminal open.
void let_go_of_everything(int kept) {
  const int null = open("/dev/null", O_RDWR);
  for (int standard = 0; standard <= 2; ++standard) dup2(null, standard);
  const long limit = std::min(sysconf(_SC_OPEN_MAX), 65536L);
  for (int number = 3; number < limit; ++number) {
    if (number != kept) close(number);
  }
}

[[noreturn]] void guard(int notices, const std::filesystem::path& folder) {
  setsid();
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP}) signal(number, SIG_IGN);
  prctl(PR_SET_NAME, "hone-guardian");
  let_go_of_everything(notices);
  if (chdir("/") != 0) _exit(1);

  std::vector<pid_t> groups;
  Guardian::Notice notice{};
  for (;;) {
    const ssize_t count = read(notices, &notice, sizeof notice);
    if (count < 0 && errno == EINTR) continue;
    if (count != sizeof notice) break;
    if (notice.kind == Guardian::Notice::Kind::watch) {
      groups.push_back(notice.process_group);
    } else {
      std::erase(groups, notice.process_group);
    }
  }
  for (const pid_t group : groups) kill(-group, SIGKILL);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  _exit(0);
}

}  // namespace

Guardian::Guardian() : folder_(make_private_folder()) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
  FileDescriptor reading(ends[0]);
  pipe_ = FileDescriptor(ends[1]);
  const pid_t child = fork();
  if (child < 0) throw Error(std::string("cannot start the guardian process: ") + std::strerror(errno));
  if (child == 0) guard(reading.get(), folder_);
}

void Guardian::forget(pid_t process_group) const {
  const Notice notice{Notice::Kind::forget, process_group};
  // The guardian reads as long as this process lives; if it was killed, there is nobody to tell.
  if (write(pipe_.get(), &notice, sizeof notice) < 0) return;
}

}  // namespace hone::cli
