// SPDX-License-Identifier: MIT
#include "fake_storage.hpp"

#include <hone/error.hpp>

using namespace hone;

namespace {

// A patch that owns what it refers to.
struct LogEntry {
  std::deque<std::string> texts;
  std::deque<Distribution> distributions;
  TrialNumber number = -1;
  TrialPatch patch;
  std::vector<FactRecord> facts;

  std::string_view keep(std::string_view text) { return texts.emplace_back(text); }
  void keep(std::vector<ParameterRecord>& records) {
    for (ParameterRecord& r : records) {
      r.name = keep(r.name);
      r.distribution = &distributions.emplace_back(*r.distribution);
    }
  }
  void keep_all() {
    keep(patch.params);
    if (patch.start) {
      patch.start->config = keep(patch.start->config);
      patch.start->cohort = keep(patch.start->cohort);
      patch.start->visible_set = keep(patch.start->visible_set);
      keep(patch.start->relative);
    }
    for (DrawRecord& r : patch.draws) r = {keep(r.parameter), keep(r.visible_set)};
    for (ReportRecord& r : patch.reports) r.metric = keep(r.metric);
    for (ConstraintRecord& r : patch.constraints) r.name = keep(r.name);
    for (auto* list : {&patch.user_attrs, &patch.system_attrs}) {
      for (AttributeRecord& r : *list) r = {keep(r.key), keep(r.json)};
    }
    if (patch.owner) patch.owner->token = keep(patch.owner->token);
    for (FactRecord& r : facts) r = {keep(r.key), keep(r.json), keep(r.rests_on)};
  }
};

using Attributes = std::map<std::string, std::string>;

struct StoredStudy {
  std::string name;
  std::vector<Direction> directions;
  std::unique_ptr<History> history;
  std::deque<LogEntry> log;
  std::map<std::string, std::string> facts;
  Attributes attributes[2];
  std::map<TrialNumber, Attributes> trial_attributes[2];
  std::map<TrialNumber, Storage::Provenance> provenance;
};

struct FakeCursor final : Cursor {
  FakeCursor(StudyId s, ChangeReceiver& r) : study(s), receiver(r) {}
  StudyId study;
  ChangeReceiver& receiver;
  std::size_t position = 0;
};

std::vector<Attribute> as_list(const Attributes& attributes) { return {attributes.begin(), attributes.end()}; }

}  // namespace

struct FakeStorage::Data {
  std::mutex mutex;
  std::map<StudyId, StoredStudy> studies;
  std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> heartbeats;
  StudyId next = 1;

  StoredStudy& at(StudyId id) {
    const auto found = studies.find(id);
    if (found == studies.end()) throw StorageError("the study was deleted");
    return found->second;
  }
  void deliver(FakeCursor& cursor) {
    StoredStudy& study = at(cursor.study);
    for (; cursor.position < study.log.size(); ++cursor.position) {
      const LogEntry& entry = study.log[cursor.position];
      if (entry.number >= 0) cursor.receiver.on_trial(entry.number, entry.patch, false);
      for (const FactRecord& fact : entry.facts) cursor.receiver.on_fact(fact);
    }
  }
  Refusal check(const StoredStudy& study, const StudyPatch& patch, const Preconditions& preconditions) const {
    const History& history = *study.history;
    const auto unfinished = history.count(TrialState::running) +
                            (patch.target == StudyPatch::Target::new_trial ? history.count(TrialState::waiting) : 0);
    const auto finished =
        history.count(TrialState::complete) + history.count(TrialState::pruned) + history.count(TrialState::fail);
    if (preconditions.budget && static_cast<std::int64_t>(finished + unfinished) >= *preconditions.budget)
      return Refusal::budget_spent;
    if (preconditions.absent_system_attr) {
      for (const auto& [number, attributes] : study.trial_attributes[1]) {
        const auto found = attributes.find(std::string(preconditions.absent_system_attr->key));
        if (found != attributes.end() && found->second == preconditions.absent_system_attr->json)
          return Refusal::present_already;
      }
    }
    if (patch.target != StudyPatch::Target::existing_trial) return Refusal::none;
    if (!history.known(patch.number)) return Refusal::no_such_trial;
    if (history.finished(patch.number)) return Refusal::trial_finished;
    if (preconditions.state && history.state(patch.number) != *preconditions.state) return Refusal::wrong_state;
    const auto owner = history.owner(patch.number);
    if (preconditions.owner && (!owner || owner->token != *preconditions.owner)) return Refusal::not_the_owner;
    return Refusal::none;
  }
};

FakeStorage::FakeStorage(const std::string& name) : name_(name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<Data>> all;
  const std::lock_guard lock(mutex);
  std::shared_ptr<Data>& data = all[name];
  if (!data) data = std::make_shared<Data>();
  data_ = data;
}

StudyId FakeStorage::create_study(std::string_view name, const std::vector<Direction>& directions) {
  if (find_study(name)) throw DuplicatedStudyError(std::string(name));
  const std::lock_guard lock(data_->mutex);
  StoredStudy& study = data_->studies[data_->next];
  study.name = name;
  study.directions = directions;
  study.history = std::make_unique<History>(directions.size());
  return data_->next++;
}

