// SPDX-License-Identifier: MIT
// What the pruners' tests share: pruners from their shared objects, and trials that report step by step.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../plugin_registry.hpp"

namespace hone::test {

using sdk::testing::FakeStudy;

inline std::shared_ptr<Pruner> make_pruner(const std::string& name, Json::Object options = {},
                                           std::vector<Direction> directions = {Direction::minimize}) {
  FactoryContext context;
  context.study_name = "fake";
  context.directions = directions;
  context.host = &registry().host();
  return registry().make_pruner({name, Json(std::move(options))}, context);
}

/// Reports for a trial, which begins with the first.
inline void report(FakeStudy& study, TrialNumber number, std::int64_t step, double value,
                   std::string_view metric = "") {
  TrialPatch patch;
  patch.reports.push_back({metric, step, value});
  study.writable_history().apply(number, patch);
}

inline void finish(FakeStudy& study, TrialNumber number, TrialState state = TrialState::complete) {
  TrialPatch patch;
  patch.state = state;
  if (state == TrialState::complete) patch.values.assign(study.directions().size(), 0.0);
  study.writable_history().apply(number, patch);
}

/// A COMPLETE trial whose reports at steps 0, 1, … are `values`.
inline TrialNumber add_complete(FakeStudy& study, const std::vector<double>& values) {
  const TrialNumber number = study.history()->horizon();
  for (std::size_t step = 0; step < values.size(); ++step) {
    report(study, number, static_cast<std::int64_t>(step), values[step]);
  }
  finish(study, number);
  return number;
}

}  // namespace hone::test
