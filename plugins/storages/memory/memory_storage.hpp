// SPDX-License-Identifier: MIT
// Studies in memory. They share their History with the Study that works on them.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <hone/options.hpp>
#include <hone/plugin.hpp>
#include <hone/storage.hpp>

#include "memory_study.hpp"

namespace hone::memory {

class MemoryStorage final : public Storage, public SharedHistoryExtension {
 public:
  MemoryStorage() = default;
  MemoryStorage(const FactoryContext&, const Options&) {}

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

  std::string location() const override { return "memory"; }
  bool shared() const override { return false; }

  void* query_extension(std::string_view extension) noexcept override;
  Shared shared_history(StudyId study) override;

 private:
  std::shared_ptr<MemoryStudy> study(StudyId study_id);
  std::vector<std::shared_ptr<MemoryStudy>> all();

  std::mutex mutex_;  // of the members below; never held while a study's lock is taken
  std::map<StudyId, std::shared_ptr<MemoryStudy>> studies_;
  StudyId next_id_ = 0;
  std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> heartbeats_;
};

}  // namespace hone::memory
