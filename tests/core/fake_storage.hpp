// SPDX-License-Identifier: MIT
// A storage for tests: a log of patches in memory, that every cursor reads to its end. Shared by name, so that two
// objects behave as two processes on one database.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <hone/storage.hpp>

class FakeStorage final : public hone::Storage {
 public:
  explicit FakeStorage(const std::string& name);

  hone::StudyId create_study(std::string_view name, const std::vector<hone::Direction>& directions) override;
  std::optional<hone::StudyRecord> find_study(std::string_view name) override;
  std::vector<hone::StudyRecord> studies() override;
  void delete_study(hone::StudyId study) override;
  std::unique_ptr<hone::Cursor> open_cursor(hone::StudyId study, hone::ChangeReceiver& receiver) override;
  void refresh(hone::Cursor& cursor) override;
  hone::ApplyResult apply(hone::Cursor& cursor, const hone::StudyPatch& patch,
                          const hone::Preconditions& preconditions) override;
  std::vector<hone::Attribute> study_attributes(hone::StudyId study, hone::AttributeKind kind) override;
  std::vector<hone::Attribute> trial_attributes(hone::StudyId study, hone::TrialNumber number,
                                                hone::AttributeKind kind) override;
  void for_each_trial_attribute(
      hone::StudyId study, hone::AttributeKind kind,
      const std::function<void(hone::TrialNumber, std::string_view, std::string_view)>& visit) override;
  std::optional<Provenance> provenance(hone::StudyId study, hone::TrialNumber number) override;
  void heartbeat(std::string_view worker) override;
  std::optional<std::chrono::milliseconds> heartbeat_age(std::string_view worker) override;
  std::string location() const override { return "log:" + name_; }
  bool shared() const override { return true; }

  /// Called before each write with its patch; may throw, as a storage that cannot be reached does.
  std::function<void(const hone::StudyPatch&)> before_apply;

  /// Called before each sign of life; may throw.
  std::function<void()> before_heartbeat;

  /// Called before a trial's attributes are read; may throw.
  std::function<void()> before_attributes;

  struct Data;

 private:
  std::string name_;
  std::shared_ptr<Data> data_;
};
