// SPDX-License-Identifier: MIT
// One study in memory.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hone/storage.hpp>

#include "provenance_log.hpp"

namespace hone::memory {

/// A published fact and what it rests on.
struct Fact {
  std::string key;
  std::string json;
  std::string rests_on;
};

using Attributes = std::map<std::string, std::string, std::less<>>;

/// A study with its trials. `serial` is held during each call; the history has a lock of its own, because samplers read
/// it without passing through the storage. Order: `serial`, then `history_mutex`.
class MemoryStudy {
 public:
  MemoryStudy(StudyId study_id, std::string_view study_name, const std::vector<Direction>& study_directions);

  StudyRecord record();
  /// Checks and writes; facts that are new are appended to `facts`. Caller holds `serial`.
  ApplyResult apply(const StudyPatch& patch, const Preconditions& preconditions);
  /// Whether the number has been allocated. Caller holds `serial`.
  bool has_trial(TrialNumber number) const { return number >= 0 && number < history->horizon(); }
  Attributes& attributes(AttributeKind kind) { return kind == AttributeKind::user ? user_attrs_ : system_attrs_; }
  std::map<TrialNumber, Attributes>& trial_attributes(AttributeKind kind) {
    return kind == AttributeKind::user ? trial_user_attrs_ : trial_system_attrs_;
  }

  const StudyId id;
  const std::string name;
  const std::vector<Direction> directions;
  std::mutex serial;
  bool deleted = false;
  const std::shared_ptr<History> history;
  const std::shared_ptr<std::shared_mutex> history_mutex;
  std::deque<Fact> facts;
  ProvenanceLog provenance;

 private:
  Refusal check(const StudyPatch& patch, const Preconditions& preconditions) const;
  Refusal check_trial(TrialNumber number, const Preconditions& preconditions) const;
  bool within_budget(const StudyPatch& patch, std::int64_t budget) const;
  bool has_system_attr(const AttributeRecord& attribute) const;
  void write_trial(TrialNumber number, bool is_new, const TrialPatch& patch);
  void write_facts(const std::vector<FactRecord>& records);

  Attributes user_attrs_;
  Attributes system_attrs_;
  std::map<TrialNumber, Attributes> trial_user_attrs_;
  std::map<TrialNumber, Attributes> trial_system_attrs_;
  std::unordered_map<std::string_view, std::size_t> fact_positions_;
  std::optional<Timestamp> first_start_;
};

}  // namespace hone::memory
