// SPDX-License-Identifier: MIT
// What samplers and pruners may see of a study.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <hone/history.hpp>
#include <hone/log.hpp>
#include <hone/random.hpp>
#include <hone/search_space.hpp>
#include <hone/types.hpp>

namespace hone {

/// The trials that one sampler instance models: all of the study, or one cohort of it. A view, cheap to copy, valid
/// during the call that it was handed to.
class HistoryView {
 public:
  explicit HistoryView(const History& history, CohortId cohort = no_cohort) : history_(&history), cohort_(cohort) {}

  /// The columns. Contains every trial of the study; use the members below to stay within the view.
  const History& all() const { return *history_; }
  const History* operator->() const { return history_; }
  CohortId cohort() const { return cohort_; }

  /// Grows with each change in the view.
  std::size_t revision() const {
    return cohort_ == no_cohort ? history_->revision() : history_->cohort_changes(cohort_).size();
  }
  /// The trials that changed since a revision of this view, oldest change first; a trial may occur several times. This
  /// is how a sampler keeps derived structures and pays only for what is new.
  std::span<const std::uint32_t> changes_since(std::size_t revision) const {
    if (cohort_ == no_cohort) return history_->changes_since(revision);
    const auto all = history_->cohort_changes(cohort_);
    return all.subspan(std::min(revision, all.size()));
  }
  bool contains(TrialNumber n) const {
    return history_->known(n) && (cohort_ == no_cohort || history_->cohort(n) == cohort_);
  }
  /// Calls `visit(TrialNumber)` for each trial of the view, in ascending order of numbers.
  template <class Visit>
  void for_each(Visit visit) const {
    for (TrialNumber n = 0; n < history_->horizon(); ++n) {
      if (contains(n)) visit(n);
    }
  }

 private:
  const History* history_;
  CohortId cohort_;
};

/// The trial at hand.
class TrialView {
 public:
  explicit TrialView(TrialNumber number, std::span<const History::Cell> suggested = {})
      : number_(number), suggested_(suggested) {}

  TrialNumber number() const { return number_; }
  /// What the trial has suggested so far, in order, its own independent draws and fixed values included.
  std::span<const History::Cell> suggested() const { return suggested_; }

 private:
  TrialNumber number_;
  std::span<const History::Cell> suggested_;
};

/// The study, read-only but for `publish_once`. Implemented by the host; valid during the call it is handed to.
class StudyView {
 public:
  virtual ~StudyView() = default;

  virtual std::string_view name() const = 0;
  /// One direction per objective.
  virtual std::span<const Direction> directions() const = 0;
  /// The trials to model (a sampler's cohort or all of them; for a pruner always all).
  virtual HistoryView history() const = 0;
  /// The space that the config declares; empty if the objective defines it by running.
  virtual const DeclaredSpace& declared_space() const = 0;
  /// The declared parameters as `Parameter`s, in the order of `declared_space()`.
  virtual std::span<const Parameter> declared_parameters() const = 0;
  virtual std::uint64_t seed() const = 0;
  /// The number of finished trials that all workers together shall reach; nothing if unknown.
  virtual std::optional<std::int64_t> budget() const = 0;
  /// How many trials this study's configuration runs at a time.
  virtual std::int64_t workers() const = 0;

  /// A random stream of the trial at hand: equal keys, equal numbers, on every worker and after every restart.
  RandomStream random(const TrialView& trial, std::string_view purpose, std::string_view parameter = {}) const {
    return RandomStream(seed(), trial.number(), purpose, parameter);
  }

  /// A fact that was published for the study, if all trials that it rests on are visible to the trial at hand.
  /// JSON text. Each cohort has facts of its own: a sampler that models one finds what was published there.
  virtual std::optional<std::string> published(std::string_view key) const = 0;

  /// Publishes a fact that all workers must agree on, and returns the value that won (JSON text): the first one kept.
  /// `rests_on`: the finished trials that the value was derived from.
  ///
  /// While the fact is not yet known here the call does not return: the host ends the sampler's function by an
  /// exception that must be let through, stores the fact without holding any lock, and calls the function again. A
  /// sampler is a pure function, so the second call comes to the same point. (Catch `std::exception` where you must;
  /// the host's exception derives from nothing.)
  virtual std::string publish_once(std::string_view key, std::string_view json,
                                   std::span<const TrialNumber> rests_on) const = 0;

  virtual const Logger& logger() const = 0;
};

/// What `publish_once` ends a call with. Derives from nothing on purpose.
struct FactPending {};

}  // namespace hone
