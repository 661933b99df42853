// SPDX-License-Identifier: MIT
// What has changed in a study since a reader last looked, whoever changed it.
#pragma once

#include <cstdint>
#include <map>

#include <hone/storage.hpp>

#include "sqlite_session.hpp"
#include "study_table.hpp"
#include "trial_reader.hpp"

namespace hone::relational {

/// An unfinished trial as a reader knows it. By Optuna's id, which ascends with the number.
struct KnownTrial {
  TrialNumber number = -1;
  std::int64_t version = -1;      ///< of hone's row; -1: run by another library
  std::uint64_t fingerprint = 0;  ///< of the content, for those
};

/// How far a reader has come. Finished trials never change, so only the unfinished ones are kept.
class SqliteCursor final : public Cursor {
 public:
  SqliteCursor(StudyEntry& its_study, ChangeReceiver& its_receiver) : study(its_study), receiver(its_receiver) {}

  StudyEntry& study;
  ChangeReceiver& receiver;
  std::map<std::int64_t, KnownTrial> running;
  std::map<std::int64_t, TrialNumber> waiting;
  TrialNumber horizon = 0;
  std::int64_t last_trial_id = 0;
  std::int64_t last_fact = 0;

  /// What the file's state was called when the reader was level with it.
  struct Mark {
    std::int64_t data_version = -1;
    std::uint64_t generation = 0;
    std::uint64_t own_writes = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  Mark mark;
};

/// Brings readers up to date. Caller holds the session's lock.
class ChangeFeed {
 public:
  ChangeFeed(StudyTable& studies, StoredForms& forms) : studies_(studies), reader_(forms) {}

  /// Delivers what has changed; within a transaction. With nothing changed this costs one look at a counter.
  void bring_up_to_date(Database& database, std::uint64_t generation, SqliteCursor& cursor);
  bool is_up_to_date(Database& database, std::uint64_t generation, const SqliteCursor& cursor);
  /// After a write through this connection: other readers of this process have something to see, `writer` has not.
  void note_write(SqliteCursor& writer) { writer.mark.own_writes = ++own_writes_; }
  /// After a write that belongs to no reader.
  void note_write() { ++own_writes_; }

 private:
  SqliteCursor::Mark mark_of(Database& database, std::uint64_t generation);
  void deliver_facts(Database& database, SqliteCursor& cursor);
  void deliver_changed_running(Database& database, SqliteCursor& cursor);
  void deliver_changed_waiting(Database& database, SqliteCursor& cursor);
  void deliver_new(Database& database, SqliteCursor& cursor);
  void take_in(Database& database, SqliteCursor& cursor, const TrialRow& row);

  StudyTable& studies_;
  TrialReader reader_;
  std::uint64_t own_writes_ = 0;
};

}  // namespace hone::relational
