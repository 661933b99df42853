// SPDX-License-Identifier: MIT
// Everything new about one trial: what a storage writes in one transaction, and what it tells others has changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hone/distribution.hpp>
#include <hone/types.hpp>

namespace hone {

/// A parameter's value in its internal representation. Name and distribution are borrowed.
struct ParameterRecord {
  std::string_view name;
  const Distribution* distribution = nullptr;
  double value = 0.0;
};

/// One reported value of a metric. The empty metric is the study's one objective (Optuna's intermediate values).
struct ReportRecord {
  std::string_view metric;
  std::int64_t step = 0;
  double value = 0.0;
};

/// A constraint by name; feasible when the value is <= 0. Never NaN.
struct ConstraintRecord {
  std::string_view name;
  double value = 0.0;
};

/// An attribute; the value is JSON text.
struct AttributeRecord {
  std::string_view key;
  std::string_view json;
};

/// What a trial starts with: written once, after the sampler's joint draw. From then on the trial is *pending*: other
/// proposals may see it, by exactly this.
struct StartRecord {
  std::string_view config;       ///< key of the published sampler configuration; empty for a trial without a sampler
  std::string_view cohort;       ///< the pruner's cohort; empty for none
  std::string_view visible_set;  ///< `to_text(VisibleSet)`; empty when all lower numbers were finished
  /// The joint assignment of a space that is not declared: drawn, but suggested only when the objective asks.
  /// (Of a declared space all is suggested at once and stands in the same patch's `params`.)
  std::vector<ParameterRecord> relative;
};

/// The visible set of one independent draw, where it differs from the trial's start.
struct DrawRecord {
  std::string_view parameter;
  std::string_view visible_set;
};

/// Who works on a trial, and how often that went wrong.
struct OwnerRecord {
  std::string_view token;           ///< see owner.hpp; empty: nobody, up for takeover
  std::int64_t attempt = 0;         ///< 0 for the first worker, one more with each takeover and after each pause
  std::int64_t crashes = 0;         ///< crashes since an attempt reported a step that none had reached before
  std::int64_t furthest_step = -1;  ///< the highest step that an ended attempt has reported; -1 for none
  std::int64_t paused_at = -1;      ///< the step to resume from of the trial's latest pause; -1 for none
};

/// What is new about one trial. Absent members say nothing. All views are borrowed for the duration of a call.
struct TrialPatch {
  std::optional<TrialState> state;
  std::vector<double> values;  ///< one per objective; with `complete`, or one with `pruned`
  std::optional<Timestamp> start_time;
  std::optional<Timestamp> complete_time;
  std::vector<ParameterRecord> params;  ///< in the order in which they were suggested
  std::optional<StartRecord> start;
  std::vector<DrawRecord> draws;
  bool new_attempt = false;  ///< the reports of earlier attempts no longer count: drop them
  std::vector<ReportRecord> reports;
  std::vector<ConstraintRecord> constraints;
  std::vector<AttributeRecord> user_attrs;
  std::vector<AttributeRecord> system_attrs;
  std::optional<OwnerRecord> owner;
};

}  // namespace hone
