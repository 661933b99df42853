// SPDX-License-Identifier: MIT
// A running trial of a study.
#include <algorithm>
#include <cmath>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "trial_impl.hpp"

namespace hone {

StudyTrial::StudyTrial(std::shared_ptr<Study::Impl> study, Claim claim, std::map<std::string, Choice> fixed)
    : study_(std::move(study)), claim_(std::move(claim)), fixed_(std::move(fixed)) {}

void StudyTrial::begin() {
  bool started = false;
  {
    const std::shared_lock lock(*study_->history_mutex);
    const History& history = *study_->history;
    started = history.started(claim_.number);
    if (claim_.continues) take_up();
    const auto parameter_of = [&](const History::Cell& cell) {
      return Parameter{history.parameter_name(cell.parameter), &history.distribution(cell.distribution), cell.parameter,
                       cell.distribution};
    };
    suggested_ = history.suggested(claim_.number);
    for (const History::Cell& cell : suggested_) suggested_parameters_.push_back(parameter_of(cell));
    for (const History::Cell& cell : history.relative(claim_.number)) {
      relative_.push_back(parameter_of(cell));
      relative_values_.push_back(cell.value);
      relative_taken_.push_back(std::ranges::find(suggested_, cell.parameter, &History::Cell::parameter) !=
                                suggested_.end());
    }
  }
  stored_ = suggested_.size();
  last_write_ = std::chrono::steady_clock::now();
  if (started) {
    // The set that the start was drawn from is in the storage alone; every later draw stores its own.
    start_set_.horizon = -1;
    return;
  }
  StartDraw draw = study_->draw_start(claim_.number, fixed_);
  StudyPatch patch = patch_of_this();
  const std::string visible = draw.visible == VisibleSet::all_below(claim_.number) ? "" : to_text(draw.visible);
  StartRecord start;
  start.config = study_->config_key;
  start.cohort = draw.cohort;
  start.visible_set = visible;
  {
    const std::shared_lock lock(*study_->history_mutex);
    const History& history = *study_->history;
    const std::size_t count = draw.relative.size() + draw.suggested.size();
    suggested_.reserve(count);
    suggested_parameters_.reserve(count);
    start.relative.reserve(draw.relative.size());
    relative_.reserve(draw.relative.size());
    relative_values_.reserve(draw.relative.size());
    relative_taken_.resize(draw.relative.size(), false);
    for (const History::Cell& cell : draw.relative) {
      const Parameter parameter{history.parameter_name(cell.parameter), &history.distribution(cell.distribution),
                                cell.parameter, cell.distribution};
      start.relative.push_back({parameter.name, parameter.distribution, cell.value});
      relative_.push_back(parameter);
      relative_values_.push_back(cell.value);
    }
    for (const History::Cell& cell : draw.suggested) {
      if (std::ranges::find(suggested_, cell.parameter, &History::Cell::parameter) != suggested_.end()) continue;
      suggested_.push_back(cell);
      suggested_parameters_.push_back({history.parameter_name(cell.parameter), &history.distribution(cell.distribution),
                                       cell.parameter, cell.distribution});
      patch.trial.params.push_back(
          {suggested_parameters_.back().name, suggested_parameters_.back().distribution, cell.value});
    }
  }
  stored_ = suggested_.size();
  start_set_ = std::move(draw.visible);
  patch.trial.start = std::move(start);
  write(patch);
}

// ---- suggest

Suggestion StudyTrial::suggest(std::string_view name, const Distribution& distribution) {
  const std::size_t draw = drawn(name);
  const bool known = draw < relative_.size();
  // What was drawn and not yet asked for was certainly not suggested.
  if (!known || relative_taken_[draw]) {
    if (const History::Cell* first = already(name, distribution)) {
      return {suggested_parameters_[static_cast<std::size_t>(first - suggested_.data())].distribution, first->value};
    }
  }
  const bool as_drawn = known && *relative_[draw].distribution == distribution;
  const Parameter parameter = as_drawn ? relative_[draw] : intern(name, distribution);
  bool must_store = false;
  const bool takes = known && takes_draw(draw, distribution);
  const double value = takes ? relative_values_[draw] : choose(parameter, must_store);
  if (known) {
    relative_taken_[draw] = true;
    next_draw_ = draw + 1;
  }
  suggested_.push_back({parameter.id, parameter.distribution_id, value});
  suggested_parameters_.push_back(parameter);
  if (must_store || write_through_) flush();
  return {parameter.distribution, value};
}

// The place of a parameter in the joint draw, or its size.
std::size_t StudyTrial::drawn(std::string_view name) const {
  if (next_draw_ < relative_.size() && relative_[next_draw_].name == name) return next_draw_;
  return static_cast<std::size_t>(std::ranges::find(relative_, name, &Parameter::name) - relative_.begin());
}

// Whether the joint draw's value is the trial's: fixed values and the only value of a range come first.
bool StudyTrial::takes_draw(std::size_t draw, const Distribution& distribution) const {
  if (is_single(distribution) || (!fixed_.empty() && fixed_.contains(std::string(relative_[draw].name)))) return false;
  return *relative_[draw].distribution == distribution || contains(distribution, relative_values_[draw]);
}

// The value that the trial has for the parameter already; null if it has none.
const History::Cell* StudyTrial::already(std::string_view name, const Distribution& distribution) const {
  for (std::size_t i = 0; i < suggested_.size(); ++i) {
    if (suggested_parameters_[i].name != name) continue;
    const Distribution& first = *suggested_parameters_[i].distribution;
    if (first == distribution) return &suggested_[i];
    if (!compatible(first, distribution)) {
      throw TrialError("parameter '" + std::string(name) + "' was suggested in this trial already, as another kind",
                       claim_.number, std::string(name));
    }
    study_->logger->warning("trial " + std::to_string(claim_.number) + ": '" + std::string(name) +
                            "' is suggested again with another range; its first value is returned");
    return &suggested_[i];
  }
  return nullptr;
}

Parameter StudyTrial::intern(std::string_view name, const Distribution& distribution) {
  const std::unique_lock lock(*study_->history_mutex);
  History& history = *study_->history;
  const ParameterId id = history.intern_parameter(name);
  if (const auto latest = history.latest_distribution(id);
      latest && !compatible(history.distribution(*latest), distribution)) {
    throw TrialError("parameter '" + std::string(name) +
                         "' has another kind, scale or other choices in earlier trials of study '" +
                         study_->options.name + "'; give it another name, or use another study",
                     claim_.number, std::string(name));
  }
  const DistributionId distribution_id = history.intern_distribution(distribution);
  return {history.parameter_name(id), &history.distribution(distribution_id), id, distribution_id};
}

// A value that the joint draw does not give.
double StudyTrial::choose(const Parameter& parameter, bool& must_store) {
  const std::string name(parameter.name);
  if (const auto given = fixed_.find(name); given != fixed_.end()) {
    return fixed_value(*parameter.distribution, given->second, name, claim_.number, *study_->logger);
  }
  if (is_single(*parameter.distribution)) return first_value(*parameter.distribution);
  VisibleSet visible;
  const double value = study_->draw_independent(claim_.number, parameter, suggested_, visible);
  if (visible != start_set_) draws_.emplace_back(name, to_text(visible));
  // A draw that rests on the history of this moment could not be made again after a crash.
  must_store = study_->storage->shared() && !has(study_->sampler_capabilities, Capability::ignores_history);
  return value;
}

// ---- progress

void StudyTrial::report(std::string_view metric, double value, std::int64_t step) {
  if (step < 0) throw TrialError("a report's step must be at least 0, but is " + std::to_string(step), claim_.number);
  if (metric.empty() && study_->options.directions.size() > 1) {
    throw TrialError("a study with several objectives needs the metric's name in report(metric, value, step)",
                     claim_.number);
  }
  if (!reported_steps_.emplace(metric, step).second) {
    study_->logger->warning("trial " + std::to_string(claim_.number) + ": step " + std::to_string(step) +
                            " was reported already; the first value counts");
    return;
  }
  TrialPatch patch;
  patch.reports.push_back({metric, step, value});
  const bool at_once = write_through_ || has(study_->pruner_capabilities, Capability::needs_reports);
  {
    const std::unique_lock lock(*study_->history_mutex);
    if (study_->history->owner_token(claim_.number) != claim_.token_text) lost();
    study_->history->apply(claim_.number, patch);
  }
  if (!study_->history_is_shared) reports_.push_back({std::string(metric), step, value});
  if (!study_->history_is_shared && (at_once || flush_due())) flush();
}

bool StudyTrial::should_prune() {
  return study_->with_facts([&](std::optional<HostStudyView::Request>& request) {
    const std::lock_guard calls(study_->pruner.mutex);
    const std::shared_lock still(*study_->history_mutex);
    const History& history = *study_->history;
    bool reported = false;
    for (MetricId metric = 0; metric < history.metric_count(); ++metric) {
      reported = reported || !history.reports(claim_.number, metric).empty();
    }
    if (!reported) return false;
    const HostStudyView view(*study_, HistoryView(history), request);
    const TrialView trial(claim_.number, suggested_);
    return stops(view, trial);
  });
}

void StudyTrial::set_attr(AttributeKind kind, std::string_view key, const Json& value) {
  attributes_.push_back({kind, std::string(key), to_json_text(value)});
  if (write_through_) flush();
}

void StudyTrial::set_constraint(std::string_view name, double value) {
  if (std::isnan(value)) throw TrialError("the constraint '" + std::string(name) + "' is NaN", claim_.number);
  if (!constraint_names_.emplace(name).second) {
    throw TrialError("the constraint '" + std::string(name) + "' was set already", claim_.number);
  }
  constraints_.emplace_back(name, value);
  if (write_through_) flush();
}

std::vector<FrozenTrial::Param> StudyTrial::params() const {
  std::vector<FrozenTrial::Param> result;
  for (std::size_t i = 0; i < suggested_.size(); ++i) {
    const Distribution& distribution = *suggested_parameters_[i].distribution;
    result.push_back(
        {std::string(suggested_parameters_[i].name), distribution, to_external(distribution, suggested_[i].value)});
  }
  return result;
}

// ---- writing

bool StudyTrial::flush_due() const { return std::chrono::steady_clock::now() - last_write_ >= std::chrono::seconds(1); }

StudyPatch StudyTrial::patch_of_this() const {
  StudyPatch patch;
  patch.target = StudyPatch::Target::existing_trial;
  patch.number = claim_.number;
  return patch;
}

void StudyTrial::fill_from_buffers(TrialPatch& patch) const {
  patch.params.reserve(suggested_.size() - stored_);
  for (std::size_t i = stored_; i < suggested_.size(); ++i) {
    const Parameter& parameter = suggested_parameters_[i];
    patch.params.push_back({parameter.name, parameter.distribution, suggested_[i].value});
  }
  for (const auto& [parameter, visible] : draws_) patch.draws.push_back({parameter, visible});
  for (const BufferedReport& report : reports_) patch.reports.push_back({report.metric, report.step, report.value});
  for (const auto& [name, value] : constraints_) patch.constraints.push_back({name, value});
  for (const BufferedAttribute& attribute : attributes_) {
    auto& list = attribute.kind == AttributeKind::user ? patch.user_attrs : patch.system_attrs;
    list.push_back({attribute.key, attribute.json});
  }
}

// Only what the storage has may be forgotten: a write that failed is made good by the next one.
void StudyTrial::forget_buffers() {
  stored_ = suggested_.size();
  draws_.clear();
  reports_.clear();
  constraints_.clear();
  attributes_.clear();
}

void StudyTrial::write(const StudyPatch& patch) {
  Preconditions preconditions;
  preconditions.owner = claim_.token_text;
  const ApplyResult result = study_->apply(patch, preconditions);
  last_write_ = std::chrono::steady_clock::now();
  if (result) return forget_buffers();
  lost();
}

void StudyTrial::lost() {
  ended_ = true;
  throw TrialError(
      "trial " + std::to_string(claim_.number) +
          " no longer belongs to this worker: it was taken over or ended elsewhere; what was to be written "
          "is dropped",
      claim_.number);
}

void StudyTrial::set_process_group(std::int64_t process_group) {
  OwnerToken token = claim_.token;
  token.process_group = process_group;
  const std::string text = to_text(token);
  StudyPatch patch = patch_of_this();
  fill_from_buffers(patch.trial);
  patch.trial.owner = claim_.record();
  patch.trial.owner->token = text;
  write(patch);
  claim_.token = token;
  claim_.token_text = text;
}

void StudyTrial::flush() {
  StudyPatch patch = patch_of_this();
  fill_from_buffers(patch.trial);
  write(patch);
}

void StudyTrial::end(Study::Impl::Ending ending) {
  if (ending.state == TrialState::pruned && pause_step_) return pause(*pause_step_);
  StudyPatch patch = patch_of_this();
  fill_from_buffers(patch.trial);
  ended_ = true;
  try {
    study_->finish(claim_.number, claim_.token_text, std::move(patch.trial), std::move(ending), suggested_);
  } catch (const StorageError&) {
    // Not written: the trial is still this worker's, with all that it has learnt.
    ended_ = false;
    throw;
  }
}

void StudyTrial::release() {
  // What was reported since is reported again from there, and does not count twice.
  if (claim_.continues) return pause(claim_.paused_at);
  StudyPatch patch = patch_of_this();
  fill_from_buffers(patch.trial);
  patch.trial.owner = claim_.record();
  patch.trial.owner->token = "";
  write(patch);
  ended_ = true;
}

}  // namespace hone
