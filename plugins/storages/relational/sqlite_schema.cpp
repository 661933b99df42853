// SPDX-License-Identifier: MIT
#include "sqlite_schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <hone/error.hpp>

namespace hone::relational {
namespace {

constexpr std::int64_t optuna_schema_version = 12;
constexpr std::string_view optuna_revision = "v3.2.0.a";
constexpr std::int64_t own_schema_version = 1;

// Optuna 3.2 to 5.0 (storages/_rdb/models.py), word for word as SQLAlchemy writes it.
constexpr const char* optuna_tables = R"sql(
CREATE TABLE IF NOT EXISTS studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS ix_studies_study_name ON studies (study_name);
CREATE TABLE IF NOT EXISTS version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
CREATE TABLE IF NOT EXISTS study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE IF NOT EXISTS study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE IF NOT EXISTS study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE IF NOT EXISTS trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE INDEX IF NOT EXISTS ix_trials_study_id ON trials (study_id);
CREATE TABLE IF NOT EXISTS trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE IF NOT EXISTS alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
)sql";

// Ours alone. `study` is hone_studies.hone_id, because SQLite reuses study and trial ids. `hone_live` holds running
// trials only and so stays small: it is what others look through for changes.
constexpr std::array own_tables = {
    "hone_schema (version INTEGER NOT NULL)",
    "hone_studies (hone_id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, study_id INTEGER NOT NULL)",
    "hone_live (study INTEGER NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL, token TEXT NOT NULL, "
    "attempt INTEGER NOT NULL, crashes INTEGER NOT NULL, furthest_step INTEGER NOT NULL, start_count INTEGER, "
    "relative TEXT, paused_at INTEGER NOT NULL DEFAULT -1, PRIMARY KEY (study, number)) WITHOUT ROWID",
    "hone_trials (study INTEGER NOT NULL, number INTEGER NOT NULL, config TEXT NOT NULL, cohort TEXT NOT NULL, "
    "visible_set TEXT NOT NULL, PRIMARY KEY (study, number)) WITHOUT ROWID",
    "hone_draws (draw_id INTEGER PRIMARY KEY, study INTEGER NOT NULL, number INTEGER NOT NULL, parameter TEXT NOT "
    "NULL, "
    "visible_set TEXT NOT NULL, UNIQUE (study, number, parameter))",
    "hone_reports (study INTEGER NOT NULL, number INTEGER NOT NULL, metric TEXT NOT NULL, step INTEGER NOT NULL, "
    "value REAL, PRIMARY KEY (study, number, metric, step)) WITHOUT ROWID",
    "hone_facts (fact_id INTEGER PRIMARY KEY, study INTEGER NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, "
    "rests_on TEXT NOT NULL, UNIQUE (study, key))",
    "hone_workers (worker TEXT PRIMARY KEY, beat INTEGER NOT NULL) WITHOUT ROWID",
};

// Waiting trials are few; without this index finding them would read all of a study's. Trials that are born running
// never enter it.
constexpr const char* waiting_index =
    "CREATE INDEX IF NOT EXISTS main.hone_ix_waiting ON trials (study_id) WHERE state = 'WAITING'";

std::string table_name(std::string_view definition) { return std::string(definition.substr(0, definition.find(' '))); }

bool has_table(Database& database, std::string_view name) {
  Rows rows = database.query("SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?", name);
  return rows.next();
}

bool has_paused_at(Database& database) {
  Rows rows = database.query("SELECT 1 FROM pragma_table_info('hone_live', 'main') WHERE name = 'paused_at'");
  return rows.next();
}

std::string text_or(Database& database, Sql sql, std::string otherwise) {
  Rows rows = database.query(sql);
  return rows.next() && !rows.is_null(0) ? std::string(rows.text(0)) : otherwise;
}

// Revisions of Optuna's schema before the one that is read here (its alembic versions).
bool is_older_revision(std::string_view revision) {
  constexpr std::array older = {"v0.9.0.a", "v1.2.0.a", "v1.3.0.a", "v2.4.0.a", "v2.6.0.a",
                                "v3.0.0.a", "v3.0.0.b", "v3.0.0.c", "v3.0.0.d"};
  return std::ranges::find(older, revision) != older.end();
}

[[noreturn]] void refuse(const std::string& location, const std::string& found, bool older) {
  throw StorageError(location + ": the file's schema is " + found + ", but hone reads revision " +
                     std::string(optuna_revision) + " with schema version " + std::to_string(optuna_schema_version) +
                     " (Optuna 3.2 to 5.0). " +
                     (older ? "Bring it up to date with `optuna storage upgrade --storage " + location + "`"
                            : "It was made by a newer Optuna or another program; update hone, or use another file"));
}

void check_version(Database& database, const std::string& location) {
  std::string version = "none";
  if (has_table(database, "version_info")) {
    version = text_or(database, "SELECT schema_version FROM version_info", "none");
  }
  const bool right_version = version == std::to_string(optuna_schema_version);
  if (has_table(database, "alembic_version")) {
    const std::string revision = text_or(database, "SELECT version_num FROM alembic_version", "");
    if (!revision.empty() && revision != optuna_revision) {
      refuse(location, "of revision " + revision + " (schema version " + version + ")", is_older_revision(revision));
    }
  }
  if (!right_version) {
    refuse(location, "of version " + version, version == "none" || std::stoll("0" + version) < optuna_schema_version);
  }
}

void check_own_version(Database& database, const std::string& location) {
  const std::string version = text_or(database, "SELECT version FROM main.hone_schema", "none");
  if (version == std::to_string(own_schema_version)) return;
  throw StorageError(location + ": its hone tables have version " + version + ", but this hone reads version " +
                     std::to_string(own_schema_version) + "; use the version of hone that made the file");
}

void drop_temporary(Database& database, SchemaState& state) {
  for (const char* definition : own_tables) {
    database.script(("DROP TABLE IF EXISTS temp." + table_name(definition)).c_str());
  }
  state.own_temporary = false;
}

}  // namespace

void look_at_schema(Database& database, const std::string& location, SchemaState& state) {
  if (!state.studies && has_table(database, "studies")) {
    check_version(database, location);
    state.studies = true;
  }
  if (state.own) return;
  if (has_table(database, "hone_schema")) {
    check_own_version(database, location);
    drop_temporary(database, state);
    state.own = true;
  } else if (!state.own_temporary) {
    for (const char* definition : own_tables) {
      database.script((std::string("CREATE TEMP TABLE IF NOT EXISTS ") + definition).c_str());
    }
    state.own_temporary = true;
  }
}

void complete_schema(Database& database, SchemaState& state) {
  if (!state.studies) {
    database.script(optuna_tables);
    database.script("INSERT OR IGNORE INTO version_info VALUES (1, 12, '5.0.0')");
  }
  database.execute("INSERT INTO alembic_version SELECT 'v3.2.0.a' WHERE NOT EXISTS (SELECT 1 FROM alembic_version)");
  state.studies = true;
  drop_temporary(database, state);
  for (const char* definition : own_tables) {
    database.script((std::string("CREATE TABLE IF NOT EXISTS main.") + definition).c_str());
  }
  // A table from before there were paused trials has no place for them.
  if (!has_paused_at(database)) {
    database.script("ALTER TABLE main.hone_live ADD COLUMN paused_at INTEGER NOT NULL DEFAULT -1");
  }
  database.script("INSERT INTO hone_schema SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM hone_schema)");
  database.script(waiting_index);
  state.own = true;
  state.complete = true;
}

}  // namespace hone::relational
