// SPDX-License-Identifier: MIT
// What every storage must do, tried on a storage.
#include <functional>
#include <map>
#include <thread>

#include <hone/error.hpp>
#include <hone/history.hpp>

#include "conformance.hpp"

namespace hone::cli {
namespace {

// What a reader has been told; a storage that shares its history delivers no trials.
class Reader final : public ChangeReceiver {
 public:
  Reader(Storage& storage, StudyId study) : history_(std::make_shared<History>(1)) {
    if (auto* extension = static_cast<SharedHistoryExtension*>(storage.query_extension(SharedHistoryExtension::id))) {
      history_ = extension->shared_history(study).history;
      shared_ = true;
    }
    cursor_ = storage.open_cursor(study, *this);
    storage.refresh(*cursor_);
  }
  void on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) override {
    if (!shared_) history_->apply(number, patch, snapshot);
  }
  void on_fact(const FactRecord& fact) override { facts_.try_emplace(std::string(fact.key), fact.json); }

  const History& history() const { return *history_; }
  const std::map<std::string, std::string>& facts() const { return facts_; }
  Cursor& cursor() { return *cursor_; }

 private:
  std::shared_ptr<History> history_;
  std::map<std::string, std::string> facts_;
  std::unique_ptr<Cursor> cursor_;
  bool shared_ = false;
};

const Distribution unit_interval = FloatDistribution{0.0, 1.0};

StudyPatch new_trial() {
  StudyPatch patch;
  patch.target = StudyPatch::Target::new_trial;
  patch.trial.state = TrialState::running;
  patch.trial.start_time = now();
  patch.trial.owner = OwnerRecord{"owner-a"};
  return patch;
}

StudyPatch end_of(TrialNumber number, double value) {
  StudyPatch patch;
  patch.target = StudyPatch::Target::existing_trial;
  patch.number = number;
  patch.trial.state = TrialState::complete;
  patch.trial.values = {value};
  patch.trial.complete_time = now();
  patch.trial.params = {{"x", &unit_interval, 0.25}};
  patch.trial.reports = {{"", 3, 0.5}};
  patch.trial.user_attrs = {{"note", "\"kept\""}};
  return patch;
}

std::string finished_trial_is_kept(Storage& storage, StudyId study) {
  Reader reader(storage, study);
  const ApplyResult begun = storage.apply(reader.cursor(), new_trial(), {});
  if (!begun || begun.number != 0) return "the first trial did not get the number 0";
  if (!storage.apply(reader.cursor(), end_of(0, 1.5), {})) return "the end of a running trial was refused";
  Reader later(storage, study);
  if (!later.history().finished(0)) return "a second reader does not see that the trial is finished";
  const auto x = later.history().find_parameter("x");
  if (!x || later.history().value(0, *x) != 0.25) return "the parameter was not kept";
  if (later.history().values(0).empty() || later.history().values(0)[0] != 1.5) return "the value was not kept";
  if (later.history().reports(0).size() != 1) return "the report was not kept";
  const std::vector<Attribute> attributes = storage.trial_attributes(study, 0, AttributeKind::user);
  if (attributes.size() != 1 || attributes[0].first != "note") return "the attribute was not kept";
  if (storage.apply(reader.cursor(), end_of(0, 2.5), {}).refusal != Refusal::trial_finished) {
    return "a finished trial was written to";
  }
  return "";
}

std::string preconditions_hold(Storage& storage, StudyId study) {
  Reader reader(storage, study);
  const ApplyResult begun = storage.apply(reader.cursor(), new_trial(), {});
  Preconditions other;
  other.owner = "owner-b";
  if (storage.apply(reader.cursor(), end_of(begun.number, 1.0), other).refusal != Refusal::not_the_owner) {
    return "a trial was written to by somebody who does not own it";
  }
  Preconditions waiting;
  waiting.state = TrialState::waiting;
  if (storage.apply(reader.cursor(), end_of(begun.number, 1.0), waiting).refusal != Refusal::wrong_state) {
    return "a running trial was taken for a waiting one";
  }
  Preconditions full;
  full.budget = 1;
  if (storage.apply(reader.cursor(), new_trial(), full).refusal != Refusal::budget_spent)
    return "a budget was exceeded";
  if (reader.history().finished(begun.number)) return "a refused patch was written";
  return "";
}

std::string first_fact_wins(Storage& storage, StudyId study) {
  Reader reader(storage, study);
  for (const char* json : {"1", "2"}) {
    StudyPatch patch;
    patch.facts = {{"check", json, ""}};
    storage.apply(reader.cursor(), patch, {});
  }
  Reader later(storage, study);
  const auto found = later.facts().find("check");
  return found != later.facts().end() && found->second == "1" ? "" : "the first value published for a key was not kept";
}

std::string numbers_are_consecutive(Storage& storage, StudyId study) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 10;
  std::vector<std::string> problems(threads);
  std::vector<std::jthread> workers;
  for (std::size_t t = 0; t < threads; ++t) {
    workers.emplace_back([&storage, study, &problem = problems[t]] {
      try {
        Reader reader(storage, study);
        for (std::size_t i = 0; i < each; ++i) storage.apply(reader.cursor(), new_trial(), {});
      } catch (const std::exception& error) {
        problem = error.what();
      }
    });
  }
  workers.clear();
  for (const std::string& problem : problems) {
    if (!problem.empty()) return problem;
  }
  const Reader all(storage, study);
  const auto count = all.history().count(TrialState::running);
  if (count != threads * each || all.history().horizon() != static_cast<TrialNumber>(threads * each)) {
    return "4 threads made 10 trials each, but " + std::to_string(count) + " of " +
           std::to_string(all.history().horizon()) + " numbers are there";
  }
  return "";
}

Check try_on(Storage& storage, const char* what, std::string (*body)(Storage&, StudyId)) {
  // A name that no study of the user's has.
  static int counter = 0;
  const std::string name =
      "hone-plugin-check-" + std::to_string(now().time_since_epoch().count()) + '-' + std::to_string(++counter);
  try {
    const StudyId study = storage.create_study(name, {Direction::minimize});
    const std::string problem = body(storage, study);
    storage.delete_study(study);
    if (storage.find_study(name)) return {what, Check::Outcome::failed, "a deleted study is still found"};
    return {what, problem.empty() ? Check::Outcome::ok : Check::Outcome::failed, problem};
  } catch (const std::exception& error) {
    return {what, Check::Outcome::failed, error.what()};
  }
}

}  // namespace

std::vector<Check> check_storage(const std::shared_ptr<PluginRegistry>& registry, const PluginSpec& spec) {
  std::shared_ptr<Storage> storage;
  try {
    storage = registry->make_storage(spec, FactoryContext{"check", {}, 0, &registry->host()});
  } catch (const std::exception& error) {
    return {{"opens", Check::Outcome::failed, error.what()}};
  }
  return {{"opens", Check::Outcome::ok, ""},
          try_on(*storage, "keeps a finished trial", finished_trial_is_kept),
          try_on(*storage, "refuses what a precondition forbids", preconditions_hold),
          try_on(*storage, "keeps the first value of a fact", first_fact_wins),
          try_on(*storage, "gives threads consecutive numbers", numbers_are_consecutive)};
}

}  // namespace hone::cli
