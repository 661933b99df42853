// SPDX-License-Identifier: MIT
// A patch as rows.
#pragma once

#include <cstdint>

#include <hone/storage.hpp>

#include "change_feed.hpp"
#include "sqlite_database.hpp"
#include "stored_forms.hpp"

namespace hone::relational {

/// What one write did, to be told to the cursor once it is committed.
struct Written {
  std::int64_t trial_id = 0;
  TrialNumber number = -1;
  std::optional<TrialState> state;  ///< the trial's state now
  std::int64_t version = -1;        ///< of hone's row, if it runs
  TrialPatch patch;                 ///< completed by the times
  std::vector<FactRecord> facts;    ///< those that were new
  std::int64_t last_fact = 0;
};

/// Writes within a transaction, for a reader that is up to date with it.
class PatchWriter {
 public:
  explicit PatchWriter(StoredForms& forms) : forms_(forms) {}

  Written write(Database& database, const SqliteCursor& cursor, const StudyPatch& patch);

 private:
  void write_new_trial(Database& database, const SqliteCursor& cursor, Written& written);
  void write_existing_trial(Database& database, const SqliteCursor& cursor, Written& written);
  void write_live(Database& database, const StudyEntry& study, const Written& written);
  void write_end(Database& database, const StudyEntry& study, const Written& written, bool is_new);
  void write_start(Database& database, const StudyEntry& study, const Written& written);
  void write_content(Database& database, const StudyEntry& study, const Written& written);
  void write_reports(Database& database, const StudyEntry& study, const Written& written);
  void write_study_attributes(Database& database, const StudyEntry& study, const StudyPatch& patch);
  void write_facts(Database& database, const StudyEntry& study, const StudyPatch& patch, Written& written);

  StoredForms& forms_;
};

}  // namespace hone::relational
