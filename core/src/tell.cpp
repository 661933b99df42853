// SPDX-License-Identifier: MIT
// A trial's end: its values checked, the sampler told, the last patch written.
#include <algorithm>
#include <cmath>
#include <list>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "study_impl.hpp"

namespace hone {
namespace {

constexpr std::string_view fail_reason_key = "hone:fail_reason";
constexpr std::string_view constraint_prefix = "constraints:";

class CollectedAttributes final : public AttributeSink {
 public:
  void set_system_attr(std::string_view key, const Json& value) override {
    kept_.emplace_back(std::string(key), to_json_text(value));
  }
  // A number named `constraints:NAME` is a constraint of the trial, unless the objective has set that one.
  void add_to(TrialPatch& patch) const {
    for (const auto& [key, json] : kept_) {
      if (key.starts_with(constraint_prefix)) {
        const std::string_view name = std::string_view(key).substr(constraint_prefix.size());
        const std::optional<double> value = parse_json(json, key).number();
        const bool is_set =
            std::ranges::find(patch.constraints, name, &ConstraintRecord::name) != patch.constraints.end();
        if (value && !std::isnan(*value) && !is_set) patch.constraints.push_back({name, *value});
      } else {
        patch.system_attrs.push_back({key, json});
      }
    }
  }

 private:
  std::list<std::pair<std::string, std::string>> kept_;
};

}  // namespace

Study::Impl::Ending Study::Impl::checked(TrialNumber number, std::vector<double> values) const {
  const auto failed = [number](const std::string& reason) {
    return Ending{TrialState::fail, {}, "trial " + std::to_string(number) + ": " + reason};
  };
  if (values.size() != options.directions.size()) {
    return failed("the objective gave " + std::to_string(values.size()) + " values, but the study has " +
                  std::to_string(options.directions.size()) + " direction(s)");
  }
  for (const double value : values) {
    if (std::isnan(value)) return failed("the objective's value is NaN");
  }
  return {TrialState::complete, std::move(values), {}};
}

void Study::Impl::finish(TrialNumber number, std::string_view owner, TrialPatch trial_patch, Ending ending,
                         const std::vector<History::Cell>& suggested) {
  StudyPatch patch;
  patch.target = StudyPatch::Target::existing_trial;
  patch.number = number;
  patch.trial = std::move(trial_patch);
  if (ending.state == TrialState::pruned && options.directions.size() == 1) {
    const std::shared_lock lock(*history_mutex);
    const auto reports = history->reports(number);
    if (!reports.empty() && !std::isnan(reports.back().value)) ending.values = {reports.back().value};
  }
  CollectedAttributes attributes;
  std::exception_ptr interruption;
  if (ready) {
    CohortId cohort = no_cohort;
    {
      const std::shared_lock lock(*history_mutex);
      cohort = history->cohort(number);
    }
    Serialized<Sampler>& sampler = sampler_for(cohort);
    const std::lock_guard calls(sampler.mutex);
    const std::shared_lock still(*history_mutex);
    std::optional<HostStudyView::Request> request;
    const HostStudyView view(*this, HistoryView(*history, cohort), request);
    try {
      sampler.object->after_trial(view, TrialView(number, suggested), ending.state, ending.values, attributes);
    } catch (const Error& error) {
      // The objective's result is worth more than the sampler's remark.
      logger->error(error.what());
    } catch (const FactPending&) {
      logger->error("sampler/" + resolved_sampler.name + ": after_trial cannot publish facts");
    } catch (const TrialReleased&) {
      // The trial has ended: its result is stored before the interruption goes on.
      interruption = std::current_exception();
    }
  }
  attributes.add_to(patch.trial);
  if (is_paused_owner(owner)) patch.trial.system_attrs.push_back({paused_key, "null"});
  std::string reason;
  if (!ending.fail_reason.empty()) {
    reason = to_json_text(Json(ending.fail_reason));
    patch.trial.system_attrs.push_back({fail_reason_key, reason});
  }
  patch.trial.state = ending.state;
  patch.trial.values = std::move(ending.values);
  patch.trial.complete_time = now();
  Preconditions preconditions;
  if (!owner.empty()) preconditions.owner = owner;
  preconditions.state = TrialState::running;
  switch (apply(patch, preconditions).refusal) {
    case Refusal::none: break;
    case Refusal::trial_finished:
      throw TrialError("trial " + std::to_string(number) + " is finished already; its result stands", number);
    case Refusal::no_such_trial:
      throw TrialError("the study '" + options.name + "' has no trial " + std::to_string(number), number);
    case Refusal::wrong_state:
      throw TrialError("trial " + std::to_string(number) + " is not running, so it cannot be told", number);
    default:
      throw TrialError(
          "trial " + std::to_string(number) + " was taken over by another worker meanwhile; this result is dropped",
          number);
  }
  if (interruption) std::rethrow_exception(interruption);
}

}  // namespace hone
