// SPDX-License-Identifier: MIT
// Studies as rows, and how they are told apart although ids are reused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hone/storage.hpp>

#include "sqlite_database.hpp"
#include "stored_forms.hpp"

namespace hone::relational {

/// The study system attribute that ties Optuna's rows to ours.
inline constexpr std::string_view uuid_key = "hone:uuid";

/// A study as this storage object knows it.
struct StudyEntry {
  StudyId id = 0;             ///< handed out by the storage object, never reused
  std::int64_t study_id = 0;  ///< Optuna's; reused by SQLite after a deletion
  std::string name;
  std::string uuid;          ///< empty until hone writes to the study
  std::int64_t hone_id = 0;  ///< the key of our tables; 0, which no row has, until hone writes to the study
  std::size_t objectives = 1;
  std::vector<std::int64_t> trial_ids;  ///< by number, as far as known

  void note_trial(TrialNumber number, std::int64_t trial_id);
  std::optional<std::int64_t> trial_id(TrialNumber number) const;
};

/// The studies of one file. Caller holds the session's lock.
class StudyTable {
 public:
  explicit StudyTable(StoredForms& forms, const std::string& location) : forms_(forms), location_(location) {}

  /// Within a write transaction. @throws DuplicatedStudyError
  void create(Database& database, std::string_view name, const std::vector<Direction>& directions);
  std::optional<StudyRecord> find(Database& database, std::string_view name);
  std::vector<StudyRecord> all(Database& database);
  /// Within a write transaction: all rows of the study, Optuna's and ours.
  void remove(Database& database, const StudyEntry& entry);

  StudyEntry& entry(StudyId id) { return *entries_.at(static_cast<std::size_t>(id)); }

  /// Whether the rows are still this study's; learns the uuid if another process has given one since.
  bool is_present(Database& database, StudyEntry& entry);
  /// @throws StorageError if the study was deleted, and perhaps its id reused
  void require_present(Database& database, StudyEntry& entry);
  /// A study's uuid and its key in our tables.
  struct Mark {
    std::string uuid;
    std::int64_t hone_id = 0;
  };
  /// Gives the study its mark if it has none. Within a write transaction; `entry` is to be told after the commit.
  Mark mark(Database& database, const StudyEntry& entry);
  /// Learns the trial ids that are not yet known.
  void load_trial_ids(Database& database, StudyEntry& entry);

 private:
  StudyEntry& remember(std::int64_t study_id, std::string_view name, const std::string& uuid);
  StudyRecord record(Database& database, std::int64_t study_id, std::string_view name);
  std::string stored_uuid(Database& database, std::int64_t study_id);
  std::int64_t key_of(Database& database, std::int64_t study_id, const std::string& uuid);
  void remove_orphans(Database& database);

  StoredForms& forms_;
  const std::string& location_;
  std::vector<std::unique_ptr<StudyEntry>> entries_;
};

}  // namespace hone::relational
