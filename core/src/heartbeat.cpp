// SPDX-License-Identifier: MIT
#include "heartbeat.hpp"

#include <algorithm>

#include <hone/error.hpp>

namespace hone {

std::shared_ptr<HeartbeatKeeper> HeartbeatKeeper::of_this_process() {
  static std::mutex mutex;
  static std::weak_ptr<HeartbeatKeeper> current;
  const std::lock_guard lock(mutex);
  std::shared_ptr<HeartbeatKeeper> keeper = current.lock();
  if (!keeper) current = keeper = std::make_shared<HeartbeatKeeper>();
  return keeper;
}

HeartbeatKeeper::HeartbeatKeeper() : thread_([this] { run(); }) {}

HeartbeatKeeper::~HeartbeatKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void HeartbeatKeeper::keep(const std::shared_ptr<Storage>& storage, std::string worker,
                           std::chrono::milliseconds interval) {
  storage->heartbeat(worker);
  {
    const std::lock_guard lock(mutex_);
    beats_.push_back({storage, std::move(worker), interval, std::chrono::steady_clock::now() + interval});
  }
  changed_.notify_all();
}

void HeartbeatKeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    std::erase_if(beats_, [](const Beat& beat) { return beat.storage.expired(); });
    const auto next = std::ranges::min_element(beats_, {}, &Beat::due);
    if (next == beats_.end()) {
      changed_.wait(lock);
      continue;
    }
    const auto time = std::chrono::steady_clock::now();
    if (next->due > time) {
      // A copy of the time: `keep` may move the beats while this waits.
      const auto due = next->due;
      changed_.wait_until(lock, due);
      continue;
    }
    next->due = time + next->interval;
    const std::shared_ptr<Storage> storage = next->storage.lock();
    const std::string worker = next->worker;
    lock.unlock();
    try {
      if (storage) storage->heartbeat(worker);
    } catch (const Error&) {
      // A missed beat is made good by the next one; the storage's own calls report what is wrong.
    }
    lock.lock();
  }
}

}  // namespace hone
