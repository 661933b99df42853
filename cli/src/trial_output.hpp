// SPDX-License-Identifier: MIT
// Trials as JSON and as rows.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <hone/frozen_trial.hpp>
#include <hone/study.hpp>

#include "output.hpp"

namespace hone::cli {

/// `2026-11-20T22:35:04.123456+00:00`
std::string iso_time(Timestamp time);
/// `2026-11-20 22:35:04`, for tables.
std::string short_time(Timestamp time);
/// `1.25s`, `3m 07s`, `2h 05m`.
std::string duration_text(std::chrono::microseconds duration);

/// number, state, values, params, intermediate_values, user_attrs, system_attrs, datetime_start, datetime_complete:
/// these members, always all of them. `values` is null for a trial without.
Json trial_json(const FrozenTrial& trial);
/// The same and what is left out there: distributions, named reports, constraints.
Json full_trial_json(const FrozenTrial& trial);

/// What the columns of the values are called: `value`, or the metric names, or `value_0`, `value_1`, …
std::vector<std::string> value_columns(const Study& study);

enum class Detail {
  brief,  ///< for eyes: number, state, values, params by their names, duration
  wide,   ///< for programs: also times, attributes, reports; `params_x`, `user_attrs_x`, `system_attrs_x`
};
/// One row a trial; parameters that some trials lack are empty there.
Listing trial_listing(const Study& study, const std::vector<FrozenTrial>& trials, Detail detail);

/// The trial for a reader, in a few lines: `value`, then the parameters.
void print_trial(std::ostream& out, const Study& study, const FrozenTrial& trial);

}  // namespace hone::cli
