// SPDX-License-Identifier: MIT
// Studies in a SQLite file, in Optuna's schema.
#pragma once

#include <hone/options.hpp>
#include <hone/plugin.hpp>
#include <hone/storage.hpp>

#include "change_feed.hpp"
#include "patch_writer.hpp"
#include "sqlite_session.hpp"
#include "stored_forms.hpp"
#include "study_table.hpp"

namespace hone::relational {

class SqliteStorage final : public Storage {
 public:
  SqliteStorage(const FactoryContext& context, const Options& options);

  StudyId create_study(std::string_view name, const std::vector<Direction>& directions) override;
  std::optional<StudyRecord> find_study(std::string_view name) override;
  std::vector<StudyRecord> studies() override;
  void delete_study(StudyId study) override;

  std::unique_ptr<Cursor> open_cursor(StudyId study, ChangeReceiver& receiver) override;
  void refresh(Cursor& cursor) override;
  ApplyResult apply(Cursor& cursor, const StudyPatch& patch, const Preconditions& preconditions) override;

  std::vector<Attribute> study_attributes(StudyId study, AttributeKind kind) override;
  std::vector<Attribute> trial_attributes(StudyId study, TrialNumber number, AttributeKind kind) override;
  void for_each_trial_attribute(
      StudyId study, AttributeKind kind,
      const std::function<void(TrialNumber, std::string_view key, std::string_view json)>& visit) override;
  std::optional<Provenance> provenance(StudyId study, TrialNumber number) override;

  void heartbeat(std::string_view worker) override;
  std::optional<std::chrono::milliseconds> heartbeat_age(std::string_view worker) override;

  std::string location() const override { return session_.target().location; }
  bool shared() const override { return true; }

 private:
  /// The file, for reading a study that exists.
  Database& present(StudyEntry& entry);
  void make_markable(StudyEntry& entry);
  Refusal check(Database& database, const SqliteCursor& cursor, const StudyPatch& patch,
                const Preconditions& preconditions);
  Refusal check_trial(Database& database, const SqliteCursor& cursor, TrialNumber number,
                      const Preconditions& preconditions);
  std::int64_t silent_foreign_trials(Database& database, const SqliteCursor& cursor);
  void take_note(SqliteCursor& cursor, const Written& written);
  /// Runs `write` in a transaction of its own, with all tables there.
  template <class Write>
  void in_write(const Write& write);

  SqliteSession session_;
  StoredForms forms_;
  StudyTable studies_;
  ChangeFeed feed_;
  PatchWriter writer_;
  std::string foreign_limit_;  ///< a modifier for SQLite's datetime
};

}  // namespace hone::relational
