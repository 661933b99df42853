// SPDX-License-Identifier: MIT
// What a study is inside libhone. Lock order: an algorithm's mutex, then the history's; the storage's own lock comes
// before the history's, so nothing here calls a storage while it holds either.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include <hone/error.hpp>
#include <hone/owner.hpp>
#include <hone/study.hpp>
#include <hone/visible_set.hpp>

#include "guarded_plugin.hpp"
#include "heartbeat.hpp"

namespace hone {

/// A fact that was published for the study.
struct Fact {
  std::string json;
  std::vector<TrialNumber> rests_on;
};

/// A sampler or pruner with the mutex that serialises calls into it.
template <class Kind>
struct Serialized {
  std::shared_ptr<Kind> object;
  std::mutex mutex;
};

/// A joint draw and the set it was drawn from.
struct StartDraw {
  std::vector<History::Cell> relative;   ///< drawn, to be suggested when asked for
  std::vector<History::Cell> suggested;  ///< of a declared space: all of it
  VisibleSet visible;
  std::string cohort;
};

/// What a worker holds of a trial that it may work on.
struct Claim {
  TrialNumber number = -1;
  OwnerToken token;
  std::string token_text;
  std::int64_t attempt = 0;
  std::int64_t crashes = 0;
  std::int64_t furthest_step = -1;
  std::int64_t paused_at = -1;
  bool takes_fixed_values = false;  ///< was waiting, or taken over: may have enqueued values
  bool continues = false;           ///< was paused; its reports up to paused_at stand

  /// What the storage has to say of it; borrows the token.
  OwnerRecord record() const { return {token_text, attempt, crashes, furthest_step, paused_at}; }
};

/// The highest step that a trial has reported of any metric; -1 for none. Caller holds the history's lock.
std::int64_t furthest_step_of(const History& history, TrialNumber number);

/// How a worker waits for an owner of whom it cannot be told yet whether it lives.
struct Patience {
  bool before_drawing = false;        ///< also where another trial could be had: with one worker the order counts
  std::function<bool()> interrupted;  ///< ends the wait
};

class Study::Impl : public ChangeReceiver, public std::enable_shared_from_this<Study::Impl> {
 public:
  // ---- making and loading (study_setup.cpp)
  Impl(StudyOptions options, std::shared_ptr<PluginRegistry> registry);
  /// For replay: draws alone, without a storage.
  Impl(StudyOptions options, std::shared_ptr<PluginRegistry> registry, std::uint64_t seed);
  void replay_on(std::shared_ptr<History> history);
  ~Impl() override;
  void create();
  void load();
  /// Settles the seed, builds sampler and pruner and publishes their configuration; before the first trial, once. Not
  /// on loading, so that a study can be read where its plugins are missing or its file is read-only.
  void make_ready();

  // ---- changes (study_setup.cpp)
  void on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) override;
  void on_fact(const FactRecord& fact) override;
  void refresh();
  /// Writes. A storage that says that it may be tried again is tried again for about a second.
  ApplyResult apply(const StudyPatch& patch, const Preconditions& preconditions = {});
  /// Publishes if absent, and returns the value that won.
  std::string publish(std::string_view key, std::string_view json, const std::vector<TrialNumber>& rests_on = {});
  std::optional<std::string> fact(std::string_view key) const;

