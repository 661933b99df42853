// SPDX-License-Identifier: MIT
// One thread of the process that says for all its studies that it lives.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <hone/storage.hpp>

namespace hone {

class HeartbeatKeeper {
 public:
  /// The process's keeper; lives while somebody holds it. A forked child has its own: threads stay with the parent.
  static std::shared_ptr<HeartbeatKeeper> of_this_process();
  HeartbeatKeeper();
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
    bool stopping = false;
    std::thread thread;

    void run();
  };

  pid_t process_;
  std::unique_ptr<Work> work_;
};

}  // namespace hone
