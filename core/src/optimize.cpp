// SPDX-License-Identifier: MIT
// The loop that runs an objective.
#include <algorithm>
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

// Faults of the engine's surroundings end the loop; faults of the objective end a trial.
bool ends_the_loop(const std::exception_ptr& error, const OptimizeOptions& options) {
  try {
    std::rethrow_exception(error);
  } catch (const PluginError&) {
    return true;
  } catch (const StorageError&) {
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
      : study_(study), impl_(impl), objective_(objective), options_(options) {}

  void run() {
    const std::int64_t jobs = options_.jobs > 0 ? options_.jobs : std::max(1u, std::thread::hardware_concurrency());
    if (jobs == 1) {
      work();
    } else {
      std::vector<std::jthread> workers;
      for (std::int64_t i = 0; i < jobs; ++i) workers.emplace_back([this] { work(); });
    }
    if (error_) std::rethrow_exception(error_);
  }

 private:
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
    while (may_begin()) {
      if (!one_trial()) return;
    }
  }

  bool may_begin() {
    const std::lock_guard lock(mutex_);
    if (error_ || options_.stop.stop_requested() || impl_.stop_requested) return false;
    if (options_.timeout && Clock::now() - begin_ >= *options_.timeout) return false;
    if (options_.n_trials && begun_ >= *options_.n_trials) return false;
    ++begun_;
    return true;
  }

  // False when the study's budget is spent.
  bool one_trial() {
    const std::optional<Claim> claim = impl_.claim_next(impl_.budget_of_sampler(options_.budget), std::nullopt);
    if (!claim) return false;
    Trial trial(impl_.start(*claim, {}));
    auto& running = static_cast<StudyTrial&>(trial.impl());
    if (options_.on_start) options_.on_start(trial);
    std::exception_ptr failure;
    try {
      const Values values = objective_(trial);
      end(running, impl_.checked(trial.number(), values.get()));
    } catch (const TrialPruned&) {
      end(running, {TrialState::pruned, {}, {}});
    } catch (const TrialReleased&) {
      if (!running.ended()) running.release();
      return true;
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) fail(running, failure);
    tell_callbacks(trial.number());
    return true;
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

  void fail(StudyTrial& running, const std::exception_ptr& failure) {
    if (!running.ended()) end(running, {TrialState::fail, {}, reason_of(failure)});
    if (ends_the_loop(failure, options_)) std::rethrow_exception(failure);
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
  const Clock::time_point begin_ = Clock::now();
  std::mutex mutex_;
  std::mutex callbacks_mutex_;
  std::int64_t begun_ = 0;
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
