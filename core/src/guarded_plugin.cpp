// SPDX-License-Identifier: MIT
#include "guarded_plugin.hpp"

namespace hone {
namespace {

class GuardedSampler final : public Sampler {
 public:
  GuardedSampler(std::unique_ptr<Sampler> inner, PluginOrigin origin)
      : origin_(std::move(origin)), inner_(std::move(inner)) {}

  void before_trial(const StudyView& study, const TrialView& trial) override {
    guarded(origin_, "before_trial", [&] { inner_->before_trial(study, trial); });
  }
  SearchSpace infer_relative_search_space(const StudyView& study, const TrialView& trial) override {
    return guarded(origin_, "infer_relative_search_space",
                   [&] { return inner_->infer_relative_search_space(study, trial); });
  }
  std::vector<double> sample_relative(const StudyView& study, const TrialView& trial,
                                      const SearchSpace& space) override {
    return guarded(origin_, "sample_relative", [&] { return inner_->sample_relative(study, trial, space); });
  }
  double sample_independent(const StudyView& study, const TrialView& trial, const Parameter& parameter) override {
    return guarded(origin_, "sample_independent", [&] { return inner_->sample_independent(study, trial, parameter); });
  }
  void after_trial(const StudyView& study, const TrialView& trial, TrialState state, std::span<const double> values,
                   AttributeSink& attributes) override {
    guarded(origin_, "after_trial", [&] { inner_->after_trial(study, trial, state, values, attributes); });
  }
  void* query_extension(std::string_view id) noexcept override { return inner_->query_extension(id); }

 private:
  PluginOrigin origin_;
  std::unique_ptr<Sampler> inner_;
};

class GuardedPruner final : public Pruner {
 public:
  GuardedPruner(std::unique_ptr<Pruner> inner, PluginOrigin origin)
      : origin_(std::move(origin)), inner_(std::move(inner)) {}

  bool should_prune(const StudyView& study, const TrialView& trial) override {
    return guarded(origin_, "should_prune", [&] { return inner_->should_prune(study, trial); });
  }
  std::optional<std::string> cohort(const StudyView& study, const TrialView& trial) override {
    return guarded(origin_, "cohort", [&] { return inner_->cohort(study, trial); });
  }
  void* query_extension(std::string_view id) noexcept override { return inner_->query_extension(id); }

 private:
  PluginOrigin origin_;
  std::unique_ptr<Pruner> inner_;
};

class GuardedStorage final : public Storage {
 public:
  GuardedStorage(std::unique_ptr<Storage> inner, PluginOrigin origin)
      : origin_(std::move(origin)), inner_(std::move(inner)) {}

  StudyId create_study(std::string_view name, const std::vector<Direction>& directions) override {
    return guarded(origin_, "create_study", [&] { return inner_->create_study(name, directions); });
  }
  std::optional<StudyRecord> find_study(std::string_view name) override {
    return guarded(origin_, "find_study", [&] { return inner_->find_study(name); });
  }
  std::vector<StudyRecord> studies() override {
    return guarded(origin_, "studies", [&] { return inner_->studies(); });
  }
  void delete_study(StudyId study) override {
    guarded(origin_, "delete_study", [&] { inner_->delete_study(study); });
  }
  std::unique_ptr<Cursor> open_cursor(StudyId study, ChangeReceiver& receiver) override {
    return guarded(origin_, "open_cursor", [&] { return inner_->open_cursor(study, receiver); });
  }
  void refresh(Cursor& cursor) override {
    guarded(origin_, "refresh", [&] { inner_->refresh(cursor); });
  }
  ApplyResult apply(Cursor& cursor, const StudyPatch& patch, const Preconditions& preconditions) override {
    return guarded(origin_, "apply", [&] { return inner_->apply(cursor, patch, preconditions); });
  }
  std::vector<Attribute> study_attributes(StudyId study, AttributeKind kind) override {
    return guarded(origin_, "study_attributes", [&] { return inner_->study_attributes(study, kind); });
  }
  std::vector<Attribute> trial_attributes(StudyId study, TrialNumber number, AttributeKind kind) override {
    return guarded(origin_, "trial_attributes", [&] { return inner_->trial_attributes(study, number, kind); });
  }
  void for_each_trial_attribute(
      StudyId study, AttributeKind kind,
      const std::function<void(TrialNumber, std::string_view key, std::string_view json)>& visit) override {
    guarded(origin_, "for_each_trial_attribute", [&] { inner_->for_each_trial_attribute(study, kind, visit); });
  }
  std::optional<Provenance> provenance(StudyId study, TrialNumber number) override {
    return guarded(origin_, "provenance", [&] { return inner_->provenance(study, number); });
  }
  void heartbeat(std::string_view worker) override {
    guarded(origin_, "heartbeat", [&] { inner_->heartbeat(worker); });
  }
  std::optional<std::chrono::milliseconds> heartbeat_age(std::string_view worker) override {
    return guarded(origin_, "heartbeat_age", [&] { return inner_->heartbeat_age(worker); });
  }
  std::string location() const override {
    return guarded(origin_, "location", [&] { return inner_->location(); });
  }
  bool shared() const override {
    return guarded(origin_, "shared", [&] { return inner_->shared(); });
  }
  void* query_extension(std::string_view id) noexcept override { return inner_->query_extension(id); }

 private:
  PluginOrigin origin_;
  std::unique_ptr<Storage> inner_;
};

}  // namespace

std::shared_ptr<Sampler> guard(std::unique_ptr<Sampler> sampler, PluginOrigin origin) {
  return std::make_shared<GuardedSampler>(std::move(sampler), std::move(origin));
}
std::shared_ptr<Pruner> guard(std::unique_ptr<Pruner> pruner, PluginOrigin origin) {
  return std::make_shared<GuardedPruner>(std::move(pruner), std::move(origin));
}
std::shared_ptr<Storage> guard(std::unique_ptr<Storage> storage, PluginOrigin origin) {
  return std::make_shared<GuardedStorage>(std::move(storage), std::move(origin));
}

}  // namespace hone
