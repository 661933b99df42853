// SPDX-License-Identifier: MIT
#include "memory_study.hpp"

#include <algorithm>
#include <cmath>

#include <hone/error.hpp>

namespace hone::memory {
namespace {

void put(Attributes& attributes, const std::vector<AttributeRecord>& records) {
  for (const AttributeRecord& record : records) {
    attributes.insert_or_assign(std::string(record.key), std::string(record.json));
  }
}

// The times that a trial must have in its new state and that the patch leaves out.
bool lacks_times(const TrialPatch& patch, bool has_start) {
  if (!patch.state || *patch.state == TrialState::waiting) return false;
  return (!patch.start_time && !has_start) || (is_finished(*patch.state) && !patch.complete_time);
}

TrialPatch with_times(TrialPatch patch, bool has_start) {
  const Timestamp time = now();
  if (is_finished(*patch.state) && !patch.complete_time) patch.complete_time = time;
  if (!patch.start_time && !has_start) patch.start_time = patch.complete_time.value_or(time);
  return patch;
}

}  // namespace

MemoryStudy::MemoryStudy(StudyId study_id, std::string_view study_name, const std::vector<Direction>& study_directions)
    : id(study_id),
      name(study_name),
      directions(study_directions),
      history(std::make_shared<History>(study_directions.size())),
      history_mutex(std::make_shared<std::shared_mutex>()) {}

StudyRecord MemoryStudy::record() {
  const std::lock_guard lock(serial);
  return {id, name, directions, history->horizon(), first_start_};
}

ApplyResult MemoryStudy::apply(const StudyPatch& patch, const Preconditions& preconditions) {
  if (std::ranges::any_of(patch.trial.values, [](double value) { return std::isnan(value); })) {
    throw StorageError("study '" + name + "': NaN is no final value of a trial; store it as FAIL");
  }
  ApplyResult result{Refusal::none, patch.number};
  {
    // Everything that other threads read of the history changes under its exclusive lock.
    const std::unique_lock lock(*history_mutex);
    if (patch.target == StudyPatch::Target::new_trial) result.number = history->horizon();
    result.refusal = check(patch, preconditions);
    if (!result) return {result.refusal, patch.number};
    if (patch.target != StudyPatch::Target::study) {
      write_trial(result.number, patch.target == StudyPatch::Target::new_trial, patch.trial);
    }
  }
  put(user_attrs_, patch.study_user_attrs);
  put(system_attrs_, patch.study_system_attrs);
  write_facts(patch.facts);
  return result;
}

Refusal MemoryStudy::check(const StudyPatch& patch, const Preconditions& preconditions) const {
  if (patch.target == StudyPatch::Target::existing_trial) {
    const Refusal refusal = check_trial(patch.number, preconditions);
    if (refusal != Refusal::none) return refusal;
  }
  if (preconditions.budget && !within_budget(patch, *preconditions.budget)) return Refusal::budget_spent;
  if (preconditions.absent_system_attr && has_system_attr(*preconditions.absent_system_attr)) {
    return Refusal::present_already;
  }
  return Refusal::none;
}

Refusal MemoryStudy::check_trial(TrialNumber number, const Preconditions& preconditions) const {
  if (!has_trial(number)) return Refusal::no_such_trial;
  if (history->finished(number)) return Refusal::trial_finished;
  if (preconditions.state && *preconditions.state != history->state(number)) return Refusal::wrong_state;
  if (preconditions.owner && history->owner_token(number) != preconditions.owner) return Refusal::not_the_owner;
  return Refusal::none;
}

bool MemoryStudy::within_budget(const StudyPatch& patch, std::int64_t budget) const {
  std::int64_t taken = history->horizon();
  if (patch.target == StudyPatch::Target::existing_trial) {
    taken -= static_cast<std::int64_t>(history->count(TrialState::waiting));
  }
  return taken < budget;
}

bool MemoryStudy::has_system_attr(const AttributeRecord& attribute) const {
  return std::ranges::any_of(trial_system_attrs_, [&](const auto& trial) {
    const auto found = trial.second.find(attribute.key);
    return found != trial.second.end() && found->second == attribute.json;
  });
}

void MemoryStudy::write_trial(TrialNumber number, bool is_new, const TrialPatch& patch) {
  const bool has_start = !is_new && history->start_time(number).has_value();
  if (lacks_times(patch, has_start)) {
    history->apply(number, with_times(patch, has_start));
  } else {
    history->apply(number, patch);
  }
  if (patch.state && !has_start) {
    if (const auto start = history->start_time(number); start && (!first_start_ || *start < *first_start_)) {
      first_start_ = start;
    }
  }
  if (patch.start) provenance.note_start(number, *patch.start);
  for (const DrawRecord& draw : patch.draws) provenance.note_draw(number, draw);
  if (!patch.user_attrs.empty()) put(trial_user_attrs_[number], patch.user_attrs);
  if (!patch.system_attrs.empty()) put(trial_system_attrs_[number], patch.system_attrs);
}

void MemoryStudy::write_facts(const std::vector<FactRecord>& records) {
  for (const FactRecord& record : records) {
    if (fact_positions_.contains(record.key)) continue;
    const Fact& kept =
        facts.emplace_back(std::string(record.key), std::string(record.json), std::string(record.rests_on));
    fact_positions_.emplace(kept.key, facts.size() - 1);
  }
}

}  // namespace hone::memory
