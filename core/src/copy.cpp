// SPDX-License-Identifier: MIT
// Deleting and copying studies.
#include <cmath>
#include <deque>

#include <hone/error.hpp>
#include <hone/study.hpp>

#include "history_patch.hpp"
#include "study_impl.hpp"

namespace hone {
namespace {

StudyRecord required(Storage& storage, std::string_view name) {
  if (const std::optional<StudyRecord> record = storage.find_study(name)) return *record;
  std::vector<std::string> names;
  for (const StudyRecord& study : storage.studies()) names.push_back(study.name);
  const std::optional<std::string> near = nearest(name, names);
  throw StudyNotFoundError("there is no study '" + std::string(name) + "' in " + storage.location() +
                           (near ? "; did you mean '" + *near + "'?" : ""));
}

// Reads a study into a history of its own.
class Reader final : public ChangeReceiver {
 public:
  explicit Reader(std::size_t objectives) : history(std::make_shared<History>(objectives)) {}
  void on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) override {
    history->apply(number, patch, snapshot);
  }
  void on_fact(const FactRecord&) override {}
  std::shared_ptr<History> history;
};

class Ignore final : public ChangeReceiver {
 public:
  void on_trial(TrialNumber, const TrialPatch&, bool) override {}
  void on_fact(const FactRecord&) override {}
};

// What belongs to the identity of one study, or is written by itself, is not copied as an attribute.
bool copied_attribute(std::string_view key) {
  return !key.starts_with("hone:uuid") && !key.starts_with("constraints:");
}

// What becomes of a paused trial that is not continued.
void end_as_pruned(TrialPatch& trial, std::size_t objectives) {
  trial.state = TrialState::pruned;
  trial.complete_time = now();
  trial.values.clear();
  const ReportRecord* latest = nullptr;
  for (const ReportRecord& report : trial.reports) {
    if (report.metric.empty() && (latest == nullptr || report.step > latest->step)) latest = &report;
  }
  if (objectives == 1 && latest != nullptr && !std::isnan(latest->value)) trial.values = {latest->value};
}

}  // namespace

void delete_study(Storage& storage, std::string_view name) { storage.delete_study(required(storage, name).id); }

void copy_study(Storage& from, std::string_view name, Storage& to, std::string_view new_name) {
  const StudyRecord source = required(from, name);
  Reader reader(source.directions.size());
  std::shared_ptr<History> history = reader.history;
  std::unique_ptr<Cursor> cursor;
  if (auto* extension = static_cast<SharedHistoryExtension*>(from.query_extension(SharedHistoryExtension::id))) {
    history = extension->shared_history(source.id).history;
  } else {
    cursor = from.open_cursor(source.id, reader);
    from.refresh(*cursor);
  }
  const StudyId target = to.create_study(new_name, source.directions);
  Ignore ignore;
  const std::unique_ptr<Cursor> writer = to.open_cursor(target, ignore);

  StudyPatch study_patch;
  const auto user = from.study_attributes(source.id, AttributeKind::user);
  const auto system = from.study_attributes(source.id, AttributeKind::system);
  for (const auto& [key, json] : user) study_patch.study_user_attrs.push_back({key, json});
  for (const auto& [key, json] : system) {
    if (copied_attribute(key)) study_patch.study_system_attrs.push_back({key, json});
  }
  to.apply(*writer, study_patch, {});

  for (TrialNumber n = 0; n < history->horizon(); ++n) {
    if (!history->known(n)) continue;
    // A running trial has a worker, which knows the original alone; a paused one has none, and keeps what it reported.
    const bool paused = is_paused_owner(history->owner_token(n));
    if (history->state(n) == TrialState::running && !paused) continue;
    StudyPatch patch;
    patch.target = StudyPatch::Target::new_trial;
    patch.trial = patch_of(*history, n);
    if (paused) end_as_pruned(patch.trial, source.directions.size());
    const auto trial_user = from.trial_attributes(source.id, n, AttributeKind::user);
    const auto trial_system = from.trial_attributes(source.id, n, AttributeKind::system);
    for (const auto& [key, json] : trial_user) patch.trial.user_attrs.push_back({key, json});
    for (const auto& [key, json] : trial_system) {
      if (copied_attribute(key) && key != paused_key) patch.trial.system_attrs.push_back({key, json});
    }
    to.apply(*writer, patch, {});
  }
}

}  // namespace hone
