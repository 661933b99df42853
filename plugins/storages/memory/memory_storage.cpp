// SPDX-License-Identifier: MIT
#include "memory_storage.hpp"

#include <algorithm>
#include <tuple>

#include <hone/error.hpp>

namespace hone::memory {
namespace {

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(std::shared_ptr<MemoryStudy> its_study, ChangeReceiver& its_receiver)
      : study(std::move(its_study)), receiver(its_receiver) {}

  /// Caller holds `study->serial`.
  void deliver_facts() {
    for (; facts_seen < study->facts.size(); ++facts_seen) {
      const Fact& fact = study->facts[facts_seen];
      receiver.on_fact({fact.key, fact.json, fact.rests_on});
    }
  }

  const std::shared_ptr<MemoryStudy> study;
  ChangeReceiver& receiver;
  std::size_t facts_seen = 0;
};

void require_present(const MemoryStudy& study) {
  if (study.deleted) throw StorageError("the study '" + study.name + "' has been deleted");
}

}  // namespace

std::shared_ptr<MemoryStudy> MemoryStorage::study(StudyId study_id) {
  const std::lock_guard lock(mutex_);
  const auto found = studies_.find(study_id);
  if (found == studies_.end()) throw StorageError("the storage in memory has no such study; it may have been deleted");
  return found->second;
}

std::vector<std::shared_ptr<MemoryStudy>> MemoryStorage::all() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<MemoryStudy>> result;
  for (const auto& entry : studies_) result.push_back(entry.second);
  return result;
}

StudyId MemoryStorage::create_study(std::string_view name, const std::vector<Direction>& directions) {
  const std::lock_guard lock(mutex_);
  const auto has_name = [name](const auto& entry) { return entry.second->name == name; };
  if (std::ranges::any_of(studies_, has_name)) throw DuplicatedStudyError(std::string(name));
  const StudyId study_id = next_id_++;
  studies_.emplace(study_id, std::make_shared<MemoryStudy>(study_id, name, directions));
  return study_id;
}

std::optional<StudyRecord> MemoryStorage::find_study(std::string_view name) {
  for (const std::shared_ptr<MemoryStudy>& each : all()) {
    if (each->name == name) return each->record();
  }
  return std::nullopt;
}

std::vector<StudyRecord> MemoryStorage::studies() {
  std::vector<StudyRecord> result;
  for (const std::shared_ptr<MemoryStudy>& each : all()) result.push_back(each->record());
  return result;
}

void MemoryStorage::delete_study(StudyId study_id) {
  std::shared_ptr<MemoryStudy> removed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = studies_.find(study_id);
    if (found == studies_.end()) return;
    removed = std::move(found->second);
    studies_.erase(found);
  }
  const std::lock_guard lock(removed->serial);
  removed->deleted = true;
}

std::unique_ptr<Cursor> MemoryStorage::open_cursor(StudyId study_id, ChangeReceiver& receiver) {
  return std::make_unique<MemoryCursor>(study(study_id), receiver);
}

void MemoryStorage::refresh(Cursor& cursor) {
  auto& at = static_cast<MemoryCursor&>(cursor);
  const std::lock_guard lock(at.study->serial);
  require_present(*at.study);
  at.deliver_facts();
}

ApplyResult MemoryStorage::apply(Cursor& cursor, const StudyPatch& patch, const Preconditions& preconditions) {
  auto& at = static_cast<MemoryCursor&>(cursor);
  const std::lock_guard lock(at.study->serial);
  require_present(*at.study);
  const ApplyResult result = at.study->apply(patch, preconditions);
  at.deliver_facts();
  return result;
}

std::vector<Attribute> MemoryStorage::study_attributes(StudyId study_id, AttributeKind kind) {
  const std::shared_ptr<MemoryStudy> found = study(study_id);
  const std::lock_guard lock(found->serial);
  const Attributes& attributes = found->attributes(kind);
  return {attributes.begin(), attributes.end()};
}

std::vector<Attribute> MemoryStorage::trial_attributes(StudyId study_id, TrialNumber number, AttributeKind kind) {
  const std::shared_ptr<MemoryStudy> found = study(study_id);
  const std::lock_guard lock(found->serial);
  const auto& trials = found->trial_attributes(kind);
  const auto trial = trials.find(number);
  if (trial == trials.end()) return {};
  return {trial->second.begin(), trial->second.end()};
}

void MemoryStorage::for_each_trial_attribute(
    StudyId study_id, AttributeKind kind,
    const std::function<void(TrialNumber, std::string_view key, std::string_view json)>& visit) {
  const std::shared_ptr<MemoryStudy> found = study(study_id);
  std::vector<std::tuple<TrialNumber, std::string, std::string>> copies;
  {
    // Visited without the lock: the visitor may be writing to this storage.
    const std::lock_guard lock(found->serial);
    for (const auto& [number, attributes] : found->trial_attributes(kind)) {
      for (const auto& [key, json] : attributes) copies.emplace_back(number, key, json);
    }
  }
  for (const auto& [number, key, json] : copies) visit(number, key, json);
}

std::optional<Storage::Provenance> MemoryStorage::provenance(StudyId study_id, TrialNumber number) {
  const std::shared_ptr<MemoryStudy> found = study(study_id);
  const std::lock_guard lock(found->serial);
  if (!found->has_trial(number)) return std::nullopt;
  return found->provenance.of(number);
}

void MemoryStorage::heartbeat(std::string_view worker) {
  const std::lock_guard lock(mutex_);
  heartbeats_.insert_or_assign(std::string(worker), std::chrono::steady_clock::now());
}

std::optional<std::chrono::milliseconds> MemoryStorage::heartbeat_age(std::string_view worker) {
  const std::lock_guard lock(mutex_);
  const auto found = heartbeats_.find(worker);
  if (found == heartbeats_.end()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - found->second);
}

void* MemoryStorage::query_extension(std::string_view extension) noexcept {
  return extension == SharedHistoryExtension::id ? static_cast<SharedHistoryExtension*>(this) : nullptr;
}

SharedHistoryExtension::Shared MemoryStorage::shared_history(StudyId study_id) {
  const std::shared_ptr<MemoryStudy> found = study(study_id);
  return {found->history, found->history_mutex};
}

}  // namespace hone::memory
