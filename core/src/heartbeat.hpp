// SPDX-License-Identifier: MIT
// What the studies of a process share: one thread that says for them all that it lives, and the trials that they gave
// up without being able to say so.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <hone/storage.hpp>

namespace hone {

/// This process no longer works on the trial with this owner, although the storage could not be told: it is up for
/// takeover, by any study of this process, for as long as the process lives.
void abandon(std::string owner);
bool is_abandoned(std::string_view owner);

class HeartbeatKeeper {
 public:
  /// The process's keeper; lives while somebody holds it. A forked child has its own: threads stay with the parent.
  static std::shared_ptr<HeartbeatKeeper> of_this_process();
  HeartbeatKeeper() : process_(getpid()), work_(std::make_unique<Work>()) {}
  ~HeartbeatKeeper();

  /// Beats at once and then every `interval`, until the storage is gone.
  void keep(const std::shared_ptr<Storage>& storage, std::string worker, std::chrono::milliseconds interval);

 private:
  struct Beat {
    std::weak_ptr<Storage> storage;
    std::string worker;
    std::chrono::milliseconds interval;
    std::chrono::steady_clock::time_point due;
  };
  /// What the thread works on.
  struct Work {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Beat> beats;
    bool started = false;
    bool stopping = false;
    std::thread thread;  ///< begins with the first beat

    void run();
  };

  pid_t process_;
  std::unique_ptr<Work> work_;
};

}  // namespace hone