  // ---- a trial's beginning (claim.cpp, draw.cpp)
  /// The next trial to work on: one whose owner died, a waiting one, or a new one. Nothing when the budget is spent, or
  /// when the wait for an owner is interrupted; without patience there is no wait.
  std::optional<Claim> claim_next(const std::optional<std::int64_t>& budget, const std::optional<Timestamp>& lease,
                                  const Patience* patience = nullptr);
  std::optional<Claim> claim_waiting(TrialNumber number, const std::optional<Timestamp>& lease,
                                     const std::optional<std::int64_t>& budget = {}, bool* spent = nullptr);
  std::optional<Claim> claim_new(const std::optional<std::int64_t>& budget, const std::optional<Timestamp>& lease,
                                 const std::vector<AttributeRecord>& system_attrs = {});
  /// The running trials, ascending.
  struct Running {
    std::vector<std::pair<TrialNumber, History::Owner>> owned;
    std::vector<TrialNumber> paused;
  };
  Running running_trials() const;
  /// Of the paused trials, one that the pruner wants to go on.
  std::optional<Claim> continue_paused(std::vector<TrialNumber> paused, const std::optional<Timestamp>& lease);
  /// Where the pruner pauses a trial that it has just stopped; nothing if it ends. Caller holds the pruner's mutex and
  /// the history's.
  std::optional<PausingPrunerExtension::Pause> pauses(const StudyView& view, const TrialView& trial);
  /// The same for a worker that begins no new trials. `close`: where there is none, `close_paused`.
  std::optional<Claim> claim_paused(bool close);
  /// Makes the paused trials PRUNED, if nobody works on the study any more.
  void close_paused();
  /// Gives back a trial that could not be started: one that was continued is paused again, any other is up for
  /// takeover.
  void give_back(const Claim& claim);
  /// The budget, or less when the sampler comes to its end before.
  std::optional<std::int64_t> budget_of_sampler(std::optional<std::int64_t> budget);
  std::unique_ptr<Trial::Impl> start(const Claim& claim, std::map<std::string, Choice> fixed);
  /// `cohort`: the trial's, if it is known already; otherwise the pruner is asked.
  StartDraw draw_start(TrialNumber number, const std::map<std::string, Choice>& fixed,
                       const std::optional<std::string>& cohort = {});
  /// The enqueued values of a trial.
  static std::map<std::string, Choice> fixed_values(Storage& storage, StudyId study, TrialNumber number);
  /// One independent draw; `visible` is set to what it was drawn from.
  double draw_independent(TrialNumber number, const Parameter& parameter, const std::vector<History::Cell>& suggested,
                          VisibleSet& visible);

  // ---- a trial's end (tell.cpp)
  struct Ending {
    TrialState state = TrialState::complete;
    std::vector<double> values;
    std::string fail_reason;
  };
  Ending checked(TrialNumber number, std::vector<double> values) const;
  void finish(TrialNumber number, std::string_view owner, TrialPatch patch, Ending ending,
              const std::vector<History::Cell>& suggested);

  // ---- reading (trials.cpp)
  FrozenTrial freeze(TrialNumber number) const;  // caller holds the history's lock
  void add_attributes(FrozenTrial& trial) const;
  bool better(double a, double b) const {
    return as_minimized(options.directions[0], a) < as_minimized(options.directions[0], b);
  }

  Serialized<Sampler>& sampler_for(CohortId cohort);
  /// What the trial sees now: everything in the history but itself. Caller holds the history's lock.
  VisibleSet visible_now(TrialNumber number) const;
  /// Runs a call into an algorithm that may publish facts: publishes and repeats until it comes to an end.
  template <class Call>
  auto with_facts(const Call& call);

  StudyOptions options;
  std::shared_ptr<PluginRegistry> registry;
  std::shared_ptr<const Logger> logger;
  std::shared_ptr<Storage> storage;
  StudyId id = 0;
  std::uint64_t seed = 0;
  std::string config_key;  ///< of the published sampler configuration
  std::uint64_t sampler_capabilities = 0;
  std::uint64_t pruner_capabilities = 0;
  PluginSpec resolved_sampler;

  std::shared_ptr<History> history;
  std::shared_ptr<std::shared_mutex> history_mutex;
  bool history_is_shared = false;  ///< the storage writes to it itself
  std::vector<Parameter> declared;
  std::unique_ptr<Cursor> cursor;

  mutable std::mutex facts_mutex;
  std::map<std::string, Fact, std::less<>> facts;

  std::mutex samplers_mutex;
  std::map<CohortId, std::unique_ptr<Serialized<Sampler>>> samplers;
  Serialized<Pruner> pruner;
  PluginOrigin pruner_origin;  ///< for what is called past the guard around the pruner

