// SPDX-License-Identifier: MIT
// The loop that runs an objective.
#include <algorithm>
#include <condition_variable>
#include <limits>
#include <system_error>
#include <thread>

#include <hone/error.hpp>

#include "study_impl.hpp"
#include "trial_impl.hpp"

namespace hone {
namespace {

using Clock = std::chrono::steady_clock;

std::string reason_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "the objective threw something that does not derive from std::exception";
  }
}

// Faults of a plugin end the loop; faults of the objective end a trial.
bool ends_the_loop(const std::exception_ptr& error, const OptimizeOptions& options) {
  try {
    std::rethrow_exception(error);
  } catch (const PluginError&) {
    return true;
  } catch (const std::exception&) {
    return options.counts_as_fail && !options.counts_as_fail(error);
  } catch (...) {
    return !options.counts_as_fail || !options.counts_as_fail(error);
  }
}

/// One call of `optimize`: its limits and the workers that share them.
class Loop {
 public:
  Loop(Study& study, Study::Impl& impl, const Objective& objective, const OptimizeOptions& options)
      : study_(study),
        impl_(impl),
        objective_(objective),
        options_(options),
        jobs_(options.jobs > 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency())) {}

  void run() {
    if (jobs_ == 1) {
      work();
    } else {
      work_in_threads();
    }
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void work_in_threads() {
    std::vector<std::jthread> workers;
    // Held until all are there, so that no trial begins if they cannot be.
    const std::lock_guard lock(mutex_);
    try {
      for (std::int64_t i = 0; i < jobs_; ++i) workers.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      error_ = std::make_exception_ptr(Error("the system started " + std::to_string(workers.size()) +
                                             " of the threads for " + std::to_string(jobs_) + " jobs and no more (" +
                                             error.what() + "); ask for fewer jobs"));
    }
  }

  void work() {
    try {
      if (options_.in_thread) {
        options_.in_thread([this] { all_trials(); });
      } else {
        all_trials();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  void all_trials() {
    while (one_trial()) continue;
  }

  // The caller holds the mutex.
  bool is_over() const {
    if (error_ || options_.stop.stop_requested() || impl_.stop_requested) return true;
    return options_.timeout && Clock::now() - begin_ >= *options_.timeout;
  }

  bool is_interrupted() {
    if (options_.interrupted && options_.interrupted()) return true;
    const std::lock_guard lock(mutex_);
    return is_over();
  }

  // Nothing when the loop is over. A trial that is continued is no new one, which is what the limit counts; once it is
  // reached, those are all that is left to do.
  std::optional<Claim> next_claim() {
    constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();
    const std::int64_t limit = options_.n_trials.value_or(no_limit);
    std::unique_lock lock(mutex_);
    // What is being claimed at this moment may be one that is continued, and leave room.
    claimed_.wait(lock, [&] { return claiming_ == 0 || begun_ + claiming_ < limit || is_over(); });
    if (is_over() || limit <= 0) return std::nullopt;
    if (begun_ == limit) {
      lock.unlock();
      return impl_.claim_paused(!options_.budget);
    }
    struct Claiming {
      explicit Claiming(Loop& l) : loop(l) { ++loop.claiming_; }
      ~Claiming() {
        const std::lock_guard lock(loop.mutex_);
        --loop.claiming_;
        if (begins) ++loop.begun_;
        loop.claimed_.notify_all();
      }
      Loop& loop;
      bool begins = false;
    } claiming(*this);
    lock.unlock();
    std::optional<Claim> claim = claim_next();
    claiming.begins = claim && !claim->continues;
    return claim;
  }

  // Nothing when the study's budget is spent, or the loop is over. A sampler that comes to an end may see farther than
  // before when others have filled what it saw.
  std::optional<Claim> claim_next() {
    std::optional<std::int64_t> budget = impl_.budget_of_sampler(options_.budget);
    for (;;) {
      if (std::optional<Claim> claim = impl_.claim_next(budget, std::nullopt, &patience_)) return claim;
      const std::optional<std::int64_t> later = impl_.budget_of_sampler(options_.budget);
      if (later == budget) return std::nullopt;
      budget = later;
    }
  }

  // False when the study's budget is spent, or the loop is over.
  bool one_trial() {
    const std::optional<Claim> claim = next_claim();
    if (!claim) return false;
    std::unique_ptr<Trial::Impl> begun = start(*claim);
    if (!begun) {
      tell_callbacks(claim->number);
      return true;
    }
    Trial trial(std::move(begun));
    auto& running = static_cast<StudyTrial&>(trial.impl());
    try {
      if (options_.on_start) options_.on_start(trial);
      if (!evaluate(trial, running) || running.paused()) return true;
    } catch (...) {
      give_back(running);
      throw;
    }
    tell_callbacks(trial.number());
    return true;
  }

  // Null for a trial that failed by its own values, such as an enqueued one that cannot be.
  std::unique_ptr<Trial::Impl> start(const Claim& claim) {
    try {
      return impl_.start(claim, {});
    } catch (const TrialError& error) {
      impl_.logger->warning(error.what());
      return nullptr;
    }
  }

  // Runs the objective and stores how that ended. False if it gave its trial back. A StorageError is no fault of the
  // objective: it passes, and the trial is run again.
  bool evaluate(Trial& trial, StudyTrial& running) {
    Study::Impl::Ending ending;
    std::exception_ptr failure;
    try {
      const Values values = objective_(trial);
      ending = impl_.checked(trial.number(), values.get());
    } catch (const TrialPruned&) {
      ending.state = TrialState::pruned;
    } catch (const TrialReleased&) {
      give_back(running);
      return false;
    } catch (const StorageError&) {
      throw;
    } catch (...) {
      failure = std::current_exception();
      ending = {TrialState::fail, {}, reason_of(failure)};
    }
    if (!failure || !running.ended()) end(running, std::move(ending));
    if (failure && ends_the_loop(failure, options_)) std::rethrow_exception(failure);
    return true;
  }

  // A trial that this loop leaves without a result is the next worker's, in this process or another.
  void give_back(StudyTrial& running) {
    if (running.ended()) return;
    try {
      running.release();
    } catch (const Error& error) {
      impl_.logger->warning(error.what());
      abandon(running.owner_text());
    }
  }

  void end(StudyTrial& running, Study::Impl::Ending ending) {
    if (ending.state == TrialState::fail) impl_.logger->debug(ending.fail_reason);
    try {
      running.end(std::move(ending));
    } catch (const TrialError& error) {
      // Taken over or told elsewhere: what stands there is right.
      impl_.logger->warning(error.what());
    }
  }

  void tell_callbacks(TrialNumber number) {
    if (options_.callbacks.empty()) return;
    const std::lock_guard lock(callbacks_mutex_);
    const FrozenTrial trial = study_.trial(number);
    for (const auto& callback : options_.callbacks) callback(study_, trial);
  }

  Study& study_;
  Study::Impl& impl_;
  const Objective& objective_;
  const OptimizeOptions& options_;
  const std::int64_t jobs_;
  const Clock::time_point begin_ = Clock::now();
  const Patience patience_{jobs_ == 1, [this] { return is_interrupted(); }};
  std::mutex mutex_;
  std::mutex callbacks_mutex_;
  std::condition_variable claimed_;  // with mutex_
  std::int64_t begun_ = 0;
  std::int64_t claiming_ = 0;
  std::exception_ptr error_;
};

}  // namespace

void Study::optimize(const Objective& objective, const OptimizeOptions& optimize_options) {
  if (impl_->optimizing.exchange(true)) {
    throw TrialError("optimize was called while it runs on the same study; call it once with more jobs");
  }
  impl_->stop_requested = false;
  struct Ended {
    std::atomic<bool>& flag;
    ~Ended() { flag = false; }
  } const ended{impl_->optimizing};
  Loop(*this, *impl_, objective, optimize_options).run();
}

void Study::optimize(const Objective& objective, std::int64_t n_trials) {
  OptimizeOptions optimize_options;
  optimize_options.n_trials = n_trials;
  optimize(objective, optimize_options);
}

void Study::stop() {
  if (!impl_->optimizing) throw TrialError("stop was called while no optimize runs");
  impl_->stop_requested = true;
}

}  // namespace hone
