// SPDX-License-Identifier: MIT
// Storages as other libraries write to them: patches without an owner.
#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "convert.hpp"
#include "study.hpp"
#include "unlocked.hpp"

namespace hone::python {
namespace {

/// One study of a storage: what has changed in it, and raw writes to it.
class StudyChannel final : private ChangeReceiver {
 public:
  StudyChannel(std::shared_ptr<Storage> storage, StudyId study, std::size_t objectives)
      : storage_(std::move(storage)), study_(study) {
    if (auto* extension = static_cast<SharedHistoryExtension*>(storage_->query_extension(SharedHistoryExtension::id))) {
      const SharedHistoryExtension::Shared shared = extension->shared_history(study);
      history_ = shared.history;
      mutex_ = shared.mutex;
      is_shared_ = true;
    } else {
      history_ = std::make_shared<History>(objectives);
      mutex_ = std::make_shared<std::shared_mutex>();
    }
    cursor_ = storage_->open_cursor(study_, *this);
  }

  /// The numbers of the trials that changed, each once, and the revision up to which they are all.
  struct Changes {
    std::vector<std::uint32_t> numbers;
    std::size_t revision;
  };
  Changes refresh(std::size_t revision) {
    storage_->refresh(*cursor_);
    // Others write to this history meanwhile, so both are of one moment.
    const std::shared_lock lock(*mutex_);
    const auto changed = history_->changes_since(revision);
    Changes changes{{changed.begin(), changed.end()}, history_->revision()};
    std::ranges::sort(changes.numbers);
    const auto repeated = std::ranges::unique(changes.numbers);
    changes.numbers.erase(repeated.begin(), repeated.end());
    return changes;
  }
  /// Nothing for a number that was never allocated.
  std::optional<FrozenTrial> trial(TrialNumber number) const {
    std::optional<FrozenTrial> frozen;
    {
      const std::shared_lock lock(*mutex_);
      if (!history_->known(number)) return std::nullopt;
      frozen = frozen_trial(*history_, number);
    }
    for (const AttributeKind kind : {AttributeKind::user, AttributeKind::system}) {
      auto& attributes = kind == AttributeKind::user ? frozen->user_attrs : frozen->system_attrs;
      for (const auto& [key, json] : storage_->trial_attributes(study_, number, kind)) {
        attributes[key] = parse_json(json, "attribute");
      }
    }
    return frozen;
  }
  /// The latest distribution of a parameter in the study.
  std::optional<Distribution> distribution(std::string_view parameter) const {
    const std::shared_lock lock(*mutex_);
    const auto id = history_->find_parameter(parameter);
    const auto latest = id ? history_->latest_distribution(*id) : std::nullopt;
    return latest ? std::optional(history_->distribution(*latest)) : std::nullopt;
  }
  ApplyResult apply(const StudyPatch& patch, const Preconditions& preconditions) {
    return storage_->apply(*cursor_, patch, preconditions);
  }
  Storage& storage() { return *storage_; }
  StudyId study() const { return study_; }

 private:
  void on_trial(TrialNumber number, const TrialPatch& patch, bool snapshot) override {
    if (is_shared_) return;
    const std::unique_lock lock(*mutex_);
    history_->apply(number, patch, snapshot);
  }
  void on_fact(const FactRecord&) override {}