  struct OwnerCheck {
    std::chrono::steady_clock::time_point time;
    OwnerLife life = OwnerLife::alive;
  };
  struct SeenBeat {
    std::chrono::steady_clock::time_point not_after;  ///< when the latest known beat was, at the latest
    bool advanced = false;                            ///< there was another since this process looked first
  };
  std::mutex owners_mutex;
  std::map<TrialNumber, OwnerCheck> owners_checked;
  std::map<std::string, SeenBeat> beats;  ///< of workers elsewhere
  std::set<TrialNumber> waited_for;       ///< whose owners this process has waited for

  std::mutex ready_mutex;
  std::atomic<bool> ready = false;
  std::atomic<bool> optimizing = false;
  std::atomic<bool> stop_requested = false;
  OwnerToken process_token;                     ///< this process's, without a nonce
  std::string process_token_text;               ///< its text, to which a nonce is appended
  std::shared_ptr<HeartbeatKeeper> heartbeats;  ///< with the first claim in a shared storage

 private:
  void open_storage();
  void attach(const StudyRecord& record);
  void settle_seed();
  void rehearse_algorithms() const;
  void build_algorithms();
  void check_objectives(const PluginInfo& sampler) const;
  PluginSpec pruner_spec(Sampler& sampler) const;
  void declare_space();
  void publish_configuration(const PluginInfo& info);
  std::optional<Claim> take_over_dead(const Running& running, const std::optional<Timestamp>& lease,
                                      std::optional<TrialNumber>& undecided);
  std::optional<Claim> take_over(TrialNumber number, const History::Owner& owner,
                                 const std::optional<Timestamp>& lease);
  OwnerLife life_of_owner(TrialNumber number, const History::Owner& owner);
  OwnerLife life_by_heartbeat(const std::string& worker);
  bool wait_for_owner(TrialNumber number, const Patience& patience);
  void fail_old_foreign_trials();
  Claim new_claim(const std::optional<Timestamp>& lease) const;
};

/// The study as samplers and pruners see it.
class HostStudyView final : public StudyView {
 public:
  /// What ended a call by FactPending.
  struct Request {
    std::string key;
    std::string json;
    std::vector<TrialNumber> rests_on;
  };

  HostStudyView(const Study::Impl& study, HistoryView history, std::optional<Request>& request)
      : study_(study), history_(history), request_(request) {}

  std::string_view name() const override { return study_.options.name; }
  std::span<const Direction> directions() const override { return study_.options.directions; }
  HistoryView history() const override { return history_; }
  const DeclaredSpace& declared_space() const override { return study_.options.space; }
  std::span<const Parameter> declared_parameters() const override { return study_.declared; }
  std::uint64_t seed() const override { return study_.seed; }
  std::optional<std::int64_t> budget() const override { return study_.options.budget; }
  std::int64_t workers() const override { return study_.options.workers; }
  std::optional<std::string> published(std::string_view key) const override;
  std::string publish_once(std::string_view key, std::string_view json,
                           std::span<const TrialNumber> rests_on) const override;
  const Logger& logger() const override { return *study_.logger; }

 private:
  std::string key_in_cohort(std::string_view key) const;

  const Study::Impl& study_;
  HistoryView history_;
  std::optional<Request>& request_;
};

template <class Call>
auto Study::Impl::with_facts(const Call& call) {
  // Each round publishes one fact; a sampler that asks for new ones without end is broken.
  for (int round = 0; round < 1000; ++round) {
    std::optional<HostStudyView::Request> request;
    try {
      return call(request);
    } catch (const FactPending&) {
      if (!request) throw PluginError("a plugin threw hone::FactPending itself", resolved_sampler.name);
    }
    publish(request->key, request->json, request->rests_on);
  }
  throw PluginError("sampler/" + resolved_sampler.name + " asked to publish facts without end", resolved_sampler.name);
}

/// The seed that a study has published: a text, because JSON numbers end at 2^63. @throws StorageError if it is
/// damaged.
std::uint64_t seed_from_fact(std::string_view json, std::string_view study, const Storage& storage);

/// Trial numbers as text, `0-9,12`.
std::string numbers_to_text(std::vector<TrialNumber> numbers);
std::vector<TrialNumber> numbers_from_text(std::string_view text);

}  // namespace hone
