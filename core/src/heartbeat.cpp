// SPDX-License-Identifier: MIT
#include "heartbeat.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <set>

#include <hone/error.hpp>

namespace hone {
namespace {

/// Never destroyed: studies may end after static objects have.
struct Shared {
  std::mutex mutex;
  std::weak_ptr<HeartbeatKeeper> keeper;  ///< ends with the last study
  std::set<std::string, std::less<>> abandoned;
  const bool survives_forks = register_for_forks();

  static Shared& instance() {
    static Shared* const shared = new Shared;
    return *shared;
  }

 private:
  // No other thread is in here while the process forks, and the child starts without a keeper.
  static bool register_for_forks() {
    return pthread_atfork([] { instance().mutex.lock(); }, [] { instance().mutex.unlock(); },
                          [] {
                            instance().keeper.reset();
                            instance().mutex.unlock();
                          }) == 0;
  }
};

}  // namespace

void abandon(std::string owner) {
  Shared& shared = Shared::instance();
  const std::lock_guard lock(shared.mutex);
  shared.abandoned.insert(std::move(owner));
}

bool is_abandoned(std::string_view owner) {
  Shared& shared = Shared::instance();
  const std::lock_guard lock(shared.mutex);
  return shared.abandoned.contains(owner);
}

std::shared_ptr<HeartbeatKeeper> HeartbeatKeeper::of_this_process() {
  Shared& shared = Shared::instance();
  if (!shared.survives_forks) return std::make_shared<HeartbeatKeeper>();
  const std::lock_guard lock(shared.mutex);
  std::shared_ptr<HeartbeatKeeper> keeper = shared.keeper.lock();
  if (!keeper) shared.keeper = keeper = std::make_shared<HeartbeatKeeper>();
  return keeper;
}

HeartbeatKeeper::~HeartbeatKeeper() {
  if (getpid() != process_) {
    // A copy that came by a fork, without the thread: waiting for it would never end, nor would destroying what it
    // waits on.
    static_cast<void>(work_.release());
    return;
  }
  {
    const std::lock_guard lock(work_->mutex);
    work_->stopping = true;
  }
  work_->changed.notify_all();
  if (work_->thread.joinable()) work_->thread.join();
}

void HeartbeatKeeper::keep(const std::shared_ptr<Storage>& storage, std::string worker,
                           std::chrono::milliseconds interval) {
  storage->heartbeat(worker);
  {
    std::unique_lock lock(work_->mutex);
    work_->beats.push_back({storage, std::move(worker), interval, std::chrono::steady_clock::now() + interval});
    if (!work_->thread.joinable()) {
      work_->thread = std::thread([work = work_.get()] { work->run(); });
      // What a thread has locked as it starts, in an allocator for one, would stay locked in a child forked meanwhile.
      work_->changed.wait(lock, [this] { return work_->started; });
    }
  }
  work_->changed.notify_all();
}

void HeartbeatKeeper::Work::run() {
  std::unique_lock lock(mutex);
  started = true;
  changed.notify_all();
  while (!stopping) {
    std::erase_if(beats, [](const Beat& beat) { return beat.storage.expired(); });
    const auto next = std::ranges::min_element(beats, {}, &Beat::due);
    if (next == beats.end()) {
      changed.wait(lock);
      continue;
    }
    const auto time = std::chrono::steady_clock::now();
    if (next->due > time) {
      // A copy of the time: `keep` may move the beats while this waits.
      const auto due = next->due;
      changed.wait_until(lock, due);
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
