// SPDX-License-Identifier: MIT
// The private Unix socket of one trial, at which `hone trial` asks.
#pragma once

#include <poll.h>

#include <filesystem>
#include <list>
#include <vector>

#include "file_descriptor.hpp"
#include "line_buffer.hpp"
#include "trial_requests.hpp"

namespace hone::cli {

/// Listens, and answers requests one line each. Driven by its trial's thread: poll the descriptors, then `serve`.
class TrialSocket {
 public:
  /// @throws SurroundingsFailed
  TrialSocket(std::filesystem::path path, TrialRequests& requests);
  TrialSocket(const TrialSocket&) = delete;
  TrialSocket& operator=(const TrialSocket&) = delete;
  ~TrialSocket();

  const std::filesystem::path& path() const { return path_; }
  /// Appends what is to be polled for input.
  void add_descriptors(std::vector<pollfd>& polled) const;
  /// Takes in new connections and answers all that is there, without waiting.
  void serve();

 private:
  struct Connection {
    FileDescriptor descriptor;
    LineBuffer lines;
  };
  /// Whether the connection lives on.
  bool serve(Connection& connection);

  std::filesystem::path path_;
  TrialRequests& requests_;
  FileDescriptor listening_;
  std::list<Connection> connections_;
};

/// The other end: sends one request and waits for the reply. @throws hone::Error
Json ask_trial(const std::filesystem::path& socket, const Json& request);

}  // namespace hone::cli
