// SPDX-License-Identifier: MIT
// Drawing a trial's values: what it sees, the joint draw, the walk through a declared space, independent draws.
#include <algorithm>
#include <cmath>

#include "study_impl.hpp"
#include "trial_impl.hpp"

namespace hone {
namespace {

std::string plugin_id(const PluginSpec& spec) { return "sampler/" + spec.name; }

// A proposal that is not in its distribution is never stored.
void check_proposal(double value, const Parameter& parameter, TrialNumber trial, const PluginSpec& sampler,
                    const char* call) {
  if (contains(*parameter.distribution, value)) return;
  throw PluginError(plugin_id(sampler) + " proposed " + (std::isnan(value) ? "NaN" : std::to_string(value)) + " for '" +
                        std::string(parameter.name) + "' in trial " + std::to_string(trial) +
                        ", which is not in the parameter's distribution; the value was not stored. This is a fault of "
                        "the plugin",
                    plugin_id(sampler), {}, call);
}

// What the joint draw gave, by parameter.
class JointDraw {
 public:
  JointDraw(SearchSpace space, std::vector<double> values) : space_(std::move(space)), values_(std::move(values)) {}
  std::optional<double> value(const Parameter& wanted) const {
    for (std::size_t i = 0; i < space_.size(); ++i) {
      if (space_[i].id != wanted.id) continue;
      return std::isnan(values_[i]) || !contains(*wanted.distribution, values_[i]) ? std::nullopt
                                                                                   : std::optional(values_[i]);
    }
    return std::nullopt;
  }
  const SearchSpace& space() const { return space_; }
  const std::vector<double>& values() const { return values_; }

