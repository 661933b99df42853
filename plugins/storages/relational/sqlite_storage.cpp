// SPDX-License-Identifier: MIT
#include "sqlite_storage.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <hone/error.hpp>

namespace hone::relational {

SqliteStorage::SqliteStorage(const FactoryContext& context, const Options& options)
    : session_(sqlite_target_from(options)),
      forms_(*context.host),
      studies_(forms_, session_.target().location),
      feed_(studies_, forms_),
      writer_(forms_),
      foreign_limit_("-" + std::to_string(static_cast<std::int64_t>(session_.target().foreign_grace)) + " seconds") {}

template <class Write>
void SqliteStorage::in_write(const Write& write) {
  Database& database = session_.writable();
  try {
    Transaction transaction(database, Transaction::Kind::write);
    session_.prepare_write();
    write(database);
    transaction.commit();
  } catch (...) {
    session_.forget_schema();
    throw;
  }
  feed_.note_write();
}

// ---- studies

StudyId SqliteStorage::create_study(std::string_view name, const std::vector<Direction>& directions) {
  const std::unique_lock held = session_.lock();
  in_write([&](Database& database) { studies_.create(database, name, directions); });
  return studies_.find(*session_.readable(), name).value().id;
}

std::optional<StudyRecord> SqliteStorage::find_study(std::string_view name) {
  const std::unique_lock held = session_.lock();
  Database* database = session_.readable();
  if (database == nullptr) return std::nullopt;
  const Transaction still(*database, Transaction::Kind::read);
  return studies_.find(*database, name);
}

std::vector<StudyRecord> SqliteStorage::studies() {
  const std::unique_lock held = session_.lock();
  Database* database = session_.readable();
  if (database == nullptr) return {};
  const Transaction still(*database, Transaction::Kind::read);
  return studies_.all(*database);
}

void SqliteStorage::delete_study(StudyId study) {
  const std::unique_lock held = session_.lock();
  if (session_.readable() == nullptr) return;
  StudyEntry& entry = studies_.entry(study);
  in_write([&](Database& database) {
    if (studies_.is_present(database, entry)) studies_.remove(database, entry);
  });
}

// ---- trials

std::unique_ptr<Cursor> SqliteStorage::open_cursor(StudyId study, ChangeReceiver& receiver) {
  const std::unique_lock held = session_.lock();
  return std::make_unique<SqliteCursor>(studies_.entry(study), receiver);
}

Database& SqliteStorage::present(StudyEntry& entry) {
  Database* database = session_.readable();
  if (database == nullptr) throw StorageError(location() + ": the study '" + entry.name + "' is gone, with its file");
  return *database;
}

void SqliteStorage::refresh(Cursor& cursor) {
  auto& at = static_cast<SqliteCursor&>(cursor);
  const std::unique_lock held = session_.lock();
  Database& database = present(at.study);
  if (feed_.is_up_to_date(database, session_.generation(), at)) return;
  Transaction still(database, Transaction::Kind::read);
  feed_.bring_up_to_date(database, session_.generation(), at);
  still.commit();
}

// Our rows need the study's key, which the first write gives it.
void SqliteStorage::make_markable(StudyEntry& entry) {
  if (entry.hone_id != 0) return;
  StudyTable::Mark mark;
  in_write([&](Database& database) {
    studies_.require_present(database, entry);
    mark = studies_.mark(database, entry);
  });
  entry.uuid = mark.uuid;
  entry.hone_id = mark.hone_id;
}

ApplyResult SqliteStorage::apply(Cursor& cursor, const StudyPatch& patch, const Preconditions& preconditions) {
  auto& at = static_cast<SqliteCursor&>(cursor);
  const std::unique_lock held = session_.lock();
  present(at.study);
  if (std::ranges::any_of(patch.trial.values, [](double value) { return std::isnan(value); })) {
    throw StorageError(location() + ": NaN is no final value of a trial; store it as FAIL");
  }
  Database& database = session_.writable();
  make_markable(at.study);
  if (!session_.is_prepared()) in_write([](Database&) {});
  Written written;
  {
    Transaction transaction(database, Transaction::Kind::write);
    feed_.bring_up_to_date(database, session_.generation(), at);
    const Refusal refusal = check(database, at, patch, preconditions);
    if (refusal != Refusal::none) return {refusal, patch.number};
    written = writer_.write(database, at, patch);
    transaction.commit();
  }
  take_note(at, written);
  return {Refusal::none, written.number};
}

// After the commit: what is told could not be taken back.
void SqliteStorage::take_note(SqliteCursor& cursor, const Written& written) {
  feed_.note_write(cursor);
  cursor.last_fact = written.last_fact;
  if (written.state) {
    cursor.running.erase(written.trial_id);
    cursor.waiting.erase(written.trial_id);
    if (*written.state == TrialState::running) {
      cursor.running.emplace(written.trial_id, KnownTrial{written.number, written.version, 0});
    } else if (*written.state == TrialState::waiting) {
      cursor.waiting.emplace(written.trial_id, written.number);
    }
    cursor.study.note_trial(written.number, written.trial_id);
    cursor.last_trial_id = std::max(cursor.last_trial_id, written.trial_id);
    cursor.horizon = std::max(cursor.horizon, written.number + 1);
  }
  for (const FactRecord& fact : written.facts) cursor.receiver.on_fact(fact);
  if (written.state) cursor.receiver.on_trial(written.number, written.patch, false);
}

Refusal SqliteStorage::check(Database& database, const SqliteCursor& cursor, const StudyPatch& patch,
                             const Preconditions& preconditions) {
  const bool existing = patch.target == StudyPatch::Target::existing_trial;
  if (existing) {
    const Refusal refusal = check_trial(database, cursor, patch.number, preconditions);
    if (refusal != Refusal::none) return refusal;
  }
  if (preconditions.budget) {
    std::int64_t taken = cursor.horizon - silent_foreign_trials(database, cursor);
    if (existing) taken -= static_cast<std::int64_t>(cursor.waiting.size());
    if (taken >= *preconditions.budget) return Refusal::budget_spent;
  }
  if (const auto& absent = preconditions.absent_system_attr) {
    Rows rows = database.query(
        "SELECT 1 FROM trials t JOIN trial_system_attributes a ON a.trial_id = t.trial_id AND a.key = ? "
        "WHERE t.study_id = ? AND a.value_json = ? LIMIT 1",
        absent->key, cursor.study.study_id, absent->json);
    if (rows.next()) return Refusal::present_already;
  }
  return Refusal::none;
}

Refusal SqliteStorage::check_trial(Database& database, const SqliteCursor& cursor, TrialNumber number,
                                   const Preconditions& preconditions) {
  const std::optional<std::int64_t> trial_id = cursor.study.trial_id(number);
  if (!trial_id || number >= cursor.horizon) return Refusal::no_such_trial;
  const bool running = cursor.running.contains(*trial_id);
  if (!running && !cursor.waiting.contains(*trial_id)) return Refusal::trial_finished;
  const TrialState state = running ? TrialState::running : TrialState::waiting;
  if (preconditions.state && *preconditions.state != state) return Refusal::wrong_state;
  if (preconditions.owner) {
    Rows rows =
        database.query("SELECT token FROM hone_live WHERE study = ? AND number = ?", cursor.study.hone_id, number);
    if (!running || !rows.next() || rows.text(0) != *preconditions.owner) return Refusal::not_the_owner;
  }
  return Refusal::none;
}

// Running trials of other libraries that look dead: they keep their number but take nothing from the budget.
std::int64_t SqliteStorage::silent_foreign_trials(Database& database, const SqliteCursor& cursor) {
  std::int64_t silent = 0;
  for (const auto& [trial_id, known] : cursor.running) {
    if (known.version >= 0) continue;
    Rows rows = database.query(
        "SELECT coalesce(h.heartbeat, t.datetime_start, '') >= datetime('now', ?) FROM trials t "
        "LEFT JOIN trial_heartbeats h ON h.trial_id = t.trial_id WHERE t.trial_id = ?",
        foreign_limit_, trial_id);
    if (!rows.next() || rows.integer(0) == 0) ++silent;
  }
  return silent;
}

// ---- on demand

std::vector<Attribute> SqliteStorage::study_attributes(StudyId study, AttributeKind kind) {
  const std::unique_lock held = session_.lock();
  StudyEntry& entry = studies_.entry(study);
  Database& database = present(entry);
  Rows rows = kind == AttributeKind::user
                  ? database.query(
                        "SELECT key, value_json FROM study_user_attributes WHERE study_id = ? "
                        "ORDER BY study_user_attribute_id",
                        entry.study_id)
                  : database.query(
                        "SELECT key, value_json FROM study_system_attributes WHERE study_id = ? AND key <> 'hone:uuid' "
                        "ORDER BY study_system_attribute_id",
                        entry.study_id);
  std::vector<Attribute> result;
  while (rows.next()) result.emplace_back(rows.text(0), rows.text(1));
  return result;
}

std::vector<Attribute> SqliteStorage::trial_attributes(StudyId study, TrialNumber number, AttributeKind kind) {
  const std::unique_lock held = session_.lock();
  StudyEntry& entry = studies_.entry(study);
  Database& database = present(entry);
  if (!entry.trial_id(number)) studies_.load_trial_ids(database, entry);
  const std::optional<std::int64_t> trial_id = entry.trial_id(number);
  if (!trial_id) return {};
  Rows rows = kind == AttributeKind::user
                  ? database.query(
                        "SELECT key, value_json FROM trial_user_attributes WHERE trial_id = ? "
                        "ORDER BY trial_user_attribute_id",
                        *trial_id)
                  : database.query(
                        "SELECT key, value_json FROM trial_system_attributes WHERE trial_id = ? "
                        "ORDER BY trial_system_attribute_id",
                        *trial_id);
  std::vector<Attribute> result;
  while (rows.next()) {
    if (kind == AttributeKind::user || !is_constraint_key(rows.text(0)))
      result.emplace_back(rows.text(0), rows.text(1));
  }
  return result;
}

void SqliteStorage::for_each_trial_attribute(
    StudyId study, AttributeKind kind,
    const std::function<void(TrialNumber, std::string_view key, std::string_view json)>& visit) {
  std::vector<std::tuple<TrialNumber, std::string, std::string>> found;
  {
    // Visited without the lock: the visitor may be writing to this storage.
    const std::unique_lock held = session_.lock();
    StudyEntry& entry = studies_.entry(study);
    Database& database = present(entry);
    Rows rows =
        kind == AttributeKind::user
            ? database.query(
                  "SELECT t.number, a.key, a.value_json FROM trials t JOIN trial_user_attributes a ON "
                  "a.trial_id = t.trial_id WHERE t.study_id = ? ORDER BY t.trial_id, a.trial_user_attribute_id",
                  entry.study_id)
            : database.query(
                  "SELECT t.number, a.key, a.value_json FROM trials t JOIN trial_system_attributes a ON "
                  "a.trial_id = t.trial_id WHERE t.study_id = ? ORDER BY t.trial_id, a.trial_system_attribute_id",
                  entry.study_id);
    while (rows.next()) {
      if (kind == AttributeKind::system && is_constraint_key(rows.text(1))) continue;
      found.emplace_back(rows.integer(0), rows.text(1), rows.text(2));
    }
  }
  for (const auto& [number, key, json] : found) visit(number, key, json);
}

std::optional<Storage::Provenance> SqliteStorage::provenance(StudyId study, TrialNumber number) {
  const std::unique_lock held = session_.lock();
  StudyEntry& entry = studies_.entry(study);
  Database& database = present(entry);
  Provenance result;
  bool ours = false;
  {
    Rows rows = database.query("SELECT config, visible_set FROM hone_trials WHERE study = ? AND number = ?",
                               entry.hone_id, number);
    if (rows.next()) {
      ours = true;
      result.config = rows.text(0);
      result.visible_set = rows.text(1);
    }
  }
  if (!ours) {
    Rows rows = database.query("SELECT 1 FROM hone_live WHERE study = ? AND number = ?", entry.hone_id, number);
    if (!rows.next()) return std::nullopt;
  }
  Rows rows =
      database.query("SELECT parameter, visible_set FROM hone_draws WHERE study = ? AND number = ? ORDER BY draw_id",
                     entry.hone_id, number);
  while (rows.next()) result.draws.emplace_back(rows.text(0), rows.text(1));
  return result;
}

// ---- workers

void SqliteStorage::heartbeat(std::string_view worker) {
  const std::unique_lock held = session_.lock();
  in_write([&](Database& database) {
    database.execute(
        "INSERT INTO hone_workers (worker, beat) VALUES (?, CAST((julianday('now') - 2440587.5) * 86400000 AS "
        "INTEGER)) "
        "ON CONFLICT (worker) DO UPDATE SET beat = excluded.beat",
        worker);
  });
}

std::optional<std::chrono::milliseconds> SqliteStorage::heartbeat_age(std::string_view worker) {
  const std::unique_lock held = session_.lock();
  Database* database = session_.readable();
  if (database == nullptr) return std::nullopt;
  Rows rows = database->query(
      "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) - beat FROM hone_workers WHERE worker = ?",
      worker);
  if (!rows.next()) return std::nullopt;
  return std::chrono::milliseconds(std::max<std::int64_t>(0, rows.integer(0)));
}

}  // namespace hone::relational
