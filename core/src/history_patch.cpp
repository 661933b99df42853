// SPDX-License-Identifier: MIT
#include "history_patch.hpp"

namespace hone {

TrialPatch patch_of(const History& history, TrialNumber number) {
  TrialPatch patch;
  patch.state = history.state(number);
  patch.start_time = history.start_time(number);
  patch.complete_time = history.complete_time(number);
  const auto values = history.values(number);
  patch.values.assign(values.begin(), values.end());
  for (const History::Cell& cell : history.suggested(number)) {
    patch.params.push_back(
        {history.parameter_name(cell.parameter), &history.distribution(cell.distribution), cell.value});
  }
  for (MetricId metric = 0; metric < history.metric_count(); ++metric) {
    for (const Report& report : history.reports(number, metric)) {
      patch.reports.push_back({history.metric_name(metric), report.step, report.value});
    }
  }
  for (const History::Constraint& constraint : history.constraints(number)) {
    patch.constraints.push_back({history.constraint_name(constraint.name), constraint.value});
  }
  return patch;
}

}  // namespace hone
