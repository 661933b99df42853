// SPDX-License-Identifier: MIT
// The interface of what keeps studies and trials.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hone/history.hpp>
#include <hone/trial_patch.hpp>
#include <hone/types.hpp>
#include <hone/visible_set.hpp>

namespace hone {

/// Names a study inside one storage. Opaque; never shown to users and never reused while the storage object lives.
using StudyId = std::int64_t;

/// What a storage tells about a study without reading its trials.
struct StudyRecord {
  StudyId id = 0;
  std::string name;
  std::vector<Direction> directions;
  std::int64_t trials = 0;               ///< of any state
  std::optional<Timestamp> first_start;  ///< the earliest start of a trial
};

/// An attribute that was read; the value is JSON text.
using Attribute = std::pair<std::string, std::string>;

/// A published fact.
struct FactRecord {
  std::string_view key;
  std::string_view json;
  std::string_view rests_on;  ///< numbers as in `to_text(VisibleSet)`'s lists, such as `0-9,12`; empty for none
};

/// Receives what has changed, in the storage's order: others' changes first, then what the caller itself wrote.
/// Called inside `apply` and `refresh`, by the thread that called; must not call back into the storage.
class ChangeReceiver {
 public:
  virtual ~ChangeReceiver() = default;
  /// A trial that changed. With `snapshot` the patch is all there is to know (attributes excepted); otherwise it is the
  /// caller's own patch, completed by what the storage added (times).
  virtual void on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) = 0;
  /// A fact that was published since.
  virtual void on_fact(const FactRecord& fact) = 0;
};

/// How far one reader has come in one study. Made by a storage, used by one thread at a time inside `apply`/`refresh`
/// (the storage serialises); must not outlive the storage nor the receiver.
class Cursor {
 public:
  virtual ~Cursor() = default;
};

/// What `apply` writes: everything new about one trial, or about the study, in one transaction.
struct StudyPatch {
  enum class Target {
    /// Allocate the next number; `trial.state` is running, waiting or a finished state. A trial that runs without an
    /// owner is somebody else's, and never taken over.
    new_trial,
    existing_trial,  ///< the trial `number`
    study,           ///< no trial: the study's attributes and facts alone
  };
  Target target = Target::study;
  TrialNumber number = -1;
  TrialPatch trial;
  std::vector<AttributeRecord> study_user_attrs;
  std::vector<AttributeRecord> study_system_attrs;
  /// A fact whose key is present already is left as it is (the receiver is told the value that won, if it is new to
  /// the cursor); it does not refuse the patch.
  std::vector<FactRecord> facts;
};

/// What must hold for a patch to be written; checked in the same transaction. Absent members are not checked, except
/// that a finished trial is never written to.
struct Preconditions {
  /// The trial's owner token.
  std::optional<std::string_view> owner;
  /// The trial's state (a claim requires waiting).
  std::optional<TrialState> state;
  /// For a new trial: finished + live + waiting trials must be fewer than this. For the claim of a waiting one:
  /// finished + live. A running trial of another library counts while it looks alive.
  std::optional<std::int64_t> budget;
  /// No trial of the study may have this system attribute key with this JSON text (an enqueue that skips what exists).
  std::optional<AttributeRecord> absent_system_attr;
};

enum class Refusal { none, not_the_owner, wrong_state, budget_spent, present_already, trial_finished, no_such_trial };

struct ApplyResult {
  Refusal refusal = Refusal::none;  ///< none: all was written; otherwise nothing was
  TrialNumber number = -1;          ///< of the new trial, or of the one that was written to
  explicit operator bool() const { return refusal == Refusal::none; }
};

enum class AttributeKind { user, system };

/// Keeps studies and trials. Called from many threads. Numbers are allocated atomically, finished trials are immutable.
/// Every function may throw `StorageError` (retryable, or not) and nothing else.
class Storage {
 public:
  virtual ~Storage() = default;

  /// @throws DuplicatedStudyError if the name is taken.
  virtual StudyId create_study(std::string_view name, const std::vector<Direction>& directions) = 0;
  virtual std::optional<StudyRecord> find_study(std::string_view name) = 0;
  /// In order of creation.
  virtual std::vector<StudyRecord> studies() = 0;
  /// Deletes the study with all its trials; silently if it does not exist.
  virtual void delete_study(StudyId study) = 0;

  /// A cursor at the beginning: the first `refresh` delivers everything.
  virtual std::unique_ptr<Cursor> open_cursor(StudyId study, ChangeReceiver& receiver) = 0;
  /// Delivers what has changed since the cursor.
  virtual void refresh(Cursor& cursor) = 0;
  /// The one write. Delivers what others changed since the cursor, then writes and delivers the patch itself; or, when
  /// a precondition fails, delivers the changes and writes nothing.
  virtual ApplyResult apply(Cursor& cursor, const StudyPatch& patch, const Preconditions& preconditions) = 0;

  /// Attributes are read on demand.
  virtual std::vector<Attribute> study_attributes(StudyId study, AttributeKind kind) = 0;
  virtual std::vector<Attribute> trial_attributes(StudyId study, TrialNumber number, AttributeKind kind) = 0;
  /// All trials' attributes in one sweep, ascending in number.
  virtual void for_each_trial_attribute(
      StudyId study, AttributeKind kind,
      const std::function<void(TrialNumber, std::string_view key, std::string_view json)>& visit) = 0;
  /// The visible sets of a trial, for replay: the start's (parameter empty), then the independent draws' that differ.
  /// `config` is the key of the sampler configuration; empty if the trial had none. `relative` is not kept for
  /// finished trials.
  struct Provenance {
    std::string config;
    std::string visible_set;
    std::vector<std::pair<std::string, std::string>> draws;
  };
  /// Nothing for trials of other libraries.
  virtual std::optional<Provenance> provenance(StudyId study, TrialNumber number) = 0;

  /// Says that a worker lives; by the storage's own clock.
  virtual void heartbeat(std::string_view worker) = 0;
  /// How long ago the worker's last heartbeat was; nothing if there was none.
  virtual std::optional<std::chrono::milliseconds> heartbeat_age(std::string_view worker) = 0;

  /// One line that tells a user where the studies are, such as `sqlite:///digits.db`.
  virtual std::string location() const = 0;
  /// Whether anything outlives this process and other processes may take part.
  virtual bool shared() const = 0;

  /// A later addition to the interface, by its id; null if the storage does not have it.
  virtual void* query_extension(std::string_view) noexcept { return nullptr; }
};

/// Extension of a storage that lives in this process: the study uses its columns instead of keeping a second copy.
/// The storage then writes to the history itself, under the exclusive lock, and delivers no trials to receivers.
class SharedHistoryExtension {
 public:
  static constexpr std::string_view id = "hone.shared_history/1";
  struct Shared {
    std::shared_ptr<History> history;
    std::shared_ptr<std::shared_mutex> mutex;
  };
  virtual Shared shared_history(StudyId study) = 0;

 protected:
  ~SharedHistoryExtension() = default;
};

}  // namespace hone
