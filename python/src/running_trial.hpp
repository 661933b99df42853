// SPDX-License-Identifier: MIT
// A trial as Python holds it.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <nanobind/nanobind.h>

#include <hone/error.hpp>
#include <hone/study.hpp>
#include <hone/trial.hpp>

#include "study_view.hpp"
#include "unlocked.hpp"

namespace hone::python {

/// A trial that is the objective's for the time of its call, or Python's own (from `ask`, or with fixed values). Once
/// it has ended it keeps its number and its parameters. Thread-safe, as what Python holds must be: a call waits for the
/// one that runs, and the end for both. Everything needs the interpreter's lock and waits without it.
class RunningTrial {
 public:
  /// @param borrowed  must stay until `end`
  RunningTrial(const Study& study, Trial& borrowed) : study_(study), live_(&borrowed), number_(borrowed.number()) {}
  RunningTrial(const Study& study, Trial&& owned)
      : study_(study), owned_(std::move(owned)), live_(&*owned_), number_(owned_->number()) {}

  RunningTrial(const RunningTrial&) = delete;
  RunningTrial& operator=(const RunningTrial&) = delete;

  /// `call(Trial&)`, alone with the trial and without the interpreter's lock.
  /// @throws TrialError once the trial has ended
  template <class Call>
  auto with(const Call& call) const {
    return alone([&] {
      if (live_ == nullptr) {
        throw TrialError("trial " + std::to_string(number_) + " has ended; it can no longer be changed", number_);
      }
      return call(*live_);
    });
  }
  TrialNumber number() const { return number_; }
  /// All that is stored of the trial, after what is buffered has been written.
  FrozenTrial frozen() const {
    return alone([&] {
      if (live_ != nullptr) live_->flush();
      return study_.trial(number_);
    });
  }
  std::vector<FrozenTrial::Param> params() const {
    return alone([&] { return live_ != nullptr ? live_->params() : last_params_; });
  }
  /// The trial is over. `keep_params`: somebody may still ask for them.
  void end(bool keep_params) {
    alone([&] {
      if (live_ != nullptr && keep_params) last_params_ = live_->params();
      live_ = nullptr;
      owned_.reset();
    });
  }

 private:
  template <class Call>
  std::invoke_result_t<const Call&> alone(const Call& call) const {
    refuse_inside_plugin(study_);
    return unlocked([&] {
      const std::lock_guard guard(mutex_);
      return call();
    });
  }

  Study study_;
  mutable std::mutex mutex_;  // of what follows
  std::optional<Trial> owned_;
  Trial* live_;
  TrialNumber number_;
  std::vector<FrozenTrial::Param> last_params_;
};

void bind_trial(nanobind::module_& module);

}  // namespace hone::python
