// SPDX-License-Identifier: MIT
// A sampler or pruner that serves a study of another library.
#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include <hone/error.hpp>

#include "convert.hpp"
#include "study.hpp"
#include "unlocked.hpp"

namespace hone::python {
namespace {

/// The other library's study as the algorithm sees it: a history that the caller feeds.
class FedStudy final : public StudyView {
 public:
  FedStudy(std::string name, std::vector<Direction> directions, std::uint64_t seed)
      : name_(std::move(name)),
        directions_(std::move(directions)),
        seed_(seed),
        history_(std::make_shared<History>(directions_.size())),
        registry_(shared_registry()),
        logger_(registry_->logger()) {}

  std::string_view name() const override { return name_; }
  std::span<const Direction> directions() const override { return directions_; }
  HistoryView history() const override { return HistoryView(*history_, cohort_); }
  const DeclaredSpace& declared_space() const override { return space_; }
  std::span<const Parameter> declared_parameters() const override { return {}; }
  std::uint64_t seed() const override { return seed_; }
  std::optional<std::int64_t> budget() const override { return std::nullopt; }
  std::int64_t workers() const override { return 1; }
  std::optional<std::string> published(std::string_view key) const override {
    const auto found = facts_.find(key);
    return found == facts_.end() ? std::nullopt : std::optional(found->second);
  }
  std::string publish_once(std::string_view key, std::string_view json, std::span<const TrialNumber>) const override {
    return facts_.try_emplace(std::string(key), std::string(json)).first->second;
  }
  const Logger& logger() const override { return *logger_; }

  History& columns() { return *history_; }
  void show(CohortId cohort) { cohort_ = cohort; }
  FactoryContext context() const { return {name_, directions_, seed_, &registry_->host()}; }
  PluginRegistry& registry() { return *registry_; }

 private:
  std::string name_;
  std::vector<Direction> directions_;
  std::uint64_t seed_;
  std::shared_ptr<History> history_;
  std::shared_ptr<PluginRegistry> registry_;
  std::shared_ptr<const Logger> logger_;
  DeclaredSpace space_;
  CohortId cohort_ = no_cohort;
  mutable std::map<std::string, std::string, std::less<>> facts_;
};

/// Serialises all calls, as algorithms expect.
class AlgorithmSession {
 public:
  AlgorithmSession(std::string name, std::vector<Direction> directions, std::uint64_t seed,
                   const std::optional<PluginSpec>& sampler, const std::optional<PluginSpec>& pruner)
      : study_(std::move(name), std::move(directions), seed) {
    if (sampler) {
      const PluginInfo info = study_.registry().find(PluginKind::sampler, *sampler, "sampler");
      if (study_.directions().size() > 1 && !has(info.capabilities, Capability::multi_objective)) {
        throw ConfigError("the sampler '" + info.name + "' serves one objective, but the study has " +
                          std::to_string(study_.directions().size()));
      }
      sampler_ = study_.registry().make_sampler(*sampler, study_.context());
    }
    if (pruner) pruner_ = study_.registry().make_pruner(*pruner, study_.context());
  }

  /// Takes in what is known of a trial now. A running trial is pending with what was drawn for it here.
  void feed(const FrozenTrial& trial) {
    const std::lock_guard lock(mutex_);
    TrialPatch patch;
    patch.state = trial.state;
    if (is_finished(trial.state)) patch.values = trial.values;
    for (const FrozenTrial::Param& p : trial.params) {
      if (const auto internal = to_internal(p.distribution, p.value)) {
        patch.params.push_back({p.name, &p.distribution, *internal});
      }
    }
    for (const auto& [step, value] : trial.intermediate_values) patch.reports.push_back({"", step, value});
    for (const auto& [key, value] : trial.constraints) patch.constraints.push_back({key, value});
    std::string cohort;
    if (!study_.columns().started(trial.number) && trial.state != TrialState::waiting) {
      if (pruner_) cohort = pruner_->cohort(study_, TrialView(trial.number)).value_or("");
      patch.start = StartRecord{};
      patch.start->cohort = cohort;
      for (const History::Cell& cell : drawn_[trial.number]) {
        const std::string_view name = study_.columns().parameter_name(cell.parameter);
        if (trial.param(name) != nullptr) continue;
        patch.start->relative.push_back({name, &study_.columns().distribution(cell.distribution), cell.value});
      }
    }
    if (is_finished(trial.state)) drawn_.erase(trial.number);
    study_.columns().apply(trial.number, patch, /*snapshot=*/true);
  }

  SearchSpace infer(const FrozenTrial& trial) {
    const std::lock_guard lock(mutex_);
    const std::vector<History::Cell> suggested = cells(trial);
    const TrialView view(trial.number, suggested);
    sampler_->before_trial(study_, view);
    return sampler_->infer_relative_search_space(study_, view);
  }