 private:
  SearchSpace space_;
  std::vector<double> values_;
};

JointDraw draw_jointly(Sampler& sampler, const StudyView& view, const TrialView& trial, const PluginSpec& spec) {
  sampler.before_trial(view, trial);
  SearchSpace space = sampler.infer_relative_search_space(view, trial);
  if (space.empty()) return {{}, {}};
  std::vector<double> values = sampler.sample_relative(view, trial, space);
  if (values.size() != space.size()) {
    throw PluginError(plugin_id(spec) + " returned " + std::to_string(values.size()) + " values for a space of " +
                          std::to_string(space.size()) + " parameters",
                      plugin_id(spec), {}, "sample_relative");
  }
  for (std::size_t i = 0; i < space.size(); ++i) {
    // NaN leaves a parameter out; anything else must be possible.
    if (!std::isnan(values[i])) check_proposal(values[i], space[i], trial.number(), spec, "sample_relative");
  }
  return {std::move(space), std::move(values)};
}

bool conditions_hold(const DeclaredParameter& declared, const std::vector<History::Cell>& chosen,
                     const std::vector<Parameter>& parameters) {
  return std::ranges::all_of(declared.when, [&](const Condition& condition) {
    for (const History::Cell& cell : chosen) {
      const auto parameter = std::ranges::find(parameters, cell.parameter, &Parameter::id);
      if (parameter != parameters.end() && parameter->name == condition.parameter) {
        return condition.accepts(to_external(*parameter->distribution, cell.value));
      }
    }
    return false;
  });
}

}  // namespace

VisibleSet Study::Impl::visible_now(TrialNumber number) const {
  VisibleSet set;
  set.horizon = history->last_finished() + 1;
  for (const std::uint32_t n : history->running_trials()) {
    if (n != number && history->pending(n)) set.horizon = std::max<TrialNumber>(set.horizon, n + 1);
  }
  for (const std::uint32_t n : history->running_trials()) {
    if (n >= set.horizon) break;
    (n != number && history->pending(n) ? set.pending : set.unfinished).push_back(n);
  }
  const std::size_t running = set.unfinished.size();
  for (const std::uint32_t n : history->waiting_trials()) {
    if (n >= set.horizon) break;
    set.unfinished.push_back(n);
  }
  // Numbers below the horizon that are missing altogether were allocated elsewhere and have not been seen.
  const std::size_t known = history->count(TrialState::running) + history->count(TrialState::complete) +
                            history->count(TrialState::pruned) + history->count(TrialState::fail) +
                            history->count(TrialState::waiting);
  if (known != static_cast<std::size_t>(history->horizon())) {
    for (TrialNumber n = 0; n < set.horizon; ++n) {
      if (!history->known(n)) set.unfinished.push_back(n);
    }
  }
  if (set.unfinished.size() != running) std::ranges::sort(set.unfinished);
  return set;
}

std::optional<std::int64_t> Study::Impl::budget_of_sampler(std::optional<std::int64_t> budget) {
  make_ready();
  // What other workers have finished since is what the end depends on.
  if (has(sampler_capabilities, Capability::ends) && !history_is_shared) refresh();
  return with_facts([&](std::optional<HostStudyView::Request>& request) {
    Serialized<Sampler>& sampler = sampler_for(no_cohort);
    const std::lock_guard calls(sampler.mutex);
    auto* finite = static_cast<FiniteSamplerExtension*>(sampler.object->query_extension(FiniteSamplerExtension::id));
    if (finite == nullptr) return budget;
    const std::shared_lock still(*history_mutex);
    const HostStudyView view(*this, HistoryView(*history), request);
    std::optional<std::int64_t> end;
    try {
      end = finite->trials_to_the_end(view);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      throw PluginError(plugin_id(resolved_sampler) + " cannot serve this study: " + error.what(),
                        plugin_id(resolved_sampler), {}, "trials_to_the_end");
    }
    return end && budget ? std::min(*end, *budget) : end ? end : budget;
  });
}

StartDraw Study::Impl::draw_start(TrialNumber number, const std::map<std::string, Choice>& fixed,
                                  const std::optional<std::string>& known_cohort) {
  return with_facts([&](std::optional<HostStudyView::Request>& request) {
    StartDraw draw;
    const TrialView trial(number);
    if (known_cohort) {
      draw.cohort = *known_cohort;
    } else if (has(pruner_capabilities, Capability::assigns_cohorts)) {
      const std::lock_guard calls(pruner.mutex);
      const std::shared_lock still(*history_mutex);
      const HostStudyView view(*this, HistoryView(*history), request);
      draw.cohort = pruner.object->cohort(view, trial).value_or("");
    }
    CohortId cohort = no_cohort;
    if (!draw.cohort.empty() && has(sampler_capabilities, Capability::models_cohort)) {
      const std::unique_lock lock(*history_mutex);
      cohort = history->intern_cohort(draw.cohort);
    }
    Serialized<Sampler>& sampler = sampler_for(cohort);
    const std::lock_guard calls(sampler.mutex);
    const std::shared_lock still(*history_mutex);
    const HostStudyView view(*this, HistoryView(*history, cohort), request);
    draw.visible = visible_now(number);
    const JointDraw joint = draw_jointly(*sampler.object, view, trial, resolved_sampler);

    if (options.space.empty()) {
      draw.relative.reserve(joint.space().size());
      for (std::size_t i = 0; i < joint.space().size(); ++i) {
        if (std::isnan(joint.values()[i])) continue;
        draw.relative.push_back({joint.space()[i].id, joint.space()[i].distribution_id, joint.values()[i]});
      }
      return draw;
    }
    for (std::size_t i = 0; i < declared.size(); ++i) {
      const Parameter& parameter = declared[i];
      if (!conditions_hold(options.space[i], draw.suggested, declared)) continue;
      double value = 0.0;
      if (const auto given = fixed.find(std::string(parameter.name)); given != fixed.end()) {
        value = fixed_value(*parameter.distribution, given->second, parameter.name, number, *logger);
      } else if (is_single(*parameter.distribution)) {
        value = first_value(*parameter.distribution);
      } else if (const std::optional<double> drawn = joint.value(parameter)) {
        value = *drawn;
      } else {
        value = sampler.object->sample_independent(view, TrialView(number, draw.suggested), parameter);
        check_proposal(value, parameter, number, resolved_sampler, "sample_independent");
      }
      draw.suggested.push_back({parameter.id, parameter.distribution_id, value});
    }
    return draw;
  });
}

double Study::Impl::draw_independent(TrialNumber number, const Parameter& parameter,
                                     const std::vector<History::Cell>& suggested, VisibleSet& visible) {
  return with_facts([&](std::optional<HostStudyView::Request>& request) {
    CohortId cohort = no_cohort;
    {
      const std::shared_lock lock(*history_mutex);
      cohort = history->cohort(number);
    }
    if (!has(sampler_capabilities, Capability::models_cohort)) cohort = no_cohort;
    Serialized<Sampler>& sampler = sampler_for(cohort);
    const std::lock_guard calls(sampler.mutex);
    const std::shared_lock still(*history_mutex);
    const HostStudyView view(*this, HistoryView(*history, cohort), request);
    visible = visible_now(number);
    const double value = sampler.object->sample_independent(view, TrialView(number, suggested), parameter);
    check_proposal(value, parameter, number, resolved_sampler, "sample_independent");
    return value;
  });
}

}  // namespace hone
