// SPDX-License-Identifier: MIT
// The loop that runs a Python objective, and how it is interrupted.
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "convert.hpp"
#include "errors.hpp"
#include "interpreter_lock.hpp"
#include "running_trial.hpp"
#include "study.hpp"
#include "unlocked.hpp"

namespace hone::python {
namespace {

class Loop;
thread_local Loop* loop_of_this_thread = nullptr;

/// The calls of `optimize` that run in this process, for its end.
class RunningLoops {
 public:
  static RunningLoops& instance() {
    static RunningLoops* const loops = new RunningLoops;
    return *loops;
  }
  void add(Loop& loop) {
    const std::lock_guard lock(mutex_);
    loops_.push_back({&loop, getpid()});
  }
  void remove(Loop& loop) {
    const std::lock_guard lock(mutex_);
    std::erase_if(loops_, [&](const Running& running) { return running.loop == &loop; });
    changed_.notify_all();
  }
  /// Interrupts them all, as they run in threads that the interpreter does not wait for, and gives them a moment.
  void end_all(std::chrono::milliseconds patience);

 private:
  struct Running {
    Loop* loop;
    pid_t process;  // a forked child does not run its parent's
  };
  static bool here(const Running& running) { return running.process == getpid(); }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Running> loops_;
};

/// One call of `optimize`.
class Loop {
 public:
  Loop(Study& study, nb::callable objective, nb::handle catch_these, nb::handle callback)
      : study_(study),
        objective_(std::move(objective)),
        catch_(nb::borrow(catch_these)),
        callback_(nb::borrow(callback)),
        pruned_(attribute("hone.exceptions", "TrialPruned")),
        storage_error_(attribute("hone.exceptions", "StorageError")),
        exception_(nb::borrow(PyExc_Exception)) {
    RunningLoops::instance().add(*this);
  }
  ~Loop() { RunningLoops::instance().remove(*this); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run(OptimizeOptions options) {
    options.stop = stop_.get_token();
    options.in_thread = [this](const std::function<void()>& work) { work_in_thread(work); };
    options.counts_as_fail = [this](const std::exception_ptr& error) { return counts_as_fail(error); };
    if (!callback_.is_none()) {
      options.callbacks.push_back([this](Study&, const FrozenTrial& trial) { call_back(trial); });
    }
    const Objective objective = [this](Trial& trial) { return evaluate(trial); };
    std::exception_ptr failure;
    if (options.jobs == 1) {
      options.interrupted = [this] { return interrupted_by_signal(); };
      unlocked([&] {
        try {
          study_.optimize(objective, options);
        } catch (...) {
          failure = std::current_exception();
        }
      });
    } else {
      failure = run_in_threads(objective, options);
    }
    if (interruption_) {
      interruption_->restore();
      throw nb::python_error();
    }
    if (failure) std::rethrow_exception(failure);
  }

  // Ends the loop with this exception, and with `in_threads` what Python does in its other threads: now, or when it
  // next does something there. Once is enough, unless somebody asks `again`.
  void interrupt(nb::python_error error, nb::handle in_threads, bool again = false) {
    stop_.request_stop();
    const unsigned long self = PyThread_get_thread_ident();
    const std::lock_guard guard(threads_mutex_);
    if (interruption_ && !again) return;
    if (!interruption_) interruption_.emplace(std::move(error));
    for (const unsigned long thread : threads_) {
      if (thread != self) PyThreadState_SetAsyncExc(thread, in_threads.ptr());
    }
  }

 private:
  // Signals arrive in the main thread alone, so it stays with Python while others work.
  std::exception_ptr run_in_threads(const Objective& objective, const OptimizeOptions& options) {
    std::exception_ptr failure;
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    std::jthread runner([&] {
      try {
        study_.optimize(objective, options);
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_all();
    });
    while (true) {
      const bool ended = unlocked([&] {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::milliseconds(50), [&] { return done; });
      });
      if (ended) break;
      if (PyErr_CheckSignals() != 0) interrupt(nb::python_error(), PyExc_KeyboardInterrupt, /*again: */ true);
    }
    unlocked([&] { runner.join(); });
    return failure;
  }

  // Python knows the thread from its first trial to its last, so that what it keeps for threads (threading.local)
  // lasts.
  void work_in_thread(const std::function<void()>& work) {
    with_python([&] {
      const Worker here(*this);
      unlocked(work);
    });
  }

  Values evaluate(Trial& trial) {
    return with_python([&] { return evaluate_locked(trial); });
  }

  bool is_interrupted() {
    const std::lock_guard guard(threads_mutex_);
    return interruption_.has_value();
  }

  Values evaluate_locked(Trial& trial) {
    if (is_interrupted()) throw TrialReleased();
    const nb::object held = nb::cast(new RunningTrial(study_, trial), nb::rv_policy::take_ownership);
    try {
      const nb::object result = objective_(held);
      end(held);
      return values_of(result);
    } catch (nb::python_error& error) {
      end(held);
      if (error.matches(pruned_)) throw TrialPruned();
      if (error.matches(storage_error_)) {
        // No fault of the objective: its trial is given back and run again, and the loop ends with the exception.
        end_with(std::move(error));
        throw TrialReleased();
      }
      if (!error.matches(exception_)) {
        // KeyboardInterrupt, SystemExit: the trial is given back, for whoever goes on.
        interrupt(std::move(error), PyExc_KeyboardInterrupt);
        throw TrialReleased();
      }
      throw PythonFailure(std::move(error));
    }
  }

  // A thread of the loop, which is interrupted with it.
  class Worker {
   public:
    explicit Worker(Loop& loop) : loop_(loop), thread_(PyThread_get_thread_ident()) {
      const std::lock_guard guard(loop_.threads_mutex_);
      loop_.threads_.push_back(thread_);
      outer_ = std::exchange(loop_of_this_thread, &loop_);
    }
    ~Worker() {
      loop_of_this_thread = outer_;
      const std::lock_guard guard(loop_.threads_mutex_);
      loop_.threads_.erase(std::ranges::find(loop_.threads_, thread_));
      // What was sent and has not arrived is not for whatever the thread does next.
      if (loop_.interruption_) PyThreadState_SetAsyncExc(thread_, nullptr);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

   private:
    Loop& loop_;
    Loop* outer_ = nullptr;
    const unsigned long thread_;
  };

  static Values values_of(const nb::object& result) {
    try {
      return values_from(result);
    } catch (nb::python_error& error) {
      if (!error.matches(PyExc_Exception)) throw;
      const std::string what = readable(nb::repr(result));
      throw TrialError("the objective returned " + what + ", which is neither a number nor a sequence of numbers");
    }
  }

  static void end(const nb::object& held) { nb::cast<RunningTrial&>(held).end(Py_REFCNT(held.ptr()) > 1); }

  bool interrupted_by_signal() {
    return with_python([&] {
      if (PyErr_CheckSignals() != 0) interrupt(nb::python_error(), PyExc_KeyboardInterrupt);
      return is_interrupted();
    });
  }

  // Begins no further trial and ends with this exception, unless another one came before.
  void end_with(nb::python_error error) {
    stop_.request_stop();
    const std::lock_guard guard(threads_mutex_);
    if (!interruption_) interruption_.emplace(std::move(error));
  }

  bool counts_as_fail(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (PythonFailure& failure) {
      return with_python([&] { return failure.error().matches(catch_); });
    } catch (const TrialError&) {
      // What the objective returned cannot be used: that trial fails, as one with NaN does.
      return true;
    } catch (...) {
      return false;
    }
  }

  void call_back(const FrozenTrial& trial) {
    with_python([&] {
      try {
        callback_(to_python(trial));
      } catch (nb::python_error& error) {
        throw PythonFailure(std::move(error));
      }
    });
  }

  Study& study_;
  const nb::callable objective_;
  const nb::object catch_;
  const nb::object callback_;
  const nb::object pruned_;
  const nb::object storage_error_;
  const nb::object exception_;
  std::stop_source stop_;
  // Of what follows.
  std::mutex threads_mutex_;
  std::vector<unsigned long> threads_;  // its workers
  std::optional<nb::python_error> interruption_;
};

void RunningLoops::end_all(std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    for (const Running& running : loops_) {
      if (!here(running)) continue;
      PyErr_SetNone(PyExc_SystemExit);
      running.loop->interrupt(nb::python_error(), PyExc_SystemExit);
    }
  }
  unlocked([&] {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return std::ranges::none_of(loops_, here); });
  });
}

}  // namespace

