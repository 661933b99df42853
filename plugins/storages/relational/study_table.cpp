// SPDX-License-Identifier: MIT
#include "study_table.hpp"

#include <cstdio>
#include <random>

#include <hone/error.hpp>

#include "timestamp_text.hpp"

namespace hone::relational {
namespace {

const char* stored_direction(Direction direction) {
  switch (direction) {
    case Direction::minimize: return "MINIMIZE";
    case Direction::maximize: return "MAXIMIZE";
    case Direction::not_set: break;
  }
  return "NOT_SET";
}

Direction direction_from(std::string_view text) {
  if (text == "MINIMIZE") return Direction::minimize;
  return text == "MAXIMIZE" ? Direction::maximize : Direction::not_set;
}

// 32 random hexadecimal digits in the groups of a UUID of version 4.
std::string new_uuid() {
  std::random_device device;
  const auto bits = [&device] { return static_cast<unsigned>(device()); };
  const unsigned a = bits(), b = bits(), c = bits(), d = bits();
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%04x%08x", a, b >> 16, b & 0xfff, 0x8000 | (c >> 16 & 0x3fff),
                c & 0xffff, d);
  return text;
}

}  // namespace

void StudyEntry::note_trial(TrialNumber number, std::int64_t its_id) {
  const auto row = static_cast<std::size_t>(number);
  if (row >= trial_ids.size()) trial_ids.resize(row + 1, 0);
  trial_ids[row] = its_id;
}

std::optional<std::int64_t> StudyEntry::trial_id(TrialNumber number) const {
  if (number < 0 || static_cast<std::size_t>(number) >= trial_ids.size()) return std::nullopt;
  const std::int64_t found = trial_ids[static_cast<std::size_t>(number)];
  return found == 0 ? std::nullopt : std::optional(found);
}

void StudyTable::create(Database& database, std::string_view name, const std::vector<Direction>& directions) {
  if (Rows same = database.query("SELECT 1 FROM studies WHERE study_name = ?", name); same.next()) {
    throw DuplicatedStudyError(std::string(name));
  }
  remove_orphans(database);
  database.execute("INSERT INTO studies (study_name) VALUES (?)", name);
  StudyEntry created;
  created.study_id = database.last_insert_id();
  for (std::size_t i = 0; i < directions.size(); ++i) {
    database.execute("INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, ?)",
                     std::string_view(stored_direction(directions[i])), created.study_id, i);
  }
  mark(database, created);
}

// Rows of ours whose study another program has deleted.
void StudyTable::remove_orphans(Database& database) {
  database.execute(
      "DELETE FROM hone_studies WHERE NOT EXISTS (SELECT 1 FROM study_system_attributes a WHERE a.key = 'hone:uuid' "
      "AND a.study_id = hone_studies.study_id AND a.value_json = '\"' || hone_studies.uuid || '\"')");
  if (database.changes() == 0) return;
  database.execute("DELETE FROM hone_live WHERE study NOT IN (SELECT hone_id FROM hone_studies)");
  database.execute("DELETE FROM hone_trials WHERE study NOT IN (SELECT hone_id FROM hone_studies)");
  database.execute("DELETE FROM hone_draws WHERE study NOT IN (SELECT hone_id FROM hone_studies)");
  database.execute("DELETE FROM hone_reports WHERE study NOT IN (SELECT hone_id FROM hone_studies)");
  database.execute("DELETE FROM hone_facts WHERE study NOT IN (SELECT hone_id FROM hone_studies)");
}

std::optional<StudyRecord> StudyTable::find(Database& database, std::string_view name) {
  std::optional<std::int64_t> study_id;
  {
    Rows rows = database.query("SELECT study_id FROM studies WHERE study_name = ?", name);
    if (rows.next()) study_id = rows.integer(0);
  }
  if (!study_id) return std::nullopt;
  return record(database, *study_id, name);
}

std::vector<StudyRecord> StudyTable::all(Database& database) {
  std::vector<std::pair<std::int64_t, std::string>> found;
  {
    Rows rows = database.query("SELECT study_id, study_name FROM studies ORDER BY study_id");
    while (rows.next()) found.emplace_back(rows.integer(0), rows.text(1));
  }
  std::vector<StudyRecord> result;
  for (const auto& [study_id, name] : found) result.push_back(record(database, study_id, name));
  return result;
}

StudyRecord StudyTable::record(Database& database, std::int64_t study_id, std::string_view name) {
  StudyEntry& entry = remember(study_id, name, stored_uuid(database, study_id));
  if (entry.hone_id == 0 && !entry.uuid.empty()) entry.hone_id = key_of(database, study_id, entry.uuid);
  StudyRecord result;
  result.id = entry.id;
  result.name = name;
  {
    Rows rows =
        database.query("SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective", study_id);
    while (rows.next()) result.directions.push_back(direction_from(rows.text(0)));
  }
  entry.objectives = result.directions.size();
  Rows rows = database.query("SELECT count(*), min(datetime_start) FROM trials WHERE study_id = ?", study_id);
  rows.next();
  result.trials = rows.integer(0);
  result.first_start = timestamp_from(rows.text(1));
  return result;
}

