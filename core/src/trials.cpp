// SPDX-License-Identifier: MIT
// Reading a study: trials as values, the best one, the Pareto front.
#include <algorithm>

#include <hone/error.hpp>
#include <hone/json_text.hpp>

#include "study_impl.hpp"

namespace hone {
namespace {

// Reads an attribute; text that is no JSON (another program's fault) is kept as a string.
Json attribute_value(std::string_view json) {
  try {
    return parse_json(json, "attribute");
  } catch (const ConfigError&) {
    return Json(json);
  }
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better_somewhere = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better_somewhere = better_somewhere || a[i] < b[i];
  }
  return better_somewhere;
}

}  // namespace

FrozenTrial Study::Impl::freeze(TrialNumber number) const { return frozen_trial(*history, number); }

FrozenTrial frozen_trial(const History& history, TrialNumber number) {
  FrozenTrial trial;
  trial.number = number;
  trial.state = history.state(number);
  const auto values = history.values(number);
  trial.values.assign(values.begin(), values.end());
  // A pruned trial has one value, whatever the number of objectives.
  std::erase_if(trial.values, [](double v) { return v != v; });
  trial.start_time = history.start_time(number);
  trial.complete_time = history.complete_time(number);
  for (const History::Cell& cell : history.suggested(number)) {
    const Distribution& distribution = history.distribution(cell.distribution);
    trial.params.push_back(
        {std::string(history.parameter_name(cell.parameter)), distribution, to_external(distribution, cell.value)});
  }
  for (const Report& report : history.reports(number)) trial.intermediate_values[report.step] = report.value;
  for (MetricId metric = 1; metric < history.metric_count(); ++metric) {
    for (const Report& report : history.reports(number, metric)) {
      trial.named_reports[std::string(history.metric_name(metric))][report.step] = report.value;
    }
  }
  for (const History::Constraint& constraint : history.constraints(number)) {
    trial.constraints[std::string(history.constraint_name(constraint.name))] = constraint.value;
  }
  return trial;
}

void Study::Impl::add_attributes(FrozenTrial& trial) const {
  for (const auto& [key, json] : storage->trial_attributes(id, trial.number, AttributeKind::user)) {
    trial.user_attrs[key] = attribute_value(json);
  }
  for (const auto& [key, json] : storage->trial_attributes(id, trial.number, AttributeKind::system)) {
    trial.system_attrs[key] = attribute_value(json);
  }
}

FrozenTrial Study::trial(TrialNumber number) const {
  impl_->refresh();
  FrozenTrial trial;
  {
    const std::shared_lock lock(*impl_->history_mutex);
    if (!impl_->history->known(number)) {
      throw TrialError("the study '" + impl_->options.name + "' has no trial " + std::to_string(number), number);
    }
    trial = impl_->freeze(number);
  }
  impl_->add_attributes(trial);
  return trial;
}

std::vector<FrozenTrial> Study::trials(std::span<const TrialState> states) const {
  impl_->refresh();
  std::vector<FrozenTrial> all;
  std::vector<std::size_t> index;
  {
    const std::shared_lock lock(*impl_->history_mutex);
    const History& history = *impl_->history;
    index.assign(static_cast<std::size_t>(history.horizon()), SIZE_MAX);
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      if (!history.known(n)) continue;
      if (!states.empty() && std::ranges::find(states, history.state(n)) == states.end()) continue;
      index[static_cast<std::size_t>(n)] = all.size();
      all.push_back(impl_->freeze(n));
    }
  }
  for (const AttributeKind kind : {AttributeKind::user, AttributeKind::system}) {
    impl_->storage->for_each_trial_attribute(
        impl_->id, kind, [&](TrialNumber n, std::string_view key, std::string_view json) {
          const auto row = static_cast<std::size_t>(n);
          if (row >= index.size() || index[row] == SIZE_MAX) return;
          FrozenTrial& trial = all[index[row]];
          (kind == AttributeKind::user ? trial.user_attrs : trial.system_attrs)[std::string(key)] =
              attribute_value(json);
        });
  }
  return all;
}

std::optional<FrozenTrial> Study::best_trial() const {
  if (impl_->options.directions.size() != 1) {
    throw TrialError("a study with several objectives has no single best trial; use best_trials()");
  }
  impl_->refresh();
  std::optional<FrozenTrial> best;
  {
    const std::shared_lock lock(*impl_->history_mutex);
    const History& history = *impl_->history;
    TrialNumber best_number = -1;
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      if (!history.known(n) || history.state(n) != TrialState::complete || history.total_violation(n) > 0.0) continue;
      if (best_number < 0 || impl_->better(history.values(n)[0], history.values(best_number)[0])) best_number = n;
    }
    if (best_number >= 0) best = impl_->freeze(best_number);
  }
  if (best) impl_->add_attributes(*best);
  return best;
}

std::vector<FrozenTrial> Study::best_trials() const {
  impl_->refresh();
  struct Candidate {
    TrialNumber number;
    std::vector<double> values;
  };
  std::vector<FrozenTrial> front;
  {
    const std::shared_lock lock(*impl_->history_mutex);
    const History& history = *impl_->history;
    std::vector<Candidate> candidates;
    for (TrialNumber n = 0; n < history.horizon(); ++n) {
      if (!history.known(n) || history.state(n) != TrialState::complete || history.total_violation(n) > 0.0) continue;
      Candidate candidate{n, {}};
      for (std::size_t k = 0; k < history.objectives(); ++k) {
        candidate.values.push_back(as_minimized(impl_->options.directions[k], history.values(n)[k]));
      }
      candidates.push_back(std::move(candidate));
    }
    // In lexicographic order nobody is dominated by a later one, so each need only be compared with the front so far.
    std::ranges::stable_sort(candidates, {}, &Candidate::values);
    std::vector<Candidate> kept;
    for (Candidate& candidate : candidates) {
      if (std::ranges::none_of(kept, [&](const Candidate& k) { return dominates(k.values, candidate.values); })) {
        kept.push_back(std::move(candidate));
      }
    }
    std::ranges::sort(kept, {}, &Candidate::number);
    for (const Candidate& candidate : kept) front.push_back(impl_->freeze(candidate.number));
  }
  for (FrozenTrial& trial : front) impl_->add_attributes(trial);
  return front;
}

}  // namespace hone
