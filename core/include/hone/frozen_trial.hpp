// SPDX-License-Identifier: MIT
// A trial as a value: a copy of all that is known of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hone/distribution.hpp>
#include <hone/json.hpp>
#include <hone/types.hpp>

namespace hone {

struct FrozenTrial {
  struct Param {
    std::string name;
    Distribution distribution;
    Choice value;
  };

  TrialNumber number = -1;
  TrialState state = TrialState::running;
  std::vector<double> values;  ///< one per objective; empty if there are none
  std::optional<Timestamp> start_time;
  std::optional<Timestamp> complete_time;
  std::vector<Param> params;  ///< in the order in which they were suggested
  std::map<std::int64_t, double> intermediate_values;
  std::map<std::string, std::map<std::int64_t, double>> named_reports;  ///< by metric, reports with a name
  std::map<std::string, double> constraints;
  std::map<std::string, Json> user_attrs;
  std::map<std::string, Json> system_attrs;

  /// The parameter's value; null if the trial has none of that name.
  const Choice* param(std::string_view name) const {
    for (const Param& p : params) {
      if (p.name == name) return &p.value;
    }
    return nullptr;
  }
  double value() const { return values.at(0); }
  bool feasible() const {
    for (const auto& [name, violation] : constraints) {
      if (violation > 0.0) return false;
    }
    return true;
  }
};

}  // namespace hone
