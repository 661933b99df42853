// SPDX-License-Identifier: MIT
#include "patch_writer.hpp"

#include "timestamp_text.hpp"

namespace hone::relational {
namespace {

// The times that a trial must have in its new state. Optuna sets the start with RUNNING.
void complete_times(TrialPatch& patch, bool has_start) {
  if (!patch.state || *patch.state == TrialState::waiting) return;
  const Timestamp time = now();
  if (is_finished(*patch.state) && !patch.complete_time) patch.complete_time = time;
  if (!patch.start_time && !has_start) patch.start_time = patch.complete_time.value_or(time);
}

std::optional<std::string> text_of(const std::optional<Timestamp>& time) {
  return time ? std::optional(to_text(*time)) : std::nullopt;
}

}  // namespace

Written PatchWriter::write(Database& database, const SqliteCursor& cursor, const StudyPatch& patch) {
  Written written;
  written.patch = patch.trial;
  written.last_fact = cursor.last_fact;
  switch (patch.target) {
    case StudyPatch::Target::new_trial: write_new_trial(database, cursor, written); break;
    case StudyPatch::Target::existing_trial:
      written.number = patch.number;
      write_existing_trial(database, cursor, written);
      break;
    case StudyPatch::Target::study: break;
  }
  write_study_attributes(database, cursor.study, patch);
  write_facts(database, cursor.study, patch, written);
  return written;
}

void PatchWriter::write_new_trial(Database& database, const SqliteCursor& cursor, Written& written) {
  TrialPatch& patch = written.patch;
  if (!patch.state) patch.state = TrialState::running;
  complete_times(patch, false);
  // The reader is up to date within this transaction, so its horizon is the study's.
  written.number = cursor.horizon;
  written.state = patch.state;
  const std::optional<std::string> start = text_of(patch.start_time), complete = text_of(patch.complete_time);
  database.execute(
      "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete) VALUES (?, ?, ?, ?, ?)",
      written.number, cursor.study.study_id, to_string(*patch.state), start, complete);
  written.trial_id = database.last_insert_id();
  // Without an owner, as a trial that was run elsewhere and added, it is left alone like those of other libraries: an
  // empty token would have the next worker take it over.
  if (*patch.state == TrialState::running && patch.owner) {
    written.version = 0;
    write_live(database, cursor.study, written);
  }
  write_content(database, cursor.study, written);
  if (is_finished(*patch.state)) write_end(database, cursor.study, written, true);
}

void PatchWriter::write_existing_trial(Database& database, const SqliteCursor& cursor, Written& written) {
  TrialPatch& patch = written.patch;
  written.trial_id = cursor.study.trial_id(written.number).value();
  const auto running = cursor.running.find(written.trial_id);
  const TrialState before = running != cursor.running.end() ? TrialState::running : TrialState::waiting;
  written.state = patch.state.value_or(before);
  complete_times(patch, before == TrialState::running);
  const bool foreign = running == cursor.running.end() || running->second.version < 0;
  if (patch.state || patch.start_time || patch.complete_time) {
    const std::optional<std::string> start = text_of(patch.start_time), complete = text_of(patch.complete_time);
    database.execute(
        "UPDATE trials SET state = ?, datetime_start = coalesce(?, datetime_start), "
        "datetime_complete = coalesce(?, datetime_complete) WHERE trial_id = ?",
        to_string(*written.state), start, complete, written.trial_id);
  }
  if (*written.state == TrialState::running && (!foreign || patch.owner)) {
    written.version = foreign ? 0 : running->second.version + 1;
    write_live(database, cursor.study, written);
  }
  write_content(database, cursor.study, written);
  if (is_finished(*written.state)) write_end(database, cursor.study, written, false);
}

void PatchWriter::write_live(Database& database, const StudyEntry& study, const Written& written) {
  if (written.patch.owner) {
    const OwnerRecord& owner = *written.patch.owner;
    database.execute(
        "INSERT INTO hone_live (study, number, version, token, attempt, crashes, furthest_step, paused_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (study, number) DO UPDATE SET version = excluded.version, token = excluded.token, "
        "attempt = excluded.attempt, crashes = excluded.crashes, furthest_step = excluded.furthest_step, "
        "paused_at = excluded.paused_at",
        study.hone_id, written.number, written.version, owner.token, owner.attempt, owner.crashes, owner.furthest_step,
        owner.paused_at);
  } else if (!written.patch.start) {
    database.execute("UPDATE hone_live SET version = ? WHERE study = ? AND number = ?", written.version, study.hone_id,
                     written.number);
  }
}

void PatchWriter::write_start(Database& database, const StudyEntry& study, const Written& written) {
  const StartRecord& start = *written.patch.start;
  database.execute(
      "INSERT OR REPLACE INTO hone_trials (study, number, config, cohort, visible_set) VALUES (?, ?, ?, ?, ?)",
      study.hone_id, written.number, start.config, start.cohort, start.visible_set);
  if (written.state != TrialState::running) return;
  const std::string relative = start.relative.empty() ? "" : forms_.relative_text(start.relative);
  database.execute("UPDATE hone_live SET version = ?, start_count = ?, relative = ? WHERE study = ? AND number = ?",
                   written.version, written.patch.params.size(), relative, study.hone_id, written.number);
}

void PatchWriter::write_content(Database& database, const StudyEntry& study, const Written& written) {
  const TrialPatch& patch = written.patch;
  for (const ParameterRecord& record : patch.params) {
    database.execute(
        "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (trial_id, param_name) DO UPDATE SET param_value = excluded.param_value, "
        "distribution_json = excluded.distribution_json",
        written.trial_id, record.name, record.value, forms_.distribution_text(record.name, *record.distribution));
  }
  if (patch.start) write_start(database, study, written);
  for (const DrawRecord& draw : patch.draws) {
    database.execute("INSERT OR REPLACE INTO hone_draws (study, number, parameter, visible_set) VALUES (?, ?, ?, ?)",
                     study.hone_id, written.number, draw.parameter, draw.visible_set);
  }
  write_reports(database, study, written);
  for (std::size_t i = 0; i < patch.values.size(); ++i) {
    database.execute("INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, ?, ?, ?)",
                     written.trial_id, i, stored_value(patch.values[i]),
                     std::string_view(value_type_of(patch.values[i])));
  }
  constexpr Sql put_system =
      "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (?, ?, ?) "
      "ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json";
  for (const ConstraintRecord& constraint : patch.constraints) {
    const std::string key = std::string(constraint_prefix) + std::string(constraint.name);
    const std::string json = forms_.host().to_json_text(Json(constraint.value));
    database.execute(put_system, written.trial_id, key, json);
  }
  for (const AttributeRecord& attribute : patch.system_attrs) {
    database.execute(put_system, written.trial_id, attribute.key, attribute.json);
  }
  for (const AttributeRecord& attribute : patch.user_attrs) {
    database.execute(
        "INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (?, ?, ?) "
        "ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json",
        written.trial_id, attribute.key, attribute.json);
  }
}

void PatchWriter::write_reports(Database& database, const StudyEntry& study, const Written& written) {
  if (written.patch.new_attempt) {
    database.execute("DELETE FROM trial_intermediate_values WHERE trial_id = ?", written.trial_id);
    database.execute("DELETE FROM hone_reports WHERE study = ? AND number = ?", study.hone_id, written.number);
  }
  // The first report of a step counts.
  for (const ReportRecord& report : written.patch.reports) {
    if (report.metric.empty()) {
      database.execute(
          "INSERT OR IGNORE INTO trial_intermediate_values (trial_id, step, intermediate_value, "
          "intermediate_value_type) "
          "VALUES (?, ?, ?, ?)",
          written.trial_id, report.step, stored_value(report.value), std::string_view(value_type_of(report.value)));
    } else {
      database.execute("INSERT OR IGNORE INTO hone_reports (study, number, metric, step, value) VALUES (?, ?, ?, ?, ?)",
                       study.hone_id, written.number, report.metric, report.step, report.value);
    }
  }
}

void PatchWriter::write_end(Database& database, const StudyEntry& study, const Written& written, bool is_new) {
  bool has_start_row = written.patch.start.has_value();
  bool ran_here = is_new;
  if (!is_new) {
    Rows rows = database.query("DELETE FROM hone_live WHERE study = ? AND number = ? RETURNING start_count",
                               study.hone_id, written.number);
    while (rows.next()) {
      ran_here = true;
      has_start_row = has_start_row || !rows.is_null(0);
    }
  }
  // The row says that the trial is hone's own, also if it never drew anything.
  if (!ran_here || has_start_row) return;
  database.execute(
      "INSERT OR IGNORE INTO hone_trials (study, number, config, cohort, visible_set) VALUES (?, ?, '', '', '')",
      study.hone_id, written.number);
}

void PatchWriter::write_study_attributes(Database& database, const StudyEntry& study, const StudyPatch& patch) {
  for (const AttributeRecord& attribute : patch.study_user_attrs) {
    database.execute(
        "INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (?, ?, ?) "
        "ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json",
        study.study_id, attribute.key, attribute.json);
  }
  for (const AttributeRecord& attribute : patch.study_system_attrs) {
    if (attribute.key == uuid_key) continue;
    database.execute(
        "INSERT INTO study_system_attributes (study_id, key, value_json) VALUES (?, ?, ?) "
        "ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json",
        study.study_id, attribute.key, attribute.json);
  }
}

void PatchWriter::write_facts(Database& database, const StudyEntry& study, const StudyPatch& patch, Written& written) {
  for (const FactRecord& fact : patch.facts) {
    database.execute("INSERT OR IGNORE INTO hone_facts (study, key, json, rests_on) VALUES (?, ?, ?, ?)", study.hone_id,
                     fact.key, fact.json, fact.rests_on);
    if (database.changes() == 0) continue;
    written.facts.push_back(fact);
    written.last_fact = database.last_insert_id();
  }
}

}  // namespace hone::relational
