// SPDX-License-Identifier: MIT
// A study: ask, tell, optimize, and what came of it.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <hone/config.hpp>
#include <hone/frozen_trial.hpp>
#include <hone/registry.hpp>
#include <hone/trial.hpp>

namespace hone {

/// One objective value, or several.
class Values {
 public:
  Values(double value) : values_{value} {}
  Values(std::initializer_list<double> values) : values_(values) {}
  Values(std::vector<double> values) : values_(std::move(values)) {}
  const std::vector<double>& get() const { return values_; }

 private:
  std::vector<double> values_;
};

/// A function to be minimised or maximised.
using Objective = std::function<Values(Trial&)>;

/// How a study is made. Without anything: one objective, minimised, by `tpe`, `median`, in memory.
struct StudyOptions {
  std::string name{};  ///< empty: a name is made up
  std::vector<Direction> directions{Direction::minimize};
  PluginSpec sampler{"tpe"};
  PluginSpec pruner{""};  ///< empty name: `median` for one objective, `nop` for several
  PluginSpec storage{"memory"};
  std::shared_ptr<Storage> opened_storage{};  ///< used in place of `storage`, so that studies can share one object
  std::optional<std::uint64_t> seed{};        ///< drawn if absent; an existing study keeps its own
  DeclaredSpace space{};
  bool load_if_exists = false;
  std::int64_t workers = 1;                                 ///< what `StudyView::workers` says
  std::optional<std::int64_t> budget{};                     ///< what `StudyView::budget` says
  std::vector<std::string> metric_names{};                  ///< one per objective, or empty
  std::chrono::milliseconds lease{std::chrono::hours(24)};  ///< of trials asked for outside of `optimize`
  std::chrono::milliseconds heartbeat_interval{std::chrono::seconds(10)};
  /// A worker elsewhere (another machine or container) is dead when its heartbeat is older than this. Until it is, or
  /// is seen to advance, a single worker waits before it draws, and each before it ends short of the budget.
  std::chrono::milliseconds heartbeat_grace{std::chrono::seconds(60)};
  std::int64_t max_crashes = 3;  ///< crashes without a new report between them that make a trial FAIL
  /// Fails RUNNING trials of other libraries that started longer ago than this; absent: they are left alone.
  std::optional<std::chrono::milliseconds> fail_foreign_after{};
};

class Study;

struct OptimizeOptions {
  /// Trials that this call begins. Trials that a pruner has paused go on beyond it while there are any to continue; the
  /// others then end, as they do at the budget, unless one is given.
  std::optional<std::int64_t> n_trials{};
  std::optional<std::int64_t> budget{};                ///< finished trials of the study, of all its workers together
  std::optional<std::chrono::milliseconds> timeout{};  ///< checked between trials
  std::int64_t jobs = 1;                               ///< threads that run the objective
  /// Called after each trial, one at a time.
  std::vector<std::function<void(Study&, const FrozenTrial&)>> callbacks{};
  /// Runs `work`, the part of one of the `jobs`, in its thread: a host may prepare the thread and clear up after it.
  std::function<void(const std::function<void()>& work)> in_thread{};
  /// Called when a trial begins, from its worker's thread.
  std::function<void(const Trial&)> on_start{};
  /// Whether an exception of the objective is a FAIL trial after which the study goes on. By default everything that
  /// derives from std::exception is. Otherwise the trial becomes FAIL and `optimize` throws the exception again. Never
  /// asked about a StorageError: that ends the loop and gives the trial back, RUNNING, to be taken over and run again.
  std::function<bool(const std::exception_ptr&)> counts_as_fail{};
  /// Ends the loop: no new trial begins; running objectives are waited for.
  std::stop_token stop{};
  /// For hosts that learn of an interruption only when they ask: called now and then while a worker waits for another
  /// (see `heartbeat_grace`), from its thread; true ends the loop as `stop` does.
  std::function<bool()> interrupted{};
};

struct AskOptions {
  /// Fixed values by name, as an enqueued trial has.
  std::map<std::string, Choice> fixed{};
  /// Suggested at once, so that all workers see them from the start (`ask` of Optuna with distributions).
  std::vector<std::pair<std::string, Distribution>> distributions{};
  std::optional<std::chrono::milliseconds> lease{};
};

struct TellOptions {
  std::optional<TrialState> state{};
  std::string owner_token{};  ///< the lease that `ask` gave; empty: the one that the trial has now
  bool skip_if_finished = false;
  std::string fail_reason{};  ///< kept with a FAIL trial
};

/// A study, by reference: copies are the same study. Thread-safe.
class HONE_API Study {
 public:
  /// Creates a study (or loads it, with load_if_exists).
  /// @throws DuplicatedStudyError, ConfigError, PluginError, StorageError
  static Study create(const StudyOptions& options = {}, std::shared_ptr<PluginRegistry> registry = nullptr);
  /// Loads a study; an empty name takes the only one of the storage. Directions come from the storage.
  /// @throws StudyNotFoundError, StorageError
  static Study load(const StudyOptions& options, std::shared_ptr<PluginRegistry> registry = nullptr);
  /// The options that a config stands for.
  static StudyOptions options_from(const StudyConfig& config);