void interrupt_optimize(nb::python_error error) {
  if (loop_of_this_thread != nullptr) loop_of_this_thread->interrupt(std::move(error), PyExc_KeyboardInterrupt);
}

void bind_optimize(nb::class_<Study>& study) {
  using namespace nb::literals;
  study.def(
      "optimize",
      [](Study& self, nb::callable objective, std::optional<std::int64_t> n_trials, std::optional<std::int64_t> budget,
         std::optional<double> timeout, std::int64_t jobs, nb::handle catch_these, nb::handle callback) {
        OptimizeOptions options;
        options.n_trials = n_trials;
        options.budget = budget;
        if (timeout) options.timeout = milliseconds_from(*timeout);
        options.jobs = jobs;
        Loop(self, std::move(objective), catch_these, callback).run(std::move(options));
      },
      "objective"_a, "n_trials"_a.none(), "budget"_a.none(), "timeout"_a.none(), "jobs"_a, "catch"_a,
      "callback"_a.none());
}

void bind_end(nb::module_& module) {
  using namespace nb::literals;
  module.def(
      "end_loops",
      [](double patience) {
        RunningLoops::instance().end_all(std::chrono::milliseconds(static_cast<std::int64_t>(patience * 1000.0)));
      },
      "patience"_a, "Interrupts every running optimize, and waits up to so many seconds for them.");
}

}  // namespace hone::python