std::vector<StudyRecord> FakeStorage::studies() {
  const std::lock_guard lock(data_->mutex);
  std::vector<StudyRecord> result;
  for (const auto& [id, study] : data_->studies) {
    result.push_back({id, study.name, study.directions, study.history->horizon(), std::nullopt});
  }
  return result;
}

std::optional<StudyRecord> FakeStorage::find_study(std::string_view name) {
  for (const StudyRecord& record : studies()) {
    if (record.name == name) return record;
  }
  return std::nullopt;
}

void FakeStorage::delete_study(StudyId study) {
  const std::lock_guard lock(data_->mutex);
  data_->studies.erase(study);
}

std::unique_ptr<Cursor> FakeStorage::open_cursor(StudyId study, ChangeReceiver& receiver) {
  return std::make_unique<FakeCursor>(study, receiver);
}

void FakeStorage::refresh(Cursor& cursor) {
  const std::lock_guard lock(data_->mutex);
  data_->deliver(static_cast<FakeCursor&>(cursor));
}

ApplyResult FakeStorage::apply(Cursor& cursor, const StudyPatch& patch, const Preconditions& preconditions) {
  if (before_apply) before_apply(patch);
  const std::lock_guard lock(data_->mutex);
  auto& reader = static_cast<FakeCursor&>(cursor);
  data_->deliver(reader);
  StoredStudy& study = data_->at(reader.study);
  if (const Refusal refusal = data_->check(study, patch, preconditions); refusal != Refusal::none) {
    return {refusal, patch.number};
  }
  const bool of_trial = patch.target != StudyPatch::Target::study;
  const TrialNumber number = patch.target == StudyPatch::Target::new_trial ? study.history->horizon() : patch.number;
  LogEntry& entry = study.log.emplace_back();
  entry.number = of_trial ? number : -1;
  entry.patch = patch.trial;
  for (const FactRecord& fact : patch.facts) {
    if (study.facts.emplace(fact.key, fact.json).second) entry.facts.push_back(fact);
  }
  entry.keep_all();
  for (const AttributeRecord& a : patch.study_user_attrs) study.attributes[0][std::string(a.key)] = a.json;
  for (const AttributeRecord& a : patch.study_system_attrs) study.attributes[1][std::string(a.key)] = a.json;
  if (of_trial) {
    study.history->apply(number, entry.patch);
    for (const AttributeRecord& a : patch.trial.user_attrs)
      study.trial_attributes[0][number][std::string(a.key)] = a.json;
    for (const AttributeRecord& a : patch.trial.system_attrs)
      study.trial_attributes[1][number][std::string(a.key)] = a.json;
    Provenance& provenance = study.provenance[number];
    if (patch.trial.start) {
      provenance.config = patch.trial.start->config;
      provenance.visible_set = patch.trial.start->visible_set;
    }
    for (const DrawRecord& d : patch.trial.draws) provenance.draws.emplace_back(d.parameter, d.visible_set);
  }
  data_->deliver(reader);
  return {Refusal::none, number};
}

std::vector<Attribute> FakeStorage::study_attributes(StudyId study, AttributeKind kind) {
  const std::lock_guard lock(data_->mutex);
  return as_list(data_->at(study).attributes[static_cast<int>(kind)]);
}

std::vector<Attribute> FakeStorage::trial_attributes(StudyId study, TrialNumber number, AttributeKind kind) {
  if (before_attributes) before_attributes();
  const std::lock_guard lock(data_->mutex);
  return as_list(data_->at(study).trial_attributes[static_cast<int>(kind)][number]);
}

void FakeStorage::for_each_trial_attribute(
    StudyId study, AttributeKind kind,
    const std::function<void(TrialNumber, std::string_view, std::string_view)>& visit) {
  const std::lock_guard lock(data_->mutex);
  for (const auto& [number, attributes] : data_->at(study).trial_attributes[static_cast<int>(kind)]) {
    for (const auto& [key, json] : attributes) visit(number, key, json);
  }
}

std::optional<Storage::Provenance> FakeStorage::provenance(StudyId study, TrialNumber number) {
  const std::lock_guard lock(data_->mutex);
  StoredStudy& stored = data_->at(study);
  const auto found = stored.provenance.find(number);
  return found == stored.provenance.end() ? std::nullopt : std::optional(found->second);
}

void FakeStorage::heartbeat(std::string_view worker) {
  if (before_heartbeat) before_heartbeat();
  const std::lock_guard lock(data_->mutex);
  data_->heartbeats[std::string(worker)] = std::chrono::steady_clock::now();
}

std::optional<std::chrono::milliseconds> FakeStorage::heartbeat_age(std::string_view worker) {
  const std::lock_guard lock(data_->mutex);
  const auto found = data_->heartbeats.find(worker);
  if (found == data_->heartbeats.end()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - found->second);
}