  /// Runs the objective on new trials until a limit of the options is reached. Trials that were enqueued, and trials of
  /// workers that died, come first.
  void optimize(const Objective& objective, const OptimizeOptions& options);
  void optimize(const Objective& objective, std::int64_t n_trials);
  /// Ends a running `optimize` after the running trials. @throws TrialError outside of one.
  void stop();

  /// A trial for a host that owns the loop, under a lease (see owner.hpp). What it learns is written at once, so that
  /// it can be told by its number alone, from another process as well.
  Trial ask(const AskOptions& options = {});
  /// A batch, each with the earlier ones pending.
  std::vector<Trial> ask(std::size_t count, const AskOptions& options = {});
  /// Ends a trial: COMPLETE with values, or the state of the options. Values that are NaN, or of the wrong number, make
  /// it FAIL. PRUNED takes its value from the last report.
  FrozenTrial tell(Trial& trial, const Values& values);
  FrozenTrial tell(Trial& trial, TrialState state);
  FrozenTrial tell(TrialNumber number, const std::optional<Values>& values, const TellOptions& options = {});

  /// Adds a waiting trial with these values, to be run next. Parameters that are not named are drawn. Returns nothing
  /// if it exists already and `skip_if_exists`.
  std::optional<TrialNumber> enqueue_trial(const std::map<std::string, Choice>& params,
                                           const std::map<std::string, Json>& user_attrs = {},
                                           bool skip_if_exists = false);
  /// Adds a trial that was run elsewhere; its number is allocated anew. @throws TrialError if it contradicts itself.
  TrialNumber add_trial(const FrozenTrial& trial);

  const std::string& name() const;
  const std::vector<Direction>& directions() const;
  std::uint64_t seed() const;

  /// The best COMPLETE trial that violates no constraint, of a study with one objective; nothing if there is none.
  /// The lower number wins a tie.
  std::optional<FrozenTrial> best_trial() const;
  /// The Pareto front of the COMPLETE trials that violate no constraint, ascending in number.
  std::vector<FrozenTrial> best_trials() const;
  /// All trials, or those of the given states, ascending in number.
  std::vector<FrozenTrial> trials(std::span<const TrialState> states = {}) const;
  FrozenTrial trial(TrialNumber number) const;
  std::size_t count(TrialState state) const;
  std::size_t finished_count() const;

  std::map<std::string, Json> user_attrs() const;
  std::map<std::string, Json> system_attrs() const;
  void set_user_attr(std::string_view key, const Json& value);
  void set_system_attr(std::string_view key, const Json& value);
  std::vector<std::string> metric_names() const;
  void set_metric_names(const std::vector<std::string>& names);

  /// Takes in what other processes did.
  void refresh() const;
  /// Calls `read` with the history under the lock that keeps it still.
  void with_history(const std::function<void(const History&)>& read) const;
  /// The published facts: key and JSON text.
  std::vector<std::pair<std::string, std::string>> facts() const;
  /// The storage behind the study, for what has no member here.
  Storage& storage() const;
  StudyId storage_id() const;

  class Impl;
  explicit Study(std::shared_ptr<Impl> impl);

 private:
  std::shared_ptr<Impl> impl_;
};

/// Deletes a study and all its trials. @throws StudyNotFoundError
HONE_API void delete_study(Storage& storage, std::string_view name);
/// Copies a study, attributes and finished trials included, into a (new) study of another name or storage. Trials that
/// are paused are PRUNED in the copy; those that have a worker are left out.
HONE_API void copy_study(Storage& from, std::string_view name, Storage& to, std::string_view new_name);

/// A known trial of a history as a value, without its attributes, which only a storage has.
HONE_API FrozenTrial frozen_trial(const History& history, TrialNumber number);

/// What `replay` found.
struct ReplayReport {
  std::int64_t agreed = 0;               ///< proposals (one per parameter) derived again with the same bits
  std::int64_t fixed = 0;                ///< enqueued, single-valued or told values: nothing to derive
  std::int64_t foreign = 0;              ///< trials that another library made
  std::vector<std::string> differences;  ///< one line each: trial, parameter, both values
  std::vector<std::string> notes;        ///< such as a sampler that is not pure
};
/// Derives every proposal of a study again from the stored visible sets.
HONE_API ReplayReport replay(Storage& storage, std::string_view study, PluginRegistry& registry);

}  // namespace hone
