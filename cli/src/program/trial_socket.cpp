// SPDX-License-Identifier: MIT
#include "trial_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "program_failed.hpp"

namespace hone::cli {
namespace {

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    throw Error("the socket's path is too long: " + path.string() + "; set TMPDIR to a shorter one");
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool send_line(int descriptor, const std::string& text) {
  const std::string line = text + '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t count = send(descriptor, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

TrialSocket::TrialSocket(std::filesystem::path path, TrialRequests& requests)
    : path_(std::move(path)),
      requests_(requests),
      listening_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  const sockaddr_un address = address_of(path_);
  if (!listening_ || bind(listening_.get(), generic(address), sizeof address) != 0 ||
      listen(listening_.get(), 64) != 0) {
    throw SurroundingsFailed("cannot listen at the socket " + path_.string() + ": " + std::strerror(errno));
  }
}

TrialSocket::~TrialSocket() { unlink(path_.c_str()); }

void TrialSocket::add_descriptors(std::vector<pollfd>& polled) const {
  polled.push_back({listening_.get(), POLLIN, 0});
  for (const Connection& connection : connections_) polled.push_back({connection.descriptor.get(), POLLIN, 0});
}

void TrialSocket::serve() {
  for (;;) {
    FileDescriptor accepted(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) break;
    connections_.push_back({std::move(accepted), {}});
  }
  connections_.remove_if([this](Connection& connection) { return !serve(connection); });
}

bool TrialSocket::serve(Connection& connection) {
  char bytes[4096];
  const ssize_t count = recv(connection.descriptor.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  if (count == 0) return false;
  bool lives = true;
  connection.lines.add({bytes, static_cast<std::size_t>(count)}, [&](std::string_view line) {
    Json reply;
    try {
      reply = requests_.answer(parse_json(line, "request"));
    } catch (const ConfigError& error) {
      reply.set("error", std::string(error.what()));
    }
    lives = send_line(connection.descriptor.get(), to_json_text(reply)) && lives;
  });
  return lives;
}

Json ask_trial(const std::filesystem::path& path, const Json& request) {
  const sockaddr_un address = address_of(path);
  const FileDescriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection || connect(connection.get(), generic(address), sizeof address) != 0) {
    throw Error("cannot reach the trial at " + path.string() + ": " + std::strerror(errno) +
                "; is it over, or its `hone run` gone?");
  }
  if (!send_line(connection.get(), to_json_text(request))) {
    throw Error("the trial does not take requests any more: " + std::string(std::strerror(errno)));
  }
  LineBuffer lines;
  std::string reply;
  while (reply.empty()) {
    char bytes[4096];
    const ssize_t count = recv(connection.get(), bytes, sizeof bytes, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw Error("the trial gave no answer: its `hone run` is ending it");
    lines.add({bytes, static_cast<std::size_t>(count)}, [&](std::string_view line) { reply = line; });
  }
  return parse_json(reply, "reply");
}

}  // namespace hone::cli
