// SPDX-License-Identifier: MIT
#include "change_feed.hpp"

#include <algorithm>
#include <vector>

#include "timestamp_text.hpp"

namespace hone::relational {
namespace {

std::optional<TrialRow> trial_row(Database& database, std::int64_t trial_id) {
  Rows rows = database.query("SELECT number, state, datetime_start, datetime_complete FROM trials WHERE trial_id = ?",
                             trial_id);
  if (!rows.next()) return std::nullopt;
  return TrialRow{trial_id, rows.integer(0), stored_state(rows.text(1)), timestamp_from(rows.text(2)),
                  timestamp_from(rows.text(3))};
}

}  // namespace

SqliteCursor::Mark ChangeFeed::mark_of(Database& database, std::uint64_t generation) {
  return {database.data_version(), generation, own_writes_};
}

bool ChangeFeed::is_up_to_date(Database& database, std::uint64_t generation, const SqliteCursor& cursor) {
  return cursor.mark == mark_of(database, generation);
}

void ChangeFeed::bring_up_to_date(Database& database, std::uint64_t generation, SqliteCursor& cursor) {
  const SqliteCursor::Mark mark = mark_of(database, generation);
  if (cursor.mark == mark) return;
  studies_.require_present(database, cursor.study);
  deliver_facts(database, cursor);
  deliver_changed_running(database, cursor);
  deliver_changed_waiting(database, cursor);
  deliver_new(database, cursor);
  cursor.mark = mark;
}

void ChangeFeed::deliver_facts(Database& database, SqliteCursor& cursor) {
  if (cursor.study.hone_id == 0) return;
  Rows rows = database.query(
      "SELECT fact_id, key, json, rests_on FROM hone_facts WHERE fact_id > ? AND study = ? ORDER BY fact_id",
      cursor.last_fact, cursor.study.hone_id);
  while (rows.next()) {
    cursor.receiver.on_fact({rows.text(1), rows.text(2), rows.text(3)});
    cursor.last_fact = rows.integer(0);
  }
}

void ChangeFeed::deliver_changed_running(Database& database, SqliteCursor& cursor) {
  std::vector<std::int64_t> changed;
  for (const auto& [trial_id, known] : cursor.running) {
    Rows rows = database.query(
        "SELECT t.state = 'RUNNING', l.version FROM trials t LEFT JOIN hone_live l ON l.study = ? AND l.number = "
        "t.number "
        "WHERE t.trial_id = ?",
        cursor.study.hone_id, trial_id);
    if (!rows.next()) continue;
    const bool same = rows.integer(0) != 0 && !rows.is_null(1) && rows.integer(1) == known.version;
    if (!same) changed.push_back(trial_id);
  }
  for (const std::int64_t trial_id : changed) {
    if (const std::optional<TrialRow> row = trial_row(database, trial_id)) take_in(database, cursor, *row);
  }
}

// Waiting trials may be many and seldom change: one pass over the index tells which have left it.
void ChangeFeed::deliver_changed_waiting(Database& database, SqliteCursor& cursor) {
  if (cursor.waiting.empty()) return;
  std::vector<std::int64_t> still;
  {
    Rows rows = database.query("SELECT trial_id FROM trials WHERE study_id = ? AND state = 'WAITING' ORDER BY trial_id",
                               cursor.study.study_id);
    while (rows.next()) still.push_back(rows.integer(0));
  }
  std::vector<std::int64_t> left;
  for (const auto& [trial_id, number] : cursor.waiting) {
    if (!std::ranges::binary_search(still, trial_id)) left.push_back(trial_id);
  }
  for (const std::int64_t trial_id : left) {
    if (const std::optional<TrialRow> row = trial_row(database, trial_id)) take_in(database, cursor, *row);
  }
}

void ChangeFeed::deliver_new(Database& database, SqliteCursor& cursor) {
  Rows rows = database.query(
      "SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials WHERE study_id = ? AND trial_id > "
      "? "
      "ORDER BY trial_id",
      cursor.study.study_id, cursor.last_trial_id);
  while (rows.next()) {
    if (rows.is_null(1)) continue;
    const TrialRow row{rows.integer(0), rows.integer(1), stored_state(rows.text(2)), timestamp_from(rows.text(3)),
                       timestamp_from(rows.text(4))};
    take_in(database, cursor, row);
    cursor.study.note_trial(row.number, row.trial_id);
    cursor.last_trial_id = row.trial_id;
    cursor.horizon = std::max(cursor.horizon, row.number + 1);
  }
}

void ChangeFeed::take_in(Database& database, SqliteCursor& cursor, const TrialRow& row) {
  reader_.read(database, cursor.study, row);
  const KnownTrial seen{row.number, reader_.version(), reader_.version() < 0 ? reader_.fingerprint() : 0};
  const auto known = cursor.running.find(row.trial_id);
  const bool same = row.state == TrialState::running && known != cursor.running.end() &&
                    known->second.version == seen.version && known->second.fingerprint == seen.fingerprint;
  if (!same) reader_.deliver(cursor.receiver);
  if (row.state != TrialState::waiting) cursor.waiting.erase(row.trial_id);
  if (row.state != TrialState::running) cursor.running.erase(row.trial_id);
  if (row.state == TrialState::running) cursor.running.insert_or_assign(row.trial_id, seen);
  if (row.state == TrialState::waiting) cursor.waiting.insert_or_assign(row.trial_id, row.number);
}

}  // namespace hone::relational