  /// The value of each parameter that the sampler draws, as users see it.
  std::vector<std::pair<std::string, Choice>> sample_relative(
      const FrozenTrial& trial, std::vector<std::pair<std::string, Distribution>> wanted) {
    const std::lock_guard lock(mutex_);
    std::ranges::sort(wanted, {}, [](const auto& pair) { return pair.first; });
    SearchSpace space;
    for (const auto& [name, distribution] : wanted) space.push_back(parameter(name, distribution));
    const std::vector<History::Cell> suggested = cells(trial);
    const std::vector<double> drawn = sampler_->sample_relative(study_, TrialView(trial.number, suggested), space);
    std::vector<std::pair<std::string, Choice>> result;
    std::vector<History::Cell>& kept = drawn_[trial.number];
    kept.clear();
    for (std::size_t i = 0; i < space.size(); ++i) {
      if (!contains(*space[i].distribution, drawn[i])) continue;
      kept.push_back({space[i].id, space[i].distribution_id, drawn[i]});
      result.emplace_back(space[i].name, to_external(*space[i].distribution, drawn[i]));
    }
    return result;
  }

  Choice sample_independent(const FrozenTrial& trial, const std::string& name, const Distribution& distribution) {
    const std::lock_guard lock(mutex_);
    const std::vector<History::Cell> suggested = cells(trial);
    const Parameter wanted = parameter(name, distribution);
    const double value = sampler_->sample_independent(study_, TrialView(trial.number, suggested), wanted);
    if (!contains(distribution, value)) {
      throw PluginError("the sampler proposed an impossible value for '" + name + "'", "sampler", {},
                        "sample_independent");
    }
    return to_external(distribution, value);
  }

  bool should_prune(const FrozenTrial& trial) {
    const std::lock_guard lock(mutex_);
    if (trial.intermediate_values.empty()) return false;
    const std::vector<History::Cell> suggested = cells(trial);
    return pruner_->should_prune(study_, TrialView(trial.number, suggested));
  }

 private:
  Parameter parameter(std::string_view name, const Distribution& distribution) {
    History& history = study_.columns();
    const ParameterId id = history.intern_parameter(name);
    const DistributionId kept = history.intern_distribution(distribution);
    return {history.parameter_name(id), &history.distribution(kept), id, kept};
  }
  std::vector<History::Cell> cells(const FrozenTrial& trial) {
    std::vector<History::Cell> result;
    for (const FrozenTrial::Param& p : trial.params) {
      const Parameter known = parameter(p.name, p.distribution);
      if (const auto internal = to_internal(p.distribution, p.value)) {
        result.push_back({known.id, known.distribution_id, *internal});
      }
    }
    return result;
  }

  std::mutex mutex_;
  FedStudy study_;
  std::shared_ptr<Sampler> sampler_;
  std::shared_ptr<Pruner> pruner_;
  std::map<TrialNumber, std::vector<History::Cell>> drawn_;  // jointly, for trials that are not finished
};

std::optional<PluginSpec> optional_spec(nb::handle given) {
  return given.is_none() ? std::nullopt : std::optional(plugin_spec_from(given));
}

}  // namespace

void bind_algorithm_session(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<AlgorithmSession>(module, "AlgorithmSession")
      .def(
          "__init__",
          [](AlgorithmSession* self, std::string name, const std::vector<int>& directions, std::uint64_t seed,
             nb::handle sampler, nb::handle pruner) {
            std::vector<Direction> all;
            for (const int direction : directions) all.push_back(static_cast<Direction>(direction));
            new (self)
                AlgorithmSession(std::move(name), std::move(all), seed, optional_spec(sampler), optional_spec(pruner));
          },
          "name"_a, "directions"_a, "seed"_a, "sampler"_a.none(), "pruner"_a.none())
      .def(
          "feed",
          [](AlgorithmSession& self, nb::handle trial) {
            const FrozenTrial frozen = frozen_trial_from(trial, /*with_attributes=*/false);
            unlocked([&] { self.feed(frozen); });
          },
          "trial"_a)
      .def(
          "infer",
          [](AlgorithmSession& self, nb::handle trial) {
            const FrozenTrial frozen = frozen_trial_from(trial, /*with_attributes=*/false);
            nb::dict result;
            for (const Parameter& p : unlocked([&] { return self.infer(frozen); })) {
              result[nb::str(p.name.data(), p.name.size())] = to_python(*p.distribution);
            }
            return result;
          },
          "trial"_a)
      .def(
          "sample_relative",
          [](AlgorithmSession& self, nb::handle trial, nb::dict space) {
            const FrozenTrial frozen = frozen_trial_from(trial, /*with_attributes=*/false);
            std::vector<std::pair<std::string, Distribution>> wanted;
            for (const auto& [name, distribution] : space) {
              wanted.emplace_back(nb::cast<std::string>(name), distribution_from(distribution));
            }
            nb::dict result;
            for (const auto& [name, value] :
                 unlocked([&] { return self.sample_relative(frozen, std::move(wanted)); })) {
              result[nb::str(name.data(), name.size())] = to_python(value);
            }
            return result;
          },
          "trial"_a, "space"_a)
      .def(
          "sample_independent",
          [](AlgorithmSession& self, nb::handle trial, const std::string& name, nb::handle distribution) {
            const FrozenTrial frozen = frozen_trial_from(trial, /*with_attributes=*/false);
            const Distribution wanted = distribution_from(distribution);
            return to_python(unlocked([&] { return self.sample_independent(frozen, name, wanted); }));
          },
          "trial"_a, "name"_a, "distribution"_a)
      .def(
          "should_prune",
          [](AlgorithmSession& self, nb::handle trial) {
            const FrozenTrial frozen = frozen_trial_from(trial, /*with_attributes=*/false);
            return unlocked([&] { return self.should_prune(frozen); });
          },
          "trial"_a);
}

}  // namespace hone::python
