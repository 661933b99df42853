// SPDX-License-Identifier: MIT
// A study for tests of samplers and pruners: a history that the test writes, and no storage behind it.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hone/options.hpp>
#include <hone/plugin.hpp>
#include <hone/study_view.hpp>
#include <hone/trial_patch.hpp>

namespace hone::sdk::testing {

/// Keeps what is logged.
class MemoryLogger final : public Logger {
 public:
  void write(LogLevel level, std::string_view message) const noexcept override {
    messages.emplace_back(level, std::string(message));
  }
  mutable std::vector<std::pair<LogLevel, std::string>> messages;
};

/// A trial as a test writes it down.
struct FakeTrial {
  struct Param {
    std::string name;
    Distribution distribution;
    double value;  ///< internal representation
  };
  TrialState state = TrialState::complete;
  std::vector<double> values{};  ///< one per objective
  std::vector<Param> params{};
  std::vector<std::pair<std::int64_t, double>> reports{};
  std::vector<std::pair<std::string, double>> constraints{};
  std::string cohort{};
};

/// A StudyView over a History of its own. Facts that are published are kept at once.
///
///     FakeStudy study;
///     study.add(0, {.values = {1.5}, .params = {{"x", FloatDistribution{0.0, 1.0}, 0.3}}});
///     const double x = sampler.sample_independent(study, TrialView(1), study.parameter("x",
///     FloatDistribution{0.0, 1.0}));
class FakeStudy final : public StudyView {
 public:
  explicit FakeStudy(std::vector<Direction> directions = {Direction::minimize}, std::uint64_t seed = 0)
      : directions_(std::move(directions)), seed_(seed), history_(std::make_unique<History>(directions_.size())) {}

  /// Adds a trial, or what is new about one: `running` makes it pending with these params; a later call with a finished
  /// state ends it.
  void add(TrialNumber number, const FakeTrial& trial) {
    TrialPatch patch;
    patch.state = trial.state;
    if (is_finished(trial.state)) patch.values = trial.values;
    for (const FakeTrial::Param& p : trial.params) patch.params.push_back({p.name, &p.distribution, p.value});
    for (const auto& [step, value] : trial.reports) patch.reports.push_back({"", step, value});
    for (const auto& [name, value] : trial.constraints) patch.constraints.push_back({name, value});
    if (trial.state != TrialState::waiting) {
      patch.start = StartRecord{};
      patch.start->cohort = trial.cohort;
    }
    history_->apply(number, patch, /*snapshot=*/true);
  }

  /// Makes a trial's number known, as a host does before it asks a sampler for values.
  void claim(TrialNumber number) {
    TrialPatch patch;
    patch.state = TrialState::running;
    history_->apply(number, patch);
  }

  /// Adds a trial with the next free number, which is returned.
  TrialNumber add(const FakeTrial& trial) {
    const TrialNumber number = history_->horizon();
    add(number, trial);
    return number;
  }

  /// A parameter as the study would hand it to a sampler.
  Parameter parameter(std::string_view name, const Distribution& distribution) {
    const ParameterId id = history_->intern_parameter(name);
    const DistributionId distribution_id = history_->intern_distribution(distribution);
    return {history_->parameter_name(id), &history_->distribution(distribution_id), id, distribution_id};
  }

  void declare(DeclaredSpace space) {
    declared_space_ = std::move(space);
    declared_parameters_.clear();
    for (const DeclaredParameter& p : declared_space_)
      declared_parameters_.push_back(parameter(p.name, p.distribution));
  }
  void set_budget(std::optional<std::int64_t> budget) { budget_ = budget; }
  void set_workers(std::int64_t workers) { workers_ = workers; }
  /// From now on the call that publishes a new fact ends by FactPending, after the fact is kept, as in a real study.
  void set_interrupting(bool interrupting) { interrupting_ = interrupting; }
  /// Shows one cohort alone from now on; the empty name shows all trials again.
  void show_cohort(std::string_view name) { cohort_ = name.empty() ? no_cohort : history_->intern_cohort(name); }

