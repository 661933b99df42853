// SPDX-License-Identifier: MIT
// The public face of a study.
#include <hone/study.hpp>

#include <algorithm>
#include <cmath>

#include <hone/distribution_json.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "study_impl.hpp"
#include "trial_impl.hpp"

namespace hone {
namespace {

constexpr std::string_view metric_names_key = "study:metric_names";
constexpr std::string_view fixed_params_key = "fixed_params";

std::map<std::string, Json> as_map(const std::vector<Attribute>& attributes) {
  std::map<std::string, Json> result;
  for (const auto& [key, json] : attributes) result[key] = parse_json(json, "attribute '" + key + "'");
  return result;
}

Json to_json(const std::map<std::string, Choice>& params) {
  Json object{Json::Object{}};
  for (const auto& [name, value] : params) object.set(name, hone::to_json(value));
  return object;
}

}  // namespace

Study::Study(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Study Study::create(const StudyOptions& options, std::shared_ptr<PluginRegistry> registry) {
  auto impl = std::make_shared<Impl>(options, std::move(registry));
  impl->create();
  Study study(std::move(impl));
  if (!options.metric_names.empty() && study.metric_names() != options.metric_names) {
    study.set_metric_names(options.metric_names);
  }
  return study;
}

Study Study::load(const StudyOptions& options, std::shared_ptr<PluginRegistry> registry) {
  auto impl = std::make_shared<Impl>(options, std::move(registry));
  impl->load();
  return Study(std::move(impl));
}

StudyOptions Study::options_from(const StudyConfig& config) {
  StudyOptions options;
  options.name = config.name;
  options.directions = config.directions;
  options.sampler = config.sampler;
  options.pruner = config.pruner;
  options.storage = config.storage;
  options.seed = config.seed;
  options.space = config.space;
  options.workers = config.run.jobs;
  options.budget = config.run.trials;
  options.metric_names = config.metric_names;
  if (config.run.max_crashes) options.max_crashes = *config.run.max_crashes;
  if (config.run.heartbeat_grace) options.heartbeat_grace = *config.run.heartbeat_grace;
  options.fail_foreign_after = config.run.fail_foreign_after;
  return options;
}

// ---- ask

Trial Study::ask(const AskOptions& ask_options) {
  const Timestamp deadline = now() + ask_options.lease.value_or(impl_->options.lease);
  std::optional<Claim> claim;
  if (ask_options.fixed.empty()) {
    claim = impl_->claim_next(std::nullopt, deadline);
  } else {
    const std::string json = to_json_text(to_json(ask_options.fixed));
    claim = impl_->claim_new(std::nullopt, deadline, {{fixed_params_key, json}});
  }
  if (!claim) throw StorageError("no trial could be created in " + impl_->storage->location(), true);
  Trial trial(impl_->start(*claim, ask_options.fixed));
  for (const auto& [name, distribution] : ask_options.distributions) trial.suggest(name, distribution);
  if (!ask_options.distributions.empty()) trial.flush();
  static_cast<StudyTrial&>(trial.impl()).write_through();
  return trial;
}

std::vector<Trial> Study::ask(std::size_t count, const AskOptions& ask_options) {
  std::vector<Trial> batch;
  batch.reserve(count);
  for (std::size_t i = 0; i < count; ++i) batch.push_back(ask(ask_options));
  return batch;
}

std::map<std::string, Choice> Study::Impl::fixed_values(Storage& storage, StudyId study, TrialNumber number) {
  std::map<std::string, Choice> fixed;
  for (const auto& [key, json] : storage.trial_attributes(study, number, AttributeKind::system)) {
    if (key != fixed_params_key) continue;
    const Json given = parse_json(json, "fixed_params of trial " + std::to_string(number));
    if (given.as_object() == nullptr) continue;
    for (const auto& [name, value] : *given.as_object()) {
      if (const std::optional<Choice> choice = choice_from(value)) fixed[name] = *choice;
    }
  }
  return fixed;
}

std::unique_ptr<Trial::Impl> Study::Impl::start(const Claim& claim, std::map<std::string, Choice> fixed) {
  std::unique_ptr<StudyTrial> trial;
  try {
    if (claim.takes_fixed_values) {
      fixed.merge(fixed_values(*storage, id, claim.number));
    }
    trial = std::make_unique<StudyTrial>(shared_from_this(), claim, std::move(fixed));
    trial->begin();
    return trial;
  } catch (const StorageError&) {
    give_back(claim);
    throw;
  } catch (const TrialReleased&) {
    // The sampler was interrupted, which is as if the objective had been.
    if (trial) trial->release();
    throw;
  } catch (const Error& error) {
    // A sampler that fails leaves no dangling trial behind.
    finish(claim.number, claim.token_text, {}, {TrialState::fail, {}, error.what()}, {});
    throw;
  }
}

void Study::Impl::give_back(const Claim& claim) {
  try {
    // It has a checkpoint, which a takeover would not use.
    if (claim.continues) return StudyTrial(shared_from_this(), claim, {}).release();
  } catch (const Error& error) {
    logger->warning(error.what());
  }
  abandon(claim.token_text);
}

// ---- tell

FrozenTrial Study::tell(Trial& trial, const Values& values) {
  const TrialNumber number = trial.number();
  auto* running = dynamic_cast<StudyTrial*>(&trial.impl());
  if (running == nullptr) throw TrialError("a fixed trial belongs to no study and cannot be told", number);
  running->end(impl_->checked(number, values.get()));
  return this->trial(number);
}

FrozenTrial Study::tell(Trial& trial, TrialState state) {
  const TrialNumber number = trial.number();
  auto* running = dynamic_cast<StudyTrial*>(&trial.impl());
  if (running == nullptr) throw TrialError("a fixed trial belongs to no study and cannot be told", number);
  if (state != TrialState::pruned && state != TrialState::fail) {
    throw TrialError("without values a trial can be told PRUNED or FAIL only", number);
  }
  running->end({state, {}, {}});
  return this->trial(number);
}

FrozenTrial Study::tell(TrialNumber number, const std::optional<Values>& values, const TellOptions& tell_options) {
  impl_->refresh();
  std::string owner = tell_options.owner_token;
  {
    const std::shared_lock lock(*impl_->history_mutex);
    if (!impl_->history->known(number)) {
      throw TrialError("the study '" + impl_->options.name + "' has no trial " + std::to_string(number), number);
    }
    if (impl_->history->finished(number)) {
      if (!tell_options.skip_if_finished) {
        throw TrialError("trial " + std::to_string(number) + " is finished already; its result stands", number);
      }
    } else if (owner.empty()) {
      if (const auto current = impl_->history->owner(number)) owner = current->token;
    }
    if (impl_->history->finished(number)) owner.clear();
  }
  {
    const std::shared_lock lock(*impl_->history_mutex);
    if (impl_->history->finished(number)) {
      FrozenTrial done = impl_->freeze(number);
      return done;
    }
  }
  const TrialState state = tell_options.state.value_or(values ? TrialState::complete : TrialState::fail);
  Impl::Ending ending{state, {}, tell_options.fail_reason};
  if (values && (state == TrialState::pruned || state == TrialState::fail)) {
    throw TrialError(std::string(to_string(state)) + " takes no values; a pruned trial's value is its last report",
                     number);
  }
  if (state == TrialState::complete) {
    if (!values) throw TrialError("COMPLETE needs a value for each objective", number);
    ending = impl_->checked(number, values->get());
    if (tell_options.state && ending.state == TrialState::fail) throw TrialError(ending.fail_reason, number);
  } else if (!is_finished(state)) {
    throw TrialError("a trial can be told COMPLETE, PRUNED or FAIL", number);
  }
  std::vector<History::Cell> suggested;
  {
    const std::shared_lock lock(*impl_->history_mutex);
    suggested = impl_->history->suggested(number);
  }
  impl_->finish(number, owner, {}, std::move(ending), suggested);
  return trial(number);
}

// ---- adding trials

std::optional<TrialNumber> Study::enqueue_trial(const std::map<std::string, Choice>& params,
                                                const std::map<std::string, Json>& user_attrs, bool skip_if_exists) {
  StudyPatch patch;
  patch.target = StudyPatch::Target::new_trial;
  patch.trial.state = TrialState::waiting;
  const std::string json = to_json_text(to_json(params));
  patch.trial.system_attrs.push_back({fixed_params_key, json});
  std::vector<std::string> kept;
  kept.reserve(user_attrs.size());
  for (const auto& [key, value] : user_attrs) {
    kept.push_back(to_json_text(value));
    patch.trial.user_attrs.push_back({key, kept.back()});
  }
  Preconditions preconditions;
  if (skip_if_exists) {
    preconditions.absent_system_attr = AttributeRecord{fixed_params_key, json};
    // Trials that came by the same values otherwise count as well.
    for (const FrozenTrial& trial : trials()) {
      const bool same =
          trial.params.size() == params.size() && std::ranges::all_of(trial.params, [&](const FrozenTrial::Param& p) {
            const auto given = params.find(p.name);
            return given != params.end() && same_choice(given->second, p.value);
          });
      if (same && !params.empty()) return std::nullopt;
    }
  }
  const ApplyResult result = impl_->apply(patch, preconditions);
  if (!result) return std::nullopt;
  return result.number;
}

TrialNumber Study::add_trial(const FrozenTrial& trial) {
  const auto refuse = [](const std::string& what) { throw TrialError("add_trial: " + what); };
  const bool finished = is_finished(trial.state);
  if (trial.state == TrialState::complete && trial.values.size() != impl_->options.directions.size()) {
    refuse("a COMPLETE trial needs one value for each objective");
  }
  if (trial.state == TrialState::fail && !trial.values.empty()) refuse("a FAIL trial has no values");
  if (std::ranges::any_of(trial.values, [](double v) { return std::isnan(v); })) refuse("a value is NaN");
  StudyPatch patch;
  patch.target = StudyPatch::Target::new_trial;
  patch.trial.state = trial.state;
  patch.trial.values = trial.values;
  if (trial.state != TrialState::waiting) patch.trial.start_time = trial.start_time.value_or(now());
  if (finished) patch.trial.complete_time = trial.complete_time.value_or(now());
  for (const FrozenTrial::Param& p : trial.params) {
    const std::optional<double> internal = to_internal(p.distribution, p.value);
    if (!internal || !contains(p.distribution, *internal))
      refuse("the value of '" + p.name + "' is not in its distribution");
    {
      const std::shared_lock lock(*impl_->history_mutex);
      const auto known = impl_->history->find_parameter(p.name);
      const auto latest = known ? impl_->history->latest_distribution(*known) : std::nullopt;
      if (latest && !compatible(impl_->history->distribution(*latest), p.distribution)) {
        refuse("'" + p.name + "' has another kind, scale or other choices in this study");
      }
    }
    patch.trial.params.push_back({p.name, &p.distribution, *internal});
  }
  for (const auto& [step, value] : trial.intermediate_values) patch.trial.reports.push_back({"", step, value});
  for (const auto& [metric, series] : trial.named_reports) {
    for (const auto& [step, value] : series) patch.trial.reports.push_back({metric, step, value});
  }
  for (const auto& [name, value] : trial.constraints) patch.trial.constraints.push_back({name, value});
  std::vector<std::string> kept;
  kept.reserve(trial.user_attrs.size() + trial.system_attrs.size());
  const auto add = [&kept](const std::map<std::string, Json>& from, std::vector<AttributeRecord>& to) {
    for (const auto& [key, value] : from) {
      // Constraints and what is the storage's own are written by themselves.
      if (key.starts_with("constraints:") || key.starts_with("hone:")) continue;
      kept.push_back(to_json_text(value));
      to.push_back({key, kept.back()});
    }
  };
  add(trial.user_attrs, patch.trial.user_attrs);
  add(trial.system_attrs, patch.trial.system_attrs);
  return impl_->apply(patch).number;
}

// ---- reading and attributes

const std::string& Study::name() const { return impl_->options.name; }
const std::vector<Direction>& Study::directions() const { return impl_->options.directions; }

std::uint64_t Study::seed() const {
  impl_->make_ready();
  return impl_->seed;
}

std::size_t Study::count(TrialState state) const {
  const std::shared_lock lock(*impl_->history_mutex);
  return impl_->history->count(state);
}

std::size_t Study::finished_count() const {
  return count(TrialState::complete) + count(TrialState::pruned) + count(TrialState::fail);
}

std::map<std::string, Json> Study::user_attrs() const {
  return as_map(impl_->storage->study_attributes(impl_->id, AttributeKind::user));
}
std::map<std::string, Json> Study::system_attrs() const {
  return as_map(impl_->storage->study_attributes(impl_->id, AttributeKind::system));
}

void Study::set_user_attr(std::string_view key, const Json& value) {
  const std::string json = to_json_text(value);
  StudyPatch patch;
  patch.study_user_attrs.push_back({key, json});
  impl_->apply(patch);
}

void Study::set_system_attr(std::string_view key, const Json& value) {
  const std::string json = to_json_text(value);
  StudyPatch patch;
  patch.study_system_attrs.push_back({key, json});
  impl_->apply(patch);
}

std::vector<std::string> Study::metric_names() const {
  const std::map<std::string, Json> attributes = system_attrs();
  std::vector<std::string> names;
  if (const auto found = attributes.find(std::string(metric_names_key)); found != attributes.end()) {
    if (const Json::Array* list = found->second.as_array()) {
      for (const Json& name : *list)
        names.push_back(name.as_string() != nullptr ? *name.as_string() : to_json_text(name));
    }
  }
  return names;
}

void Study::set_metric_names(const std::vector<std::string>& names) {
  if (names.size() != impl_->options.directions.size()) {
    throw ConfigError("there are " + std::to_string(names.size()) + " metric names for " +
                          std::to_string(impl_->options.directions.size()) + " direction(s)",
                      "study.metric_names");
  }
  set_system_attr(metric_names_key, Json(Json::Array(names.begin(), names.end())));
}

void Study::refresh() const { impl_->refresh(); }

void Study::with_history(const std::function<void(const History&)>& read) const {
  const std::shared_lock lock(*impl_->history_mutex);
  read(*impl_->history);
}

std::vector<std::pair<std::string, std::string>> Study::facts() const {
  impl_->refresh();
  const std::lock_guard lock(impl_->facts_mutex);
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [key, fact] : impl_->facts) result.emplace_back(key, fact.json);
  return result;
}

Storage& Study::storage() const { return *impl_->storage; }
StudyId Study::storage_id() const { return impl_->id; }

}  // namespace hone
