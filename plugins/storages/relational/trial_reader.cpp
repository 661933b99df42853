// SPDX-License-Identifier: MIT
#include "trial_reader.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <hone/error.hpp>

namespace hone::relational {

TrialState stored_state(std::string_view text) {
  if (const std::optional<TrialState> state = trial_state_from(text)) return *state;
  throw StorageError("the database holds a trial in the unknown state '" + std::string(text) + "'");
}

void TrialReader::read(Database& database, const StudyEntry& study, const TrialRow& row) {
  number_ = row.number;
  patch_ = {};
  version_ = -1;
  start_count_ = -1;
  relative_.clear();
  patch_.state = row.state;
  patch_.start_time = row.start;
  patch_.complete_time = row.complete;
  read_params(database, row.trial_id);
  if (is_finished(row.state)) read_values(database, study, row.trial_id);
  read_reports(database, study, row);
  read_constraints(database, row.trial_id);
  if (row.state == TrialState::running) read_live(database, study, row.number);
  read_start(database, study, row.number);
}

void TrialReader::read_params(Database& database, std::int64_t trial_id) {
  ordered_.clear();
  Rows rows = database.query(
      "SELECT param_id, param_name, param_value, distribution_json FROM trial_params WHERE trial_id = ?", trial_id);
  while (rows.next()) {
    ordered_.push_back(
        {rows.integer(0), {forms_.keep(rows.text(1)), &forms_.distribution_from_text(rows.text(3)), rows.real(2)}});
  }
  std::ranges::sort(ordered_, {}, &std::pair<std::int64_t, ParameterRecord>::first);
  for (const auto& [id, record] : ordered_) patch_.params.push_back(record);
}

void TrialReader::read_values(Database& database, const StudyEntry& study, std::int64_t trial_id) {
  Rows rows = database.query(
      "SELECT objective, value, value_type FROM trial_values WHERE trial_id = ? ORDER BY objective", trial_id);
  while (rows.next()) {
    if (rows.integer(0) < 0 || static_cast<std::size_t>(rows.integer(0)) >= study.objectives) continue;
    patch_.values.push_back(value_from(rows.text(2), rows.real(1)));
  }
}

void TrialReader::read_reports(Database& database, const StudyEntry& study, const TrialRow& row) {
  {
    Rows rows = database.query(
        "SELECT step, intermediate_value, intermediate_value_type FROM trial_intermediate_values WHERE trial_id = ? "
        "ORDER BY step",
        row.trial_id);
    while (rows.next()) patch_.reports.push_back({"", rows.integer(0), value_from(rows.text(2), rows.real(1))});
  }
  if (study.hone_id == 0) return;
  Rows rows = database.query(
      "SELECT metric, step, value FROM hone_reports WHERE study = ? AND number = ? ORDER BY metric, step",
      study.hone_id, row.number);
  while (rows.next()) {
    const double value = rows.is_null(2) ? std::numeric_limits<double>::quiet_NaN() : rows.real(2);
    patch_.reports.push_back({forms_.keep(rows.text(0)), rows.integer(1), value});
  }
}

void TrialReader::read_constraints(Database& database, std::int64_t trial_id) {
  // ';' is the character after ':'.
  Rows rows = database.query(
      "SELECT key, value_json FROM trial_system_attributes WHERE trial_id = ? AND key >= 'constraints' AND key < "
      "'constraints;' "
      "ORDER BY trial_system_attribute_id",
      trial_id);
  while (rows.next()) {
    if (!is_constraint_key(rows.text(0))) continue;
    for (const auto& [name, value] : constraints_from(rows.text(0), rows.text(1), forms_.host())) {
      patch_.constraints.push_back({forms_.keep(name), value});
    }
  }
}

void TrialReader::read_live(Database& database, const StudyEntry& study, TrialNumber number) {
  if (study.hone_id == 0) return;
  // All columns, because a file that only older versions have written has no `paused_at`, the last one.
  Rows rows = database.query("SELECT * FROM hone_live WHERE study = ? AND number = ?", study.hone_id, number);
  if (!rows.next()) return;
  version_ = rows.integer(2);
  token_ = rows.text(3);
  const std::int64_t paused_at = rows.columns() > 9 ? rows.integer(9) : -1;
  patch_.owner = OwnerRecord{token_, rows.integer(4), rows.integer(5), rows.integer(6), paused_at};
  if (!rows.is_null(7)) start_count_ = rows.integer(7);
  if (!rows.text(8).empty()) relative_ = forms_.relative_from_text(rows.text(8));
}

void TrialReader::read_start(Database& database, const StudyEntry& study, TrialNumber number) {
  if (study.hone_id == 0) return;
  if (*patch_.state == TrialState::running && start_count_ < 0) return;
  Rows rows = database.query("SELECT config, cohort, visible_set FROM hone_trials WHERE study = ? AND number = ?",
                             study.hone_id, number);
  if (!rows.next()) return;
  config_ = rows.text(0);
  cohort_ = rows.text(1);
  visible_set_ = rows.text(2);
  patch_.start = StartRecord{config_, cohort_, visible_set_, relative_};
}

std::uint64_t TrialReader::fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ULL; };
  mix(static_cast<std::uint64_t>(*patch_.state));
  for (const ParameterRecord& p : patch_.params) {
    mix(std::hash<std::string_view>{}(p.name));
    mix(std::bit_cast<std::uint64_t>(p.value));
  }
  for (const ReportRecord& r : patch_.reports) {
    mix(static_cast<std::uint64_t>(r.step));
    mix(std::bit_cast<std::uint64_t>(r.value));
  }
  for (const ConstraintRecord& c : patch_.constraints) mix(std::bit_cast<std::uint64_t>(c.value));
  return hash;
}

void TrialReader::deliver(ChangeReceiver& receiver) const {
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(start_count_, 0));
  if (*patch_.state != TrialState::running || !patch_.start || count >= patch_.params.size()) {
    receiver.on_trial(number_, patch_, true);
    return;
  }
  TrialPatch start = patch_;
  start.params.resize(count);
  receiver.on_trial(number_, start, true);
  TrialPatch later;
  later.params.assign(patch_.params.begin() + static_cast<std::ptrdiff_t>(count), patch_.params.end());
  receiver.on_trial(number_, later, false);
}

}  // namespace hone::relational