  std::shared_ptr<Storage> storage_;
  StudyId study_;
  std::shared_ptr<History> history_;
  std::shared_ptr<std::shared_mutex> mutex_;
  bool is_shared_ = false;
  std::unique_ptr<Cursor> cursor_;
};

/// What a patch borrows, kept for as long as it is used.
struct PatchTexts {
  FrozenTrial trial;
  std::list<std::string> json;
};

// The fields of a trial that are new, as a patch.
void fill(TrialPatch& patch, PatchTexts& texts, nb::handle trial) {
  texts.trial = frozen_trial_from(trial);
  const FrozenTrial& given = texts.trial;
  patch.values = given.values;
  patch.start_time = given.start_time;
  patch.complete_time = given.complete_time;
  for (const FrozenTrial::Param& p : given.params) {
    const std::optional<double> internal = to_internal(p.distribution, p.value);
    if (!internal) throw TrialError("the value of '" + p.name + "' cannot be one of its distribution", -1, p.name);
    patch.params.push_back({p.name, &p.distribution, *internal});
  }
  for (const auto& [step, value] : given.intermediate_values) patch.reports.push_back({"", step, value});
  for (const auto& [name, value] : given.constraints) patch.constraints.push_back({name, value});
  for (const auto& [key, value] : given.user_attrs) {
    patch.user_attrs.push_back({key, texts.json.emplace_back(to_json_text(value))});
  }
  for (const auto& [key, value] : given.system_attrs) {
    patch.system_attrs.push_back({key, texts.json.emplace_back(to_json_text(value))});
  }
}

nb::tuple result_of(const ApplyResult& result) {
  constexpr const char* names[] = {
      "", "not_the_owner", "wrong_state", "budget_spent", "present_already", "trial_finished", "no_such_trial"};
  return nb::make_tuple(names[static_cast<std::size_t>(result.refusal)], result.number);
}

nb::dict attributes(Storage& storage, StudyId study, AttributeKind kind) {
  const std::vector<Attribute> stored = unlocked([&] { return storage.study_attributes(study, kind); });
  nb::dict result;
  for (const auto& [key, json] : stored) {
    result[nb::str(key.data(), key.size())] = to_python(parse_json(json, "attribute"));
  }
  return result;
}

}  // namespace

void bind_study_channel(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<StudyChannel>(module, "StudyChannel")
      .def(
          "__init__",
          [](StudyChannel* self, OpenedStorage& storage, StudyId study, std::size_t objectives) {
            unlocked([&] { new (self) StudyChannel(storage.storage, study, objectives); });
          },
          "storage"_a, "study_id"_a, "objectives"_a)
      .def(
          "refresh",
          [](StudyChannel& self, std::size_t revision) {
            const StudyChannel::Changes changes = unlocked([&] { return self.refresh(revision); });
            return nb::make_tuple(changes.numbers, changes.revision);
          },
          "revision"_a)
      .def(
          "trial",
          [](StudyChannel& self, TrialNumber number) -> nb::object {
            const std::optional<FrozenTrial> trial = unlocked([&] { return self.trial(number); });
            return trial ? to_python(*trial) : nb::none();
          },
          "number"_a)
      .def(
          "compatible",
          [](StudyChannel& self, std::string_view parameter, nb::handle distribution) {
            const auto latest = unlocked([&] { return self.distribution(parameter); });
            return !latest || compatible(*latest, distribution_from(distribution));
          },
          "parameter"_a, "distribution"_a)
      .def(
          "new_trial",
          [](StudyChannel& self, nb::handle trial) {
            PatchTexts texts;
            StudyPatch patch;
            patch.target = StudyPatch::Target::new_trial;
            fill(patch.trial, texts, trial);
            patch.trial.state = texts.trial.state;
            return unlocked([&] { return self.apply(patch, {}).number; });
          },
          "trial"_a)
      .def(
          "write",
          [](StudyChannel& self, TrialNumber number, nb::handle trial, bool with_state, std::optional<int> expected) {
            PatchTexts texts;
            StudyPatch patch;
            patch.target = StudyPatch::Target::existing_trial;
            patch.number = number;
            fill(patch.trial, texts, trial);
            if (with_state) patch.trial.state = texts.trial.state;
            Preconditions preconditions;
            if (expected) preconditions.state = static_cast<TrialState>(*expected);
            return result_of(unlocked([&] { return self.apply(patch, preconditions); }));
          },
          "number"_a, "trial"_a, "with_state"_a, "expected"_a.none())
      .def(
          "set_study_attr",
          [](StudyChannel& self, bool user, const std::string& key, nb::handle value) {
            const std::string json = to_json_text(json_from(value));
            StudyPatch patch;
            (user ? patch.study_user_attrs : patch.study_system_attrs).push_back({key, json});
            unlocked([&] { self.apply(patch, {}); });
          },
          "user"_a, "key"_a, "value"_a.none())
      .def("study_attrs", [](StudyChannel& self, bool user) {
        return attributes(self.storage(), self.study(), user ? AttributeKind::user : AttributeKind::system);
      });
}

}  // namespace hone::python