StudyEntry& StudyTable::remember(std::int64_t study_id, std::string_view name, const std::string& uuid) {
  for (const auto& each : entries_) {
    if (each->study_id != study_id || each->name != name) continue;
    if (each->uuid.empty()) each->uuid = uuid;
    if (each->uuid == uuid) return *each;
  }
  StudyEntry& entry = *entries_.emplace_back(std::make_unique<StudyEntry>());
  entry.id = static_cast<StudyId>(entries_.size() - 1);
  entry.study_id = study_id;
  entry.name = name;
  entry.uuid = uuid;
  return entry;
}

std::string StudyTable::stored_uuid(Database& database, std::int64_t study_id) {
  Rows rows = database.query("SELECT value_json FROM study_system_attributes WHERE study_id = ? AND key = ?", study_id,
                             uuid_key);
  if (!rows.next() || rows.text(0).size() < 2) return "";
  const std::string_view quoted = rows.text(0);
  return std::string(quoted.substr(1, quoted.size() - 2));
}

// A study that another program has copied carries the original's uuid; the pair of both ids tells them apart.
std::int64_t StudyTable::key_of(Database& database, std::int64_t study_id, const std::string& uuid) {
  Rows rows = database.query("SELECT hone_id FROM hone_studies WHERE uuid = ? AND study_id = ?", uuid, study_id);
  return rows.next() ? rows.integer(0) : 0;
}

bool StudyTable::is_present(Database& database, StudyEntry& entry) {
  {
    Rows rows = database.query("SELECT study_name FROM studies WHERE study_id = ?", entry.study_id);
    if (!rows.next() || rows.text(0) != entry.name) return false;
  }
  if (entry.hone_id != 0) return stored_uuid(database, entry.study_id) == entry.uuid;
  entry.uuid = stored_uuid(database, entry.study_id);
  if (!entry.uuid.empty()) entry.hone_id = key_of(database, entry.study_id, entry.uuid);
  return true;
}

void StudyTable::require_present(Database& database, StudyEntry& entry) {
  if (!is_present(database, entry)) throw StorageError(location_ + ": the study '" + entry.name + "' has been deleted");
}

StudyTable::Mark StudyTable::mark(Database& database, const StudyEntry& entry) {
  Mark result{stored_uuid(database, entry.study_id), 0};
  if (!result.uuid.empty()) result.hone_id = key_of(database, entry.study_id, result.uuid);
  if (result.hone_id != 0) return result;
  result.uuid = new_uuid();
  const std::string json = '"' + result.uuid + '"';
  database.execute(
      "INSERT INTO study_system_attributes (study_id, key, value_json) VALUES (?, ?, ?) "
      "ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json",
      entry.study_id, uuid_key, json);
  database.execute("INSERT INTO hone_studies (uuid, study_id) VALUES (?, ?)", result.uuid, entry.study_id);
  result.hone_id = database.last_insert_id();
  return result;
}

void StudyTable::load_trial_ids(Database& database, StudyEntry& entry) {
  const std::int64_t last = entry.trial_ids.empty() ? 0 : entry.trial_ids.back();
  Rows rows =
      database.query("SELECT trial_id, number FROM trials WHERE study_id = ? AND trial_id > ? ORDER BY trial_id",
                     entry.study_id, last);
  while (rows.next()) {
    if (!rows.is_null(1)) entry.note_trial(rows.integer(1), rows.integer(0));
  }
}

void StudyTable::remove(Database& database, const StudyEntry& entry) {
  const std::int64_t key = entry.hone_id;
  database.execute("DELETE FROM hone_live WHERE study = ?", key);
  database.execute("DELETE FROM hone_trials WHERE study = ?", key);
  database.execute("DELETE FROM hone_draws WHERE study = ?", key);
  database.execute("DELETE FROM hone_reports WHERE study = ?", key);
  database.execute("DELETE FROM hone_facts WHERE study = ?", key);
  database.execute("DELETE FROM hone_studies WHERE hone_id = ?", key);
  const std::int64_t id = entry.study_id;
  database.execute("DELETE FROM trial_params WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)", id);
  database.execute("DELETE FROM trial_values WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)", id);
  database.execute(
      "DELETE FROM trial_intermediate_values WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)", id);
  database.execute(
      "DELETE FROM trial_user_attributes WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)", id);
  database.execute(
      "DELETE FROM trial_system_attributes WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)", id);
  database.execute("DELETE FROM trial_heartbeats WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)",
                   id);
  database.execute("DELETE FROM trials WHERE study_id = ?", id);
  database.execute("DELETE FROM study_directions WHERE study_id = ?", id);
  database.execute("DELETE FROM study_user_attributes WHERE study_id = ?", id);
  database.execute("DELETE FROM study_system_attributes WHERE study_id = ?", id);
  database.execute("DELETE FROM studies WHERE study_id = ?", id);
}

}  // namespace hone::relational