  History& writable_history() { return *history_; }
  const MemoryLogger& log() const { return log_; }

  std::string_view name() const override { return "fake"; }
  std::span<const Direction> directions() const override { return directions_; }
  HistoryView history() const override { return HistoryView(*history_, cohort_); }
  const DeclaredSpace& declared_space() const override { return declared_space_; }
  std::span<const Parameter> declared_parameters() const override { return declared_parameters_; }
  std::uint64_t seed() const override { return seed_; }
  std::optional<std::int64_t> budget() const override { return budget_; }
  std::int64_t workers() const override { return workers_; }
  std::optional<std::string> published(std::string_view key) const override {
    const auto found = facts_.find(key_in_cohort(key));
    return found == facts_.end() ? std::nullopt : std::optional(found->second);
  }
  std::string publish_once(std::string_view key, std::string_view json, std::span<const TrialNumber>) const override {
    const auto [fact, is_new] = facts_.try_emplace(key_in_cohort(key), std::string(json));
    if (is_new && interrupting_) throw FactPending{};
    return fact->second;
  }
  /// All that was published, by key.
  const std::map<std::string, std::string, std::less<>>& facts() const { return facts_; }
  const Logger& logger() const override { return log_; }

 private:
  std::string key_in_cohort(std::string_view key) const {
    return cohort_ == no_cohort ? std::string(key)
                                : std::string(history_->cohort_name(cohort_)) + '/' + std::string(key);
  }

  std::vector<Direction> directions_;
  std::uint64_t seed_;
  std::unique_ptr<History> history_;
  CohortId cohort_ = no_cohort;
  DeclaredSpace declared_space_;
  std::vector<Parameter> declared_parameters_;
  std::optional<std::int64_t> budget_;
  std::int64_t workers_ = 1;
  bool interrupting_ = false;
  mutable std::map<std::string, std::string, std::less<>> facts_;
  MemoryLogger log_;
};

namespace detail {

inline Json json_of_default(const char* text) {
  const std::string_view word = text == nullptr ? "null" : text;
  if (word == "null") return nullptr;
  if (word == "true") return true;
  if (word == "false") return false;
  if (word.front() == '"') return Json(word.substr(1, word.size() - 2));
  std::int64_t whole = 0;
  if (const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), whole);
      error == std::errc{} && end == word.data() + word.size()) {
    return whole;
  }
  return std::strtod(text, nullptr);
}

}  // namespace detail

/// A plugin's object built from its table, as a host builds it, without a host's checks: `options` are laid over the
/// defaults. `Kind` is Sampler, Pruner or Storage. A default that is a number, a word, a boolean or null is understood.
/// @throws std::invalid_argument if the table has no plugin of that name, or no option of a given name
template <class Kind>
std::unique_ptr<Kind> make_plugin(const hone_plugin_table_v1& table, std::string_view name,
                                  const std::map<std::string, Json>& options = {}, const FactoryContext& context = {}) {
  for (const hone_plugin& plugin : std::span(table.plugins, table.plugin_count)) {
    if (plugin.name != name) continue;
    Options resolved;
    std::size_t used = 0;
    for (const hone_option& option : std::span(plugin.options, plugin.option_count)) {
      const auto given = options.find(option.name);
      used += given != options.end() ? 1 : 0;
      resolved.set(option.name, given != options.end() ? given->second : detail::json_of_default(option.default_json));
    }
    if (used != options.size()) throw std::invalid_argument("an option that the plugin does not have");
    return std::unique_ptr<Kind>(static_cast<Kind*>(plugin.create(&context, &resolved)));
  }
  throw std::invalid_argument("no plugin '" + std::string(name) + "' in this table");
}

}  // namespace hone::sdk::testing
