// SPDX-License-Identifier: MIT
// A trial's rows as one patch that holds all there is to know of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <hone/storage.hpp>

#include "stored_forms.hpp"
#include "study_table.hpp"

namespace hone::relational {

/// A row of `trials`.
struct TrialRow {
  std::int64_t trial_id = 0;
  TrialNumber number = -1;
  TrialState state = TrialState::running;
  std::optional<Timestamp> start;
  std::optional<Timestamp> complete;
};

/// The state in words of the schema; a word that is unknown is an error.
TrialState stored_state(std::string_view text);

/// Reads one trial after another into the same memory.
class TrialReader {
 public:
  explicit TrialReader(StoredForms& forms) : forms_(forms) {}

  /// Reads all of a trial. Within a transaction.
  void read(Database& database, const StudyEntry& study, const TrialRow& row);

  /// The version of hone's row of a running trial; -1 if another library runs it.
  std::int64_t version() const { return version_; }
  /// A hash of what was read, by which a change made by another library is seen.
  std::uint64_t fingerprint() const;
  /// Hands the trial over, as a snapshot. What a running trial suggested after its start follows as a second patch, so
  /// that the receiver knows what the trial started with.
  void deliver(ChangeReceiver& receiver) const;

 private:
  void read_params(Database& database, std::int64_t trial_id);
  void read_values(Database& database, const StudyEntry& study, std::int64_t trial_id);
  void read_reports(Database& database, const StudyEntry& study, const TrialRow& row);
  void read_constraints(Database& database, std::int64_t trial_id);
  void read_live(Database& database, const StudyEntry& study, TrialNumber number);
  void read_start(Database& database, const StudyEntry& study, TrialNumber number);

  StoredForms& forms_;
  TrialNumber number_ = -1;
  TrialPatch patch_;
  std::int64_t version_ = -1;
  std::int64_t start_count_ = -1;
  std::string token_, config_, cohort_, visible_set_;  // what the patch's views point into
  std::vector<ParameterRecord> relative_;
  std::vector<std::pair<std::int64_t, ParameterRecord>> ordered_;  // by param_id
};

}  // namespace hone::relational
